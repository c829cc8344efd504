using System.Text;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded.Tests;

/// <summary>Two hosts over one store; a kernel goes from one to the other while it runs.</summary>
public sealed class MoveTests
{
    private static readonly KernelId _id = KernelId.Parse("k");

    [Fact]
    public async Task A_running_kernel_goes_on_in_another_host_from_what_it_carried()
    {
        MemoryStore store = new();
        await using EmbeddedHost one = await OpenAsync(store);
        await using EmbeddedHost two = await OpenAsync(store);
        await BeginToSpinAsync(one);
        long gas = 0;
        for (int i = 0; i < 10; i++)
        {
            (EmbeddedHost from, EmbeddedHost to) = i % 2 == 0 ? (one, two) : (two, one);
            KernelDeparture departure = await LeaveCarryingAsync(from);
            Assert.Null(from.LiveFor(_id));
            to.Arrive(_id, KernelDeparture.Parse(departure.ToBytes()));
            await UntilAsync(async () => (await to.GetAsync(_id)).Position >= departure.Position);
            await to.Local.CheckpointAsync(_id, null, default);
            long gasNow = (await to.GetAsync(_id)).GasSpent;
            Assert.True(gasNow >= gas);
            gas = gasNow;
        }
        await one.Local.CommandAsync(_id, new KernelCommand.Cancel(), default);
        await AssertVerifiedAsync(one);
    }

    [Theory]
    [InlineData("position")]
    [InlineData("chain")]
    [InlineData("entry")]
    [InlineData("nodes")]
    public async Task What_was_damaged_on_the_way_counts_as_lost_and_the_store_is_right(string damage)
    {
        MemoryStore store = new();
        await using EmbeddedHost one = await OpenAsync(store);
        await using EmbeddedHost two = await OpenAsync(store);
        await BeginToSpinAsync(one);
        KernelDeparture departure = await LeaveCarryingAsync(one);
        byte[] entry = departure.Entries[^1].ToArray();
        entry[^1] ^= 1;
        two.Arrive(_id, damage switch
        {
            "position" => departure with { Position = departure.Position + 1 },
            "chain" => departure with { Chain = Hash.Of("other"u8) },
            "entry" => departure with { Entries = [.. departure.Entries.SkipLast(1), entry] },
            _ => departure with { Nodes = [] },
        });
        Assert.Equal(KernelStatus.Running, await StatusAsync(two));
        await two.Local.CommandAsync(_id, new KernelCommand.Cancel(), default);
        await AssertVerifiedAsync(two);
    }

    [Fact]
    public async Task What_arrives_after_the_kernel_has_gone_on_elsewhere_is_forgotten()
    {
        MemoryStore store = new();
        await using EmbeddedHost one = await OpenAsync(store);
        await using EmbeddedHost two = await OpenAsync(store);
        await BeginToSpinAsync(one);
        KernelDeparture departure = await LeaveCarryingAsync(one);
        one.Local.WakeUp(_id);
        KernelHead head = await one.Local.CheckpointAsync(_id, null, default);
        Assert.True(head.Position > departure.PositionBefore);
        two.Arrive(_id, KernelDeparture.Parse(departure.ToBytes()));
        Assert.Equal(KernelStatus.Running, await StatusAsync(two));
        await two.Local.CommandAsync(_id, new KernelCommand.Cancel(), default);
        await AssertVerifiedAsync(two);
    }

    [Fact]
    public async Task What_is_stored_and_in_memory_is_brought_along_too()
    {
        MemoryStore store = new();
        await using EmbeddedHost one = await OpenAsync(store);
        await BeginToSpinAsync(one);
        await one.Local.CheckpointAsync(_id, null, default);
        KernelDeparture departure = await LeaveCarryingAsync(one);
        Assert.NotEmpty(departure.Known);
        HashSet<Hash> brought = [.. departure.Nodes.Select(n => Hash.Of(n.Span))];
        Assert.All(departure.Known, n => Assert.True(brought.Add(Hash.Of(n.Span))));
        Assert.All(departure.Known, n => Assert.True(store.GetNode(Hash.Of(n.Span)).Span.SequenceEqual(n.Span)));
    }

    [Fact]
    public async Task A_kernel_with_more_than_may_be_carried_leaves_through_the_store()
    {
        MemoryStore store = new();
        await using EmbeddedHost one = await OpenAsync(store);
        await using EmbeddedHost two = await OpenAsync(store);
        await BeginToSpinAsync(one);
        Assert.Null(await one.LeaveAsync(_id, bytes => bytes <= 100));
        IReadOnlyList<StoredHead> heads = await store.ListHeadsAsync(_id);
        Assert.NotNull(heads[^1].Head.WorkRoot);
        two.Local.WakeUp(_id);
        await two.Local.CommandAsync(_id, new KernelCommand.Cancel(), default);
        await AssertVerifiedAsync(two);
    }

