using System.Text;
using Granary.Kernels;
using Granary.Vms;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>What every method of the host does, and how it refuses: kernels, messages and commands.</summary>
public abstract class ApiTests(MediumKind kind) : HostTest(kind)
{
    [Fact]
    public async Task Engines_are_listed_with_their_languages()
    {
        IReadOnlyList<EngineInfo> engines = await Host.ListEnginesAsync();
        Assert.Contains(engines, e => e.Id.ToString() == "script@1" && e.Languages.Any(l =>
            l.FileExtension == ".gscript"));
        Assert.All(engines, e => Assert.NotEmpty(e.Summary));
        Assert.NotEmpty(Host.Description);
    }

    [Fact]
    public async Task A_deployed_kernel_is_idle_listed_and_found()
    {
        KernelInfo made = await Host.DeployScriptAsync("b", Programs.Adder);
        await Host.DeployScriptAsync("a", Programs.Adder);
        Assert.Equal(KernelStatus.Idle, made.Status);
        Assert.Equal(1UL, made.Generation);
        List<string> ids = [];
        await foreach (KernelInfo info in Host.ListAsync())
        {
            ids.Add(info.Id.Value);
        }
        Assert.Equal(["a", "b"], ids);
        KernelInfo found = await Host.GetAsync(Id("b"));
        Assert.Equal(made, found);
    }

