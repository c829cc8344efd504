using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Client.Tests;

/// <summary>Over a real node: every operation gives what the host itself gives, and no reply is lost.</summary>
public sealed class NodeTests
{
    private const string Program = """
        on add
            get n "n"
            int n n
            int d payload
            add n d
            put "n" n
            print n
            halt n
        on nap
            int d payload
            sleep d
            halt "rested"
        on trap
            div n 0
        """;

    private static readonly KernelId _id = KernelId.Parse("counter");
    private static readonly KernelId _copy = KernelId.Parse("copy");

    [Fact]
    public async Task Every_operation_gives_what_the_host_gives()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient();
        await SameAsync(node, client, async h => await h.ListEnginesAsync());

        KernelInfo deployed = await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", Program);
        Assert.Equal(await node.Host.GetAsync(_id), deployed);
        MessageAccepted accepted = await client.SendTextAsync(_id, "add", "5");
        Assert.Equal((_id, false), (accepted.To, accepted.Duplicate));
        CallResult called = await client.CallAsync(Add("7", "k1"));
        Assert.Equal(("12", ReplyStatus.Ok, false), (Text(called.Payload), called.Status, called.Duplicate));
        Assert.Equal(_id, called.Receipt!.Kernel);
        Assert.Equal(Hash.Of("12"u8), called.Receipt.OutputHash);
        Assert.Equal("12", Text((await client.AwaitReplyAsync(_id, "k1"))!.Payload));
        Assert.Null(await client.AwaitReplyAsync(_id, "never/made"));
        Assert.True((await client.CallAsync(Add("7", "k1"))).Duplicate);
        CallFailedException trap = await Assert.ThrowsAsync<CallFailedException>(
            () => client.CallTextAsync(_id, "trap"));
        Assert.Equal(ReplyStatus.Trapped, trap.Status);