    [Fact]
    public async Task Who_waits_for_a_reply_is_told_to_ask_again_and_gets_it_once()
    {
        MemoryStore store = new();
        await using EmbeddedHost one = await OpenAsync(store);
        await using EmbeddedHost two = await OpenAsync(store);
        await DeployAsync(one);
        Envelope call = new()
        {
            Kind = MessageKind.Call, To = _id, Entry = "nap", IdempotencyKey = "once", Gas = GasMeter.Unlimited,
        };
        Task<CallResult?> first = one.Local.CallAsync(call, onlyIfKnown: false, default);
        await UntilAsync(async () => (await one.GetAsync(_id)).Status == KernelStatus.Sleeping);
        KernelDeparture? departure = await one.LeaveAsync(_id, _ => true);
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(() => first);
        Assert.IsType<KernelMovedException>(error.InnerException);
        if (departure is not null)
        {
            two.Arrive(_id, departure);
        }
        two.Local.WakeUp(_id);
        CallResult? answer = await two.Local.CallAsync(call, onlyIfKnown: false, default)
            .WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(answer!.Duplicate);
        Assert.Equal("1", Encoding.UTF8.GetString(answer.Payload.Span));
        await AssertVerifiedAsync(two);
    }

    /// <summary>Who asks while what arrived turns out not to be what is stored is told to ask again.</summary>
    private static async Task<KernelStatus> StatusAsync(EmbeddedHost host)
    {
        while (true)
        {
            try
            {
                return (await host.Local.ReadMachineAsync(_id, default)).Status;
            }
            catch (KernelHostException error) when (error.InnerException is KernelMovedException)
            {
                await Task.Delay(2);
            }
        }
    }

    private static Task<EmbeddedHost> OpenAsync(MemoryStore store) => EmbeddedHost.OpenAsync(
        store, Engines.All, new EmbeddedOptions { Reach = host => new HereOnly(host) });

    private static Task<KernelInfo> DeployAsync(EmbeddedHost host) => host.DeployAsync(new DeployRequest
    {
        Id = _id, Engine = new EngineId("script", 1), Code = Engines.Compile(
            ".gscript",
            """
            on nap
                sleep 200
                get n "n"
                int n n
                add n 1
                put "n" n
                halt n
            on spin
            loop:
                add i 1
                goto loop
            """),
    });

    private static async Task BeginToSpinAsync(EmbeddedHost host)
    {
        await DeployAsync(host);
        await host.Local.SendAsync(
            new Envelope { Kind = MessageKind.Send, To = _id, Entry = "spin", Gas = GasMeter.Unlimited }, default);
        await UntilAsync(async () => (await host.GetAsync(_id)).Status == KernelStatus.Running);
    }

    /// <summary>Leaves with something that the store does not have: at a checkpoint it has all, and the kernel must run
    /// on first.</summary>
    private static async Task<KernelDeparture> LeaveCarryingAsync(EmbeddedHost host)
    {
        while (true)
        {
            if (await host.LeaveAsync(_id, _ => true) is { } departure)
            {
                return departure;
            }
            host.Local.WakeUp(_id);
            await UntilAsync(() => Task.FromResult(host.LiveFor(_id) is not null));
        }
    }

    private static async Task AssertVerifiedAsync(EmbeddedHost host)
    {
        VerifyReport report = await host.VerifyAsync(_id, null, null);
        Assert.True(report.Accepted, $"{report.FirstDifference}: {report.Reason}");
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(60));
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, "It did not come in time.");
            await Task.Delay(2);
        }
    }

    /// <summary>A host of several: it brings nothing into memory on its own.</summary>
    private sealed class HereOnly(EmbeddedHost host) : IKernelReach
    {
        public Task<MessageAccepted> SendAsync(Envelope message, CancellationToken cancellationToken) =>
            host.Local.SendAsync(message, cancellationToken);

        public Task<CallResult?> CallAsync(Envelope message, bool onlyIfKnown, CancellationToken cancellationToken) =>
            host.Local.CallAsync(message, onlyIfKnown, cancellationToken);

        public Task CommandAsync(KernelId id, KernelCommand command, CancellationToken cancellationToken) =>
            host.Local.CommandAsync(id, command, cancellationToken);

        public Task<KernelHead> CheckpointAsync(KernelId id, string? name, CancellationToken cancellationToken) =>
            host.Local.CheckpointAsync(id, name, cancellationToken);

        public Task<IReadOnlyList<TimerInfo>> ListTimersAsync(KernelId id, CancellationToken cancellationToken) =>
            host.Local.ListTimersAsync(id, cancellationToken);

        public Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
            KernelId id, CancellationToken cancellationToken) => host.Local.ListDeadLettersAsync(id, cancellationToken);

        public Task<SavedMachine> ReadMachineAsync(KernelId id, CancellationToken cancellationToken) =>
            host.Local.ReadMachineAsync(id, cancellationToken);

        public Task<IReadOnlyList<StateEntry>> ReadStateAsync(
            StateQuery query, CancellationToken cancellationToken) =>
            host.Local.ReadStateAsync(query, cancellationToken);

        public Task<StateEvidence> ProveAsync(
            KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken) =>
            host.Local.ProveAsync(id, key, cancellationToken);

        public Task BeginWatchingAsync(CancellationToken cancellationToken) =>
            host.Local.BeginWatchingAsync(cancellationToken);

        public IAsyncEnumerable<KernelEvent> Watch(
            KernelId? id, ulong? after, CancellationToken cancellationToken) =>
            host.Local.Watch(id, after, cancellationToken);

        public void WakeUp(KernelId id)
        {
        }

        public void Drop(KernelId id)
        {
        }

        public void Send(Envelope message) => host.Local.Send(message);

        public void Acknowledge(
            KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status) =>
            host.Local.Acknowledge(sender, receiver, generation, number, status);

        public void Refuse(KernelId sender, KernelId receiver) => host.Local.Refuse(sender, receiver);
    }
}
