using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

public sealed class LookingTests : CliTest
{
    [Fact]
    public async Task Ps_shows_a_table()
    {
        FakeKernel clock = Host.Add("clock", status: KernelStatus.Sleeping);
        long wakeAt = Io.Time.GetUtcNow().ToUnixTimeMilliseconds() - 1;
        clock.Info = clock.Info with { GasSpent = 1_234_567, InboxCount = 2, WakeAt = wakeAt };
        FakeKernel bad = Host.Add("bad", status: KernelStatus.Quarantined);
        bad.Info = bad.Info with { Reason = "entry 7 differs" };
        Assert.Equal(0, await Run("ps"));
        Assert.Equal(
            [
                "ID    ENGINE STATUS      GEN INBOX GAS SPENT POSITION WAKES",
                "bad   fake@2 quarantined   1     0         0        1",
                "clock fake@2 sleeping      1     2 1,234,567        1 due",
                "bad is quarantined: entry 7 differs",
            ],
            Lines().Select(l => System.Text.RegularExpressions.Regex.Replace(l, "(?<=[a-z0-9A-Z]) {2}(?=[^ ])", " ")));
        Assert.Equal(HostAccess.Inspect, Host.Opened[0].Access);
    }

    [Fact]
    public async Task Ps_as_json_has_all_that_is_known()
    {
        Host.Add("clock");
        JsonElement kernel = (await RunJson(0, "ps")).GetProperty("kernels")[0];
        Assert.Equal(
            [
                "id", "engine", "codeHash", "status", "generation", "createdAt", "position", "chain", "wakeAt",
                "inboxCount", "gasSpent", "reason",
            ],
            kernel.EnumerateObject().Select(p => p.Name));
        Assert.Equal("idle", kernel.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, kernel.GetProperty("wakeAt").ValueKind);
    }

    [Fact]
    public async Task Ps_of_nothing_says_how_to_begin()
    {
        Assert.Equal(0, await Run("ps"));
        Assert.Contains("Make one with: granary run FILE", Io.Errors);
    }

    [Fact]
    public async Task Engines_show_their_languages()
    {
        Assert.Equal(0, await Run("engines"));
        Assert.Matches(@"fake@2 +\.fake +The fake machine", Io.Text);
        NewConsole();
        JsonElement engine = (await RunJson(0, "engines")).GetProperty("engines")[1];
        Assert.Equal("fake@2", engine.GetProperty("id").GetString());
        Assert.Equal(".fake", engine.GetProperty("languages")[0].GetProperty("fileExtension").GetString());
    }

