using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

public sealed class RunCommandTests : CliTest
{
    [Fact]
    public async Task A_new_program_becomes_a_kernel_named_like_its_file_and_shows_its_output()
    {
        Assert.Equal(0, await Run("run", Source("My Clock.fake")));
        Assert.Equal("hello\n", Io.Text);
        Assert.Equal("my-clock starts at position 2.\n", Io.Errors);
        Assert.Contains("deploy my-clock fake@2", Host.Calls);
        Assert.Contains("send my-clock   gas none key ", Host.Calls);
        Assert.Equal(1, Host.DisposeCount);
    }

    [Fact]
    public async Task Name_entry_payload_gas_and_ports_reach_the_host()
    {
        Host.Add("store");
        int exitCode = await Run(
            "run", Source("a.fake"), "hi", "--name", "b", "--entry", "echo", "--gas", "77", "--port", "out=store");
        Assert.Equal(0, exitCode);
        Assert.Equal("hi\n", Io.Text);
        Assert.Contains("send b echo 6869 gas 77 key ", Host.Calls);
        Assert.Equal("store", Host.Kernels[KernelId.Parse("b")].Ports["out"].Value);
    }

    [Fact]
    public async Task A_trap_ends_with_1_and_its_text_on_the_error_stream()
    {
        Assert.Equal(1, await Run("run", Source("a.fake"), "--entry", "trap"));
        Assert.Equal("before\n", Io.Text);
        Assert.EndsWith("a: trapped: OutOfGas at ip 3\n", Io.Errors);
    }

    [Fact]
    public async Task Json_gives_one_event_a_line_and_ends_with_how_it_ended()
    {
        Assert.Equal(1, await Run("run", Source("a.fake"), "--entry", "trap", "--json"));
        IReadOnlyList<JsonElement> lines = JsonLines();
        Assert.Equal(
            ["starts", "statusChanged", "printed", "ended"], lines.Select(l => l.GetProperty("event").GetString()));
        Assert.Equal("before\n", lines[2].GetProperty("text").GetString());
        Assert.Equal("trapped", lines[3].GetProperty("outcome").GetString());
        Assert.Equal("", Io.Errors);
    }

    [Fact]
    public async Task A_program_that_has_ended_starts_again()
    {
        Host.Add("a");
        Assert.Equal(0, await Run("run", Source("a.fake")));
        Assert.Equal("hello\n", Io.Text);
        Assert.Equal("a had ended and starts again at position 2.\n", Io.Errors);
    }