        await SameAsync(node, client, async h => await h.GetAsync(_id));
        await SameAsync(node, client, async h => await ListAsync(h.ListAsync()));
        await SameAsync(node, client, async h => await ListAsync(h.ReadStateAsync(new StateQuery { Id = _id })));
        await SameAsync(node, client, async h => await h.ProveAsync(_id, "data/n"u8.ToArray()));
        await SameAsync(node, client, async h => await h.ProveAsync(_id, "data/none"u8.ToArray()));
        SnapshotInfo kept = await client.SnapshotAsync(_id, "v1");
        Assert.Equal("v1", kept.Name);
        await SameAsync(node, client, async h => await h.ListSnapshotsAsync(_id));
        await SameAsync(node, client, async h => await h.VerifyAsync(_id, null, null));
        await SameAsync(node, client, async h => await ListAsync(h.ReadJournalAsync(_id, 1)));
        await SameAsync(node, client, async h => await ListAsync(h.TraceAsync(new TraceQuery(_id, 3))));
    }

    [Fact]
    public async Task Changes_over_the_node_are_changes_of_the_host()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient();
        await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", Program);
        await client.CallTextAsync(_id, "add", "5");
        SnapshotInfo kept = await client.SnapshotAsync(_id, "v1");
        await client.CallTextAsync(_id, "add", "6");

        Assert.Equal(KernelStatus.Paused, (await client.PauseAsync(_id)).Status);
        Assert.Equal(KernelStatus.Idle, (await client.ResumeAsync(_id)).Status);
        Assert.Equal(_copy, (await client.ForkAsync(_id, _copy, new CheckpointRef { Root = kept.Root })).Id);
        Assert.Equal("6", await client.CallTextAsync(_copy, "add", "1"));
        await client.SetPortAsync(_id, "out", _copy);
        await client.SetPortAsync(_id, "out", null);
        await client.RollbackAsync(_id, CheckpointRef.Parse("v1"));
        Assert.Equal("7", await client.CallTextAsync(_id, "add", "2"));

        MachineState machine = await client.ReadMachineAsync(_id);
        MachineState direct = await node.Host.ReadMachineAsync(_id);
        Assert.True(machine.Snapshot.ContentEquals(direct.Snapshot));
        Assert.Equal(direct with { Snapshot = machine.Snapshot }, machine);
        await client.WriteMachineAsync(_copy, machine);

        Task<CallResult> nap = client.CallAsync(new MessageRequest
        {
            To = _id, Entry = "nap", Payload = "3600000"u8.ToArray(),
        });
        while ((await client.GetAsync(_id)).Status != KernelStatus.Sleeping)
        {
            await Task.Delay(10);
        }
        await client.CancelAsync(_id);
        Assert.Equal(ReplyStatus.Trapped, (await nap.WaitAsync(TimeSpan.FromSeconds(30))).Status);

        await client.DeleteAsync(_copy);
        KernelHostException gone = await Assert.ThrowsAsync<KernelHostException>(() => client.GetAsync(_copy));
        Assert.Equal(KernelHostError.NoSuchKernel, gone.Error);
        KernelHostException same = await Assert.ThrowsAsync<KernelHostException>(() => node.Host.GetAsync(_copy));
        Assert.Equal((same.What, same.Advice), (gone.What, gone.Advice));
    }

    [Fact]
    public async Task Ports_timers_deadlines_and_dead_letters_are_those_of_the_host()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient();
        await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", Program);
        await client.DeploySourceAsync(BuiltInEngines.All, _copy, ".gscript", Program);
        await client.SetPortAsync(_id, "out", _copy);
        await client.SetPortAsync(_id, "again", _id);
        await SameAsync(node, client, async h => await ListAsync(h.ListPortsAsync(_id)));
        Assert.Equal(
            [new PortInfo("again", new Port(_id, 0)), new PortInfo("out", new Port(_copy, 0))],
            await ListAsync(client.ListPortsAsync(_id)));
        Assert.Equal("out", Assert.Single(await ListAsync(client.ListPortsAsync(_id, after: "b"))).Name);

        KernelTimer timer = new(2_000_000_000_001, 86_400_001, "add", "7"u8.ToArray(), GasMeter.Unlimited);
        Assert.Equal(timer.Due, (await client.SetTimerAsync(_id, "nightly", timer)).WakeAt);
        await client.SetTimerAsync(_id, "once", new KernelTimer(2_000_000_000_002, 0, "", default, 5));
        await SameAsync(node, client, async h => await h.ListTimersAsync(_id));
        TimerInfo listed = (await client.ListTimersAsync(_id))[0];
        Assert.Equal(("nightly", "7"), (listed.Name, Text(listed.Timer.Payload)));
        Assert.Equal(timer with { Payload = listed.Timer.Payload }, listed.Timer);
        await client.ClearTimerAsync(_id, "nightly");
        Assert.Single(await node.Host.ListTimersAsync(_id));
        await RefusedAsync(() => client.ClearTimerAsync(_id, "nightly"));
        await RefusedAsync(() => client.SetTimerAsync(_id, "x", timer with { Period = -1 }));

        await client.PauseAsync(_id);
        await client.SendAsync(Add("1", ""));
        MessageAccepted cancelled = await client.SendAsync(Add("10", ""));
        await client.CancelAsync(_id, cancelled.Position);
        Task<CallResult> late = client.CallAsync(Add("100", "") with { Timeout = TimeSpan.FromMilliseconds(1.5) });
        await client.SendAsync(new MessageRequest { To = _id, Entry = "trap", Timeout = TimeSpan.MaxValue });
        while ((await client.GetAsync(_id)).InboxCount < 2)
        {
            await Task.Delay(10);
        }
        await Task.Delay(10);
        await client.ResumeAsync(_id);
        Assert.Equal(ReplyStatus.TimedOut, (await late.WaitAsync(TimeSpan.FromSeconds(30))).Status);
        while ((await client.ListDeadLettersAsync(_id)).Count < 1)
        {
            await Task.Delay(10);
        }
        Assert.Equal("1", await client.CallTextAsync(_id, "add", "0"));
        await SameAsync(node, client, async h => await h.ListDeadLettersAsync(_id));
        DeadLetterInfo letter = Assert.Single(await client.ListDeadLettersAsync(_id));
        Assert.Equal((ReplyStatus.Trapped, "trap"), (letter.Letter.Status, letter.Letter.Message.Entry));
        await client.ResendDeadLetterAsync(_id, letter.Number);
        while ((await client.ListDeadLettersAsync(_id)) is not [{ Number: 2 }])
        {
            await Task.Delay(10);
        }
        await client.DropDeadLetterAsync(_id, 2);
        Assert.Empty(await node.Host.ListDeadLettersAsync(_id));
        await RefusedAsync(() => client.DropDeadLetterAsync(_id, 2));
        await RefusedAsync(() => client.SendAsync(Add("1", "") with { Timeout = TimeSpan.FromSeconds(-1) }));
    }

    [Fact]
    public async Task Bundles_go_both_ways_whole()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient();
        await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", Program);
        await client.CallTextAsync(_id, "add", "5");
        using MemoryStream bundle = new();
        BundleInfo info = await client.ExportAsync(_id, bundle);
        Assert.Equal((_id, bundle.Length), (info.Id, info.Bytes));
        SnapshotInfo head = (await client.ListSnapshotsAsync(_id))[^1];
        Assert.Equal((head.Position, head.Root, head.Chain), (info.Position, info.Root, info.Chain));
        bundle.Position = 0;
        Assert.True((await client.VerifyBundleAsync(bundle, null)).Accepted);
        bundle.Position = 0;
        Assert.Equal(_copy, (await client.ImportAsync(bundle, _copy)).Id);
        Assert.Equal("6", await client.CallTextAsync(_copy, "add", "1"));
        using MemoryStream garbage = new("garbage"u8.ToArray());
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => client.ImportAsync(garbage, null));
        Assert.Equal(KernelHostError.BadBundle, error.Error);
    }

    [Fact]
    public async Task A_list_of_many_kernels_and_entries_comes_page_by_page()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient();
        for (int i = 0; i < 520; i++)
        {
            await node.Host.DeploySourceAsync(
                BuiltInEngines.All, KernelId.Parse($"k{i}"), ".gscript", "on start\n  halt");
        }
        await SameAsync(node, client, async h => (await ListAsync(h.ListAsync())).Select(k => k.Id.Value));
        await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", """
            on fill
                set i 1000
            more:
                set key "k"
                join key i
                put key i
                add i 1
                if i < 1250 goto more
                halt
            """);
        await client.CallTextAsync(_id, "fill");
        foreach (int limit in new[] { 0, 1, 100, 101, 1_000 })
        {
            StateQuery query = new() { Id = _id, Prefix = "data/k"u8.ToArray(), Limit = limit };
            await SameAsync(
                node, client, async h => (await ListAsync(h.ReadStateAsync(query))).Select(e => Text(e.Key)));
        }
        for (int i = 0; i < 150; i++)
        {
            await node.Host.SendAsync(new MessageRequest { To = _id, Entry = "none" });
        }
        await node.Host.PauseAsync(_id);
        await SameAsync(node, client, async h => (await ListAsync(h.ReadJournalAsync(_id, 3))).Select(j => j.Position));
    }

    [Fact]
    public async Task Events_of_a_message_sent_after_watching_began_are_seen()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient();
        await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", Program);
        for (int i = 1; i <= 20; i++)
        {
            using CancellationTokenSource stop = new(TimeSpan.FromSeconds(30));
            IAsyncEnumerable<KernelEvent> events = client.WatchAsync(_id, null, stop.Token);
            await client.SendTextAsync(_id, "add", "1");
            await foreach (KernelEvent e in events)
            {
                if (e.Kind == KernelEventKind.Printed)
                {
                    Assert.Equal($"{i}", Text(e.Content).Trim());
                    break;
                }
            }
        }
    }

    [Fact]
    public async Task No_reply_and_no_event_is_lost_over_a_restart_of_the_node()
    {
        await using TestNode node = await TestNode.StartAsync();
        await using GranaryClient client = node.NewClient(new GranaryClientOptions
        {
            RetryDelay = TimeSpan.FromMilliseconds(10), RetryDelayMax = TimeSpan.FromMilliseconds(100),
        });
        await client.DeploySourceAsync(BuiltInEngines.All, _id, ".gscript", Program);
        using CancellationTokenSource stop = new(TimeSpan.FromSeconds(60));
        Task<KernelEvent> ended = FirstEndAsync(client.WatchAsync(_id, null, stop.Token));
        Task<CallResult> call = client.CallAsync(
            new MessageRequest { To = _id, Entry = "nap", Payload = "1500"u8.ToArray() }, stop.Token);
        while ((await client.GetAsync(_id)).Status != KernelStatus.Sleeping)
        {
            await Task.Delay(10);
        }
        await node.StopAsync();
        await Task.Delay(200);
        await node.StartAgainAsync();
        CallResult result = await call;
        Assert.Equal(("rested", false), (Text(result.Payload), result.Duplicate));
        Assert.Equal("Ok", (await ended).Topic);
    }

    private static async Task<KernelEvent> FirstEndAsync(IAsyncEnumerable<KernelEvent> events)
    {
        await foreach (KernelEvent e in events)
        {
            if (e.Kind == KernelEventKind.Ended)
            {
                return e;
            }
        }
        throw new InvalidOperationException("The stream ended.");
    }

    private static MessageRequest Add(string number, string key) => new()
    {
        To = _id, Entry = "add", Payload = Encoding.UTF8.GetBytes(number), IdempotencyKey = key,
    };

    private static async Task RefusedAsync(Func<Task> act)
    {
        KernelHostException refusal = await Assert.ThrowsAsync<KernelHostException>(act);
        Assert.Equal(KernelHostError.BadRequest, refusal.Error);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        List<T> all = [];
        await foreach (T item in items)
        {
            all.Add(item);
        }
        return all;
    }

    // Records hold bytes and lists, which do not compare by content: equivalence does.
    private static async Task SameAsync<T>(TestNode node, GranaryClient client, Func<IKernelHost, Task<T>> ask) =>
        Assert.Equivalent(Plain(await ask(node.Host)), Plain(await ask(client)), strict: true);

    private static string Plain<T>(T value) => System.Text.Json.JsonSerializer.Serialize(value, s_plain);

    private static readonly System.Text.Json.JsonSerializerOptions s_plain = new()
    {
        Converters = { new HashConverter() },
    };

    private sealed class HashConverter : System.Text.Json.Serialization.JsonConverter<Hash>
    {
        public override Hash Read(
            ref System.Text.Json.Utf8JsonReader reader, Type type, System.Text.Json.JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(
            System.Text.Json.Utf8JsonWriter writer, Hash value, System.Text.Json.JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
