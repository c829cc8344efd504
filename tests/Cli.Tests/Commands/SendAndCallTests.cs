using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

public sealed class SendAndCallTests : CliTest
{
    [Fact]
    public async Task Send_runs_the_kernel_until_it_is_done_and_shows_its_output()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("send", "k", "echo", "hi"));
        Assert.Equal("hi\n", Io.Text);
        Assert.Equal("k took the message at position 2.\nk (fake@2) is idle, generation 1, position 2\n", Io.Errors);
        Assert.Equal(HostAccess.Run, Host.Opened[0].Access);
        Assert.Contains("send k echo 6869 gas 100000000 key ", Host.Calls);
    }

    [Fact]
    public async Task Send_as_json_tells_position_status_and_output()
    {
        Host.Add("k");
        JsonElement json = await RunJson(0, "send", "k", "echo", "hi", "--key", "a");
        Assert.Equal("k", json.GetProperty("to").GetString());
        Assert.Equal(2, json.GetProperty("position").GetInt32());
        Assert.False(json.GetProperty("duplicate").GetBoolean());
        Assert.Equal("idle", json.GetProperty("status").GetString());
        Assert.False(json.GetProperty("timedOut").GetBoolean());
        Assert.Equal("hi\n", json.GetProperty("output").GetString());
        NewConsole();
        Assert.True((await RunJson(0, "send", "k", "echo", "hi", "--key", "a")).GetProperty("duplicate").GetBoolean());
    }

    [Fact]
    public async Task Send_without_waiting_runs_nothing()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("send", "k", "echo", "hi", "--timeout", "0"));
        Assert.Equal("k took the message at position 2.\n", Io.Text);
        Assert.Equal(HostAccess.Change, Host.Opened[0].Access);
        Assert.Equal(1, Host.Kernels[KernelId.Parse("k")].Info.InboxCount);
    }

    [Fact]
    public async Task Send_ends_with_1_when_the_message_traps()
    {
        Host.Add("k");
        Assert.Equal(1, await Run("send", "k", "trap"));
        Assert.Equal("before\n", Io.Text);
        Assert.EndsWith("k: trapped: OutOfGas at ip 3\n", Io.Errors);
    }

    [Fact]
    public async Task Send_to_a_kernel_that_sleeps_is_done()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("send", "k", "sleep"));
        Assert.Contains("k (fake@2) is sleeping", Io.Errors);
    }

    [Fact]
    public async Task Send_to_a_paused_kernel_does_not_wait()
    {
        Host.Add("k", status: KernelStatus.Paused);
        Assert.Equal(0, await Run("send", "k", "echo", "hi"));
        Assert.Contains("is paused, generation 1, position 2, 1 message waits", Io.Errors);
    }

    [Fact]
    public async Task Send_says_when_the_time_is_up()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("send", "k", "hang", "--timeout", "30ms"));
        Assert.Contains("k (fake@2) is running", Io.Errors);
        Assert.Contains("not done yet", Io.Errors);
    }

    [Fact]
    public async Task A_kernel_that_prints_without_end_does_not_hold_send_back()
    {
        Host.Add("k");
        Host.FloodsWith = "more\n";
        Assert.Equal(0, await Run("send", "k", "hang", "--timeout", "300ms"));
        Assert.Contains("more\nmore\n", Io.Text);
        Assert.Contains("not done yet", Io.Errors);
    }

    [Fact]
    public async Task Quiet_leaves_only_output()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("send", "k", "echo", "hi", "--quiet"));
        Assert.Equal("hi\n", Io.Text);
        Assert.Equal("", Io.Errors);
    }

    [Theory]
    [InlineData("k e ü", "c3bc")]
    [InlineData("k e --hex 00FF", "00ff")]
    [InlineData("k e --hex 0x0a", "0a")]
    [InlineData("k e --file FILE", "01ff")]
    [InlineData("k e -", "02fe")]
    [InlineData("k e", "")]
    [InlineData("k e -- -5", "2d35")]
    [InlineData("k e @x", "4078")]
    public async Task Payloads_come_as_text_hex_file_or_standard_input(string arguments, string hex)
    {
        Host.Add("k");
        File.WriteAllBytes(PathOf("payload"), [1, 0xFF]);
        Io.InputBytes = [2, 0xFE];
        string[] args = arguments.Replace("FILE", PathOf("payload")).Split(' ');
        Assert.Equal(0, await Run(["send", "--timeout", "0", .. args]));
        Assert.Contains($"send k e {hex} gas 100000000 key ", Host.Calls);
    }

    [Fact]
    public async Task A_payload_given_twice_or_wrong_is_a_usage_error()
    {
        Host.Add("k");
        Assert.Equal(2, await Run("send", "k", "e", "x", "--hex", "00"));
        Assert.Equal(2, await Run("send", "k", "e", "--hex", "0"));
        Assert.Equal(2, await Run("send", "k", "e", "--hex", "xy"));
        Assert.Equal(2, await Run("send", "k", "e", "--file", PathOf("none")));
        Assert.Equal(2, await Run("send", "k", "e", "--key", new string('x', 65)));
        Assert.Equal(2, await Run("send", "k", "e", "--gas", "much"));
        Assert.Equal(2, await Run("send", "k", "e", "--timeout", "soon"));
    }

    [Fact]
    public async Task A_payload_over_the_limit_is_refused_before_it_is_all_read()
    {
        Host.Add("k");
        Io.InputBytes = new byte[(1 << 20) + 1];
        Assert.Equal(15, await Run("send", "k", "e", "-"));
    }

    [Fact]
    public async Task Call_prints_the_reply_and_the_kernels_output_on_the_error_stream()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("call", "k", "echo", "hi"));
        Assert.Equal("hi\n", Io.Text);
        Assert.StartsWith("hi\n", Io.Errors);
        Assert.EndsWith("gas 42\n", Io.Errors);
    }

    [Fact]
    public async Task Call_shows_bytes_as_hex_or_gives_them_raw()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("call", "k", "echo", "--hex", "00ff"));
        Assert.Equal("0x00ff\n", Io.Text);
        NewConsole();
        Assert.Equal(0, await Run("call", "k", "echo", "--hex", "00ff", "--raw"));
        Assert.Equal([0, 0xFF], Io.OutputBytes.ToArray());
        Assert.Equal("", Io.Text);
        NewConsole();
        Assert.Equal(2, await Run("call", "k", "echo", "--raw", "--json"));
    }

    [Fact]
    public async Task Call_as_json_tells_payload_gas_and_receipt()
    {
        Host.Add("k");
        JsonElement json = await RunJson(0, "call", "k", "echo", "hi");
        Assert.Equal("ok", json.GetProperty("status").GetString());
        Assert.Equal("6869", json.GetProperty("payload").GetProperty("hex").GetString());
        Assert.Equal("hi", json.GetProperty("payload").GetProperty("text").GetString());
        Assert.Equal(42, json.GetProperty("gasUsed").GetInt64());
        JsonElement receipt = json.GetProperty("receipt");
        Assert.Equal("k", receipt.GetProperty("kernel").GetString());
        Assert.Equal(Hash.Of("hi"u8).ToString(), receipt.GetProperty("outputHash").GetString());
        Assert.Equal("hi\n", json.GetProperty("output").GetString());
    }

    [Theory]
    [InlineData("trap", "trapped")]
    [InlineData("revert", "reverted")]
    public async Task Call_ends_with_1_when_the_program_fails(string entry, string status)
    {
        Host.Add("k");
        Assert.Equal(1, await Run("call", "k", entry));
        Assert.Equal("", Io.Text);
        Assert.Contains($"k: {status}: out of gas at ip 3", Io.Errors);
        NewConsole();
        Assert.Equal(status, (await RunJson(1, "call", "k", entry)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Call_says_once_that_a_program_trapped()
    {
        Host.Add("k");
        Host.FailureText = "trapped: OutOfGas at ip 3, gas 9";
        Assert.Equal(1, await Run("call", "k", "trap"));
        Assert.Contains("k: trapped: OutOfGas at ip 3, gas 9", Io.Errors);
    }

    [Fact]
    public async Task Call_gives_up_after_its_time_and_says_that_the_message_stays()
    {
        Host.Add("k");
        Assert.Equal(4, await Run("call", "k", "hang", "--timeout", "20ms"));
        Assert.Contains("k did not reply in time. The message stays", Io.Errors);
    }

    [Fact]
    public async Task Ctrl_c_ends_the_waiting_of_a_call()
    {
        Host.Add("k");
        Task<int> run = Run("call", "k", "sleep");
        await Io.ErrorText.WaitForAsync("tired");
        Io.PressCtrlC();
        Assert.Equal(130, await run);
        Assert.Contains("What was acknowledged is kept", Io.Errors);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_have_no_text_in_json()
    {
        Host.Add("k");
        JsonElement json = await RunJson(0, "call", "k", "echo", "--hex", "ff");
        Assert.False(json.GetProperty("payload").TryGetProperty("text", out _));
        Assert.Equal("\uFFFD\n", json.GetProperty("output").GetString());
    }
}