    [Fact]
    public async Task State_shows_keys_and_values_as_people_read_them()
    {
        FakeKernel kernel = Host.Add("k");
        kernel.State["data/name"] = "Ada \"x\"\n"u8.ToArray();
        kernel.State["data/count"] = [5, 0, 0, 0];
        kernel.State["data/\u0000\\"] = [0xFF, 0x00, 0xFE];
        kernel.State["data/void"] = [];
        kernel.State["meta/status"] = [0x82, 0x01, 0x61, 0x61];
        Assert.Equal(0, await Run("state", "k"));
        Assert.Equal(
            [
                @"data/\x00\\ = 0xff00fe",
                "data/count = 0x05000000 (5)",
                @"data/name = ""Ada \""x\""\n""",
                "data/void = (empty)",
                "meta/status = [1, \"a\"]",
            ],
            Lines());
    }

    [Theory]
    [InlineData("hex", "data/a = 0x6869")]
    [InlineData("text", "data/a = \"hi\"")]
    [InlineData("int", "data/a = 26984")]
    [InlineData("cbor", "data/a = 0x6869")]
    public async Task State_shows_values_in_the_form_asked_for(string form, string line)
    {
        Host.Add("k").State["data/a"] = "hi"u8.ToArray();
        Assert.Equal(0, await Run("state", "k", "--as", form));
        Assert.Equal([line], Lines());
    }

    [Fact]
    public async Task State_is_read_by_prefix_in_pages_and_from_snapshots()
    {
        FakeKernel kernel = Host.Add("k");
        foreach (string key in (string[])["data/a", "data/b", "data/c", "meta/x"])
        {
            kernel.State[key] = "v"u8.ToArray();
        }
        Assert.Equal(0, await Run("state", "k", @"data\x2f", "--after", "data/a", "--limit", "1", "--at", "old"));
        Assert.Equal(["data/b = \"v\""], Lines());
        Assert.Contains("more with --after 'data/b'", Io.Errors);
        Assert.Contains("state k at old", Host.Calls);
        Assert.Equal(2, await Run("state", "k", "--limit", "0"));
        Assert.Equal(2, await Run("state", "k", @"data\q"));
    }

    [Fact]
    public async Task State_as_json_gives_a_line_a_key()
    {
        FakeKernel kernel = Host.Add("k");
        kernel.State["data/a"] = [0xFF];
        kernel.State["data/b"] = "v"u8.ToArray();
        Assert.Equal(0, await Run("state", "k", "--json"));
        IReadOnlyList<JsonElement> lines = JsonLines();
        Assert.Equal("data/a", lines[0].GetProperty("key").GetProperty("text").GetString());
        Assert.Equal("ff", lines[0].GetProperty("value").GetProperty("hex").GetString());
        Assert.Equal("v", lines[1].GetProperty("value").GetProperty("text").GetString());
    }

    [Fact]
    public async Task State_proves_that_a_key_is_there_or_absent()
    {
        Host.Add("k").State["data/a"] = "v"u8.ToArray();
        Assert.Equal(0, await Run("state", "k", "--prove", "data/a"));
        Assert.Equal(
            [$"root   {Hash.Of("root"u8)}", "key    data/a", "value  \"v\"", "proof  0x81420102"], Lines());
        NewConsole();
        JsonElement json = await RunJson(0, "state", "k", "--prove", "data/b");
        Assert.False(json.GetProperty("present").GetBoolean());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("value").ValueKind);
        Assert.Equal("81420102", json.GetProperty("proof").GetString());
        Assert.Equal(2, await Run("state", "k", "--prove", "data/b", "--at", "old"));
    }

    [Fact]
    public async Task Journal_shows_an_entry_a_line_and_json_has_its_fields()
    {
        FakeKernel kernel = Host.Add("k");
        kernel.Append("received", "received echo \u001b[2J");
        kernel.Append("outcome", "halted");
        Assert.Equal(0, await Run("journal", "k", "--after", "1", "--limit", "1"));
        Assert.Equal(["     2  received echo \uFFFD[2J"], Lines());
        Assert.Contains("More with --after 2.", Io.Errors);
        NewConsole();
        Assert.Equal(0, await Run("journal", "k", "--json"));
        JsonElement last = JsonLines()[2];
        Assert.Equal(3, last.GetProperty("position").GetInt32());
        Assert.Equal("outcome", last.GetProperty("kind").GetString());
        Assert.Equal("halted", last.GetProperty("fields").GetProperty("detail").GetString());
        Assert.Equal(2, await Run("journal", "k", "--limit", "0"));
    }

    [Fact]
    public async Task Serve_shows_the_output_of_all_with_names_until_ctrl_c()
    {
        Host.Add("a", status: KernelStatus.Sleeping);
        Host.Add("b", status: KernelStatus.Sleeping);
        Task<int> run = Run("serve");
        await Io.ErrorText.WaitForAsync("Serving 2 kernels of a fake in memory");
        Host.Publish(KernelId.Parse("b"), KernelEventKind.Printed, "one\ntwo");
        Host.Publish(KernelId.Parse("a"), KernelEventKind.Emitted, "x", "alarm");
        Host.Publish(KernelId.Parse("a"), KernelEventKind.StatusChanged, status: KernelStatus.Running);
        Host.Publish(KernelId.Parse("a"), KernelEventKind.Ended, "trapped: x", "Trapped", KernelStatus.Idle);
        await Io.OutText.WaitForAsync("trapped");
        Io.PressCtrlC();
        Assert.Equal(0, await run);
        Assert.Equal(["b | one", "b | two", "a | [event alarm] x", "a | [ended] trapped: x"], Lines());
        Assert.Equal(1, Host.DisposeCount);
    }

    [Fact]
    public async Task Names_are_coloured_on_a_terminal_unless_the_user_wants_none()
    {
        foreach (bool wantsNone in (bool[])[false, true])
        {
            NewConsole();
            Io.OutIsTerminal = true;
            Io.Variables["NO_COLOR"] = wantsNone ? "1" : "";
            Host.Add("a");
            Task<int> run = Run("serve");
            await Io.ErrorText.WaitForAsync("Serving");
            Host.Publish(KernelId.Parse("a"), KernelEventKind.Logged, "x");
            await Io.OutText.WaitForAsync("[log] x");
            Io.PressCtrlC();
            await run;
            Assert.Equal(wantsNone, !Io.Text.Contains("\u001b["));
        }
    }

    [Fact]
    public async Task Trace_shows_steps_with_what_the_engine_shows_and_where_to_go_on()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("trace", "k", "2", "--limit", "2"));
        Assert.Equal(2, Lines().Length);
        Assert.EndsWith("stack=0x2", Lines()[1], StringComparison.Ordinal);
        Assert.Contains("More with --after 2", Io.Errors, StringComparison.Ordinal);
        Assert.Contains("trace k 2 after 0", Host.Calls);
    }

    [Fact]
    public async Task Trace_writes_json_a_line_each_and_goes_on_behind_a_step()
    {
        Host.Add("k");
        Assert.Equal(0, await Run("trace", "k", "2", "--after", "2", "--json"));
        JsonElement step = Assert.Single(JsonLines());
        Assert.Equal(3, step.GetProperty("step").GetInt32());
        Assert.Equal("0x3", step.GetProperty("values").GetProperty("stack").GetString());
        Assert.Equal(2, await Run("trace", "k", "2", "--limit", "0"));
    }
}