    [Fact]
    public async Task Deploying_is_refused_with_a_reason()
    {
        DeployRequest good = new()
        {
            Id = Id("a"), Engine = new EngineId("script", 1), Code = Engines.Compile(".gscript", Programs.Adder),
        };
        await Host.DeployAsync(good);
        await RefusedAsync(KernelHostError.NameTaken, () => Host.DeployAsync(good));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.DeployAsync(good with { Id = default }));
        KernelHostException engine = await RefusedAsync(
            KernelHostError.NoSuchEngine, () =>
                Host.DeployAsync(good with { Id = Id("b"), Engine = new EngineId("z80", 1) }));
        Assert.Contains("script@1", engine.Advice, StringComparison.Ordinal);
        await RefusedAsync(
            KernelHostError.InvalidCode, () =>
                Host.DeployAsync(good with { Id = Id("b"), Code = new byte[] { 0xff, 0xfe } }));
        await RefusedAsync(
            KernelHostError.BadRequest, () =>
                Host.DeployAsync(good with { Id = Id("b"), Ports = [new("no name", Id("a"))] }));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.GetAsync(Id("b")));
    }

    [Fact]
    public async Task Messages_are_taken_once_for_each_key()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        MessageAccepted first = await Host.SendAsync("a", "add", "2", "k1");
        MessageAccepted again = await Host.SendAsync("a", "add", "2", "k1");
        Assert.False(first.Duplicate);
        Assert.True(again.Duplicate);
        Assert.Equal(first.Position, again.Position);
        CallResult called = await Host.TryAskAsync("a", "add", "3", "k2");
        CallResult repeated = await Host.TryAskAsync("a", "add", "3", "k2");
        Assert.Equal("5", Encoding.UTF8.GetString(repeated.Payload.Span));
        Assert.False(called.Duplicate);
        Assert.True(repeated.Duplicate);
        Receipt receipt = called.Receipt!;
        Assert.Equal(Hash.Of("5"u8), receipt.OutputHash);
        Assert.True(receipt.Outcome > receipt.Input);
        Assert.Equal("6", await Host.AskAsync("a", "add", "1"));
    }

    [Fact]
    public async Task A_buffer_may_be_used_again_when_sending_returned()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.PauseAsync(Id("a"));
        byte[] payload = "7"u8.ToArray();
        await Host.SendAsync(Message("a", "add") with { Payload = payload });
        payload[0] = (byte)'9';
        await Host.ResumeAsync(Id("a"));
        Assert.Equal("8", await Host.AskAsync("a", "add", "1"));
        await Host.VerifiesAsync("a");
    }

    [Fact]
    public async Task Messages_are_refused_with_a_reason()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.SendAsync("nobody", "add"));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.SendAsync("a", "no entry!"));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.SendAsync("a", "add", gas: -1));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.SendAsync("a", "add", "1", new string('k', 65)));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.SendAsync("a", "add", "1", "half \ud800"));
        await RefusedAsync(
            KernelHostError.MessageTooLarge,
            () => Host.SendAsync(Message("a",
                "add") with { Payload = new byte[VmLimits.Default.PayloadBytesMax + 1] }));
        Assert.Equal("1", await Host.AskAsync("a", "add", "1"));
    }

    [Fact]
    public async Task A_call_that_traps_says_which_trap()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        CallResult result = await Host.CallAsync(Message("a", "add", "1") with { Gas = 3 });
        Assert.Equal(ReplyStatus.Trapped, result.Status);
        Assert.Contains("OutOfGas", Encoding.UTF8.GetString(result.Payload.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_inbox_refuses_until_the_kernel_goes_on()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.PauseAsync(Id("a"));
        // One is begun at once, paused or not; the rest waits.
        int waiting = KernelLimits.Default.InboxMessagesMax + 1;
        await Task.WhenAll(Enumerable.Range(0, waiting).Select(_ => Host.SendAsync("a", "add", "1")));
        KernelHostException full = await RefusedAsync(KernelHostError.InboxFull, () => Host.SendAsync("a", "add", "1"));
        Assert.Contains("resume", full.Advice, StringComparison.Ordinal);
        Assert.Equal(KernelStatus.Paused, (await Host.GetAsync(Id("a"))).Status);
        await Host.ResumeAsync(Id("a"));
        string sum = (waiting + 1).ToString(System.Globalization.CultureInfo.InvariantCulture);
        await UntilAsync("inbox empties", async () => (await Host.GetAsync(Id("a"))).InboxCount == 0);
        Assert.Equal(sum, await Host.AskAsync("a", "add", "1"));
    }

    [Fact]
    public async Task Cancelling_a_call_stops_the_waiting_not_the_message()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.PauseAsync(Id("a"));
        using CancellationTokenSource source = new();
        Task<CallResult> call = Host.CallAsync(Message("a", "add", "4"), source.Token);
        await UntilAsync("taken", async () => (await Host.GetAsync(Id("a"))).Position >= 3);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await Host.ResumeAsync(Id("a"));
        Assert.Equal("5", await Host.AskAsync("a", "add", "1"));
    }

    [Fact]
    public async Task A_call_that_joins_a_sent_message_by_its_key_is_answered()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.PauseAsync(Id("a"));
        await Host.SendAsync("a", "add", "4", "k");
        Task<CallResult> joined = Host.TryAskAsync("a", "add", "4", "k");
        await Host.ResumeAsync(Id("a"));
        Assert.True((await joined).Duplicate);
    }

    [Fact]
    public async Task A_running_program_is_paused_resumed_and_cancelled()
    {
        await Host.DeployMovaAsync("m", Programs.Endless);
        await Host.StartAsync("m");
        Assert.Equal(KernelStatus.Running, (await Host.GetAsync(Id("m"))).Status);
        Assert.Equal(KernelStatus.Paused, (await Host.PauseAsync(Id("m"))).Status);
        int count = await Host.CountAsync("m");
        Assert.Equal(count, await Host.CountAsync("m"));
        await Host.ResumeAsync(Id("m"));
        await UntilAsync("it runs on", async () => await Host.CountAsync("m") > count);
        Assert.Equal(KernelStatus.Idle, (await Host.CancelAsync(Id("m"))).Status);
        await Host.VerifiesAsync("m");
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.PauseAsync(Id("nobody")));
    }

    [Fact]
    public async Task Ports_are_given_and_taken()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.DeployScriptAsync("r", Programs.Relay);
        await Host.SetPortAsync(Id("r"), "next", Id("a"));
        await Host.AskAsync("r", "pass", "3");
        await UntilAsync("it arrives", async () =>
            (await Host.StateAsync("a", "data/n")).Contains("=33", StringComparison.Ordinal));
        await Host.SetPortAsync(Id("r"), "next", null);
        await Host.AskAsync("r", "pass", "5");
        Assert.Equal("4", await Host.AskAsync("a", "add", "1"));
        await RefusedAsync(KernelHostError.BadRequest, () => Host.SetPortAsync(Id("r"), "no name", Id("a")));
        for (int i = 0; i < KernelLimits.Default.PortsMax; i++)
        {
            await Host.SetPortAsync(Id("r"), $"p{i}", Id("a"));
        }
        await RefusedAsync(KernelHostError.BadRequest, () => Host.SetPortAsync(Id("r"), "more", Id("a")));
        Assert.Equal(KernelStatus.Idle, (await Host.GetAsync(Id("r"))).Status);
    }

    [Fact]
    public async Task A_deleted_kernel_is_gone_and_its_id_stays_used()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.AskAsync("a", "add", "3");
        await Host.DeleteAsync(Id("a"));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.GetAsync(Id("a")));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.AskAsync("a", "add", "3"));
        await RefusedAsync(KernelHostError.NoSuchKernel, () => Host.DeleteAsync(Id("a")));
        await RefusedAsync(KernelHostError.NameTaken, () => Host.DeployScriptAsync("a", Programs.Adder));
    }

    [Fact]
    public async Task A_closedHost_says_so()
    {
        await Host.DeployScriptAsync("a", Programs.Adder);
        await Host.DisposeAsync();
        await RefusedAsync(KernelHostError.ShuttingDown, () => Host.SendAsync("a", "add", "1"));
        await RefusedAsync(KernelHostError.ShuttingDown, () => Host.GetAsync(Id("a")));
        await RefusedAsync(KernelHostError.ShuttingDown, () => Host.DeployScriptAsync("b", Programs.Adder));
        await RefusedAsync(KernelHostError.ShuttingDown, () => Host.ExportAsync(Id("a"), Stream.Null));
        await foreach (KernelEvent _ in Host.WatchAsync(null))
        {
            Assert.Fail("A closed host has no events.");
        }
    }
}

public sealed class MemoryApiTests() : ApiTests(MediumKind.Memory);

public sealed class SqliteApiTests() : ApiTests(MediumKind.Sqlite);