    [Fact]
    public async Task A_program_in_mid_message_goes_on_and_is_not_started_again()
    {
        Host.Add("a", status: KernelStatus.Sleeping);
        Task<int> run = Run("run", Source("a.fake"));
        await Io.ErrorText.WaitForAsync("a continues at position 1 (sleeping).");
        Host.Wake("a");
        Assert.Equal(0, await run);
        Assert.Equal("awake\n", Io.Text);
        Assert.DoesNotContain(Host.Calls, c => c.StartsWith("send", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Output_from_before_the_kernels_run_is_not_missed()
    {
        Host.Add("a", status: KernelStatus.Sleeping);
        Task<IKernelHost> OpenAsync(HostOptions options)
        {
            return OpenAndWakeAsync(options);
        }
        async Task<IKernelHost> OpenAndWakeAsync(HostOptions options)
        {
            IKernelHost host = await Host.OpenAsync(options);
            Host.Wake("a");
            return host;
        }
        Assert.Equal(0, await GranaryCli.InvokeAsync(["run", Source("a.fake")], Io, OpenAsync, FakeEngine.Registry));
        Assert.Equal("awake\n", Io.Text);
    }

    [Fact]
    public async Task Another_program_under_the_same_name_is_refused_with_advice()
    {
        Host.Add("a", "other code");
        Assert.Equal(12, await Run("run", Source("a.fake")));
        Assert.Contains("'a' exists with other code", Io.Errors);
        Assert.Contains("--name", Io.Errors);
        Assert.Contains("granary delete a", Io.Errors);
    }

    [Theory]
    [InlineData(KernelStatus.Paused, "granary resume a")]
    [InlineData(KernelStatus.Quarantined, "granary verify a")]
    [InlineData(KernelStatus.Refused, "a version of granary")]
    public async Task A_kernel_that_cannot_run_is_refused_with_advice(KernelStatus status, string advice)
    {
        Host.Add("a", status: status);
        Assert.Equal(20, await Run("run", Source("a.fake")));
        Assert.Contains(advice, Io.Errors);
    }

    [Fact]
    public async Task A_kernel_that_stops_meanwhile_ends_the_run()
    {
        Host.Add("a", status: KernelStatus.Running);
        Task<int> run = Run("run", Source("a.fake"));
        await Io.ErrorText.WaitForAsync("continues");
        FakeKernel kernel = Host.Kernels[KernelId.Parse("a")];
        kernel.Info = kernel.Info with { Reason = "entry 7 differs" };
        Host.Publish(kernel.Info.Id, KernelEventKind.StatusChanged, status: KernelStatus.Quarantined);
        Assert.Equal(20, await run);
        Assert.Contains("The kernel 'a' is quarantined: entry 7 differs. See what differs with", Io.Errors);
    }

    [Fact]
    public async Task Ctrl_c_leaves_the_program_saved_and_says_how_to_go_on()
    {
        string path = Source("a.fake");
        Task<int> run = Run("run", path, "--entry", "sleep", "--name", "b");
        await Io.OutText.WaitForAsync("tired");
        Io.PressCtrlC();
        Assert.Equal(130, await run);
        Assert.Contains($"Left b where it is. Go on with: granary run {path} --name b\n", Io.Errors);
        Assert.Equal(1, Host.DisposeCount);
    }

    [Fact]
    public async Task Ctrl_c_is_an_event_in_json()
    {
        Task<int> run = Run("run", Source("a.fake"), "--entry", "sleep", "--json");
        await Io.OutText.WaitForAsync("tired");
        Io.PressCtrlC();
        Assert.Equal(130, await run);
        Assert.Equal("left", JsonLines()[^1].GetProperty("event").GetString());
    }

    [Fact]
    public async Task A_second_ctrl_c_leaves_at_once_even_when_the_host_does_not_end()
    {
        TaskCompletionSource never = new();
        Host.MayDispose = never.Task;
        Task<int> run = Run("run", Source("a.fake"), "--entry", "sleep");
        await Io.OutText.WaitForAsync("tired");
        Io.PressCtrlC();
        await Io.ErrorText.WaitForAsync("Left a");
        Assert.False(run.IsCompleted);
        Io.PressCtrlC();
        Assert.Equal(130, await run);
        never.SetResult();
    }

    [Fact]
    public async Task Dropped_output_is_mentioned()
    {
        Host.Add("a", status: KernelStatus.Running);
        Task<int> run = Run("run", Source("a.fake"));
        await Io.ErrorText.WaitForAsync("continues");
        Host.Publish(KernelId.Parse("a"), KernelEventKind.Dropped, "17");
        Host.Wake("a");
        Assert.Equal(0, await run);
        Assert.Contains("17 events were dropped", Io.Errors);
    }

    [Fact]
    public async Task A_line_that_the_program_left_open_is_ended_on_a_terminal_only()
    {
        foreach (bool isTerminal in (bool[])[true, false])
        {
            NewConsole();
            Io.OutIsTerminal = isTerminal;
            Host.Add("a", status: KernelStatus.Running);
            Task<int> run = Run("run", Source("a.fake"));
            await Io.ErrorText.WaitForAsync("continues");
            Host.Publish(KernelId.Parse("a"), KernelEventKind.Printed, "open");
            Host.Publish(KernelId.Parse("a"), KernelEventKind.Ended, "halted", "Ok", KernelStatus.Idle);
            Assert.Equal(0, await run);
            Assert.Equal(isTerminal ? "open\n" : "open", Io.Text);
        }
    }

    [Fact]
    public async Task A_terminal_is_not_commanded_by_what_a_program_prints()
    {
        Io.OutIsTerminal = true;
        Assert.Equal(0, await Run("run", Source("a.fake"), "\u001b[2Jx", "--entry", "echo"));
        Assert.Equal("\uFFFD[2Jx\n", Io.Text);
    }
}
