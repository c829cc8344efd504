using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Grains;

/// <summary>
/// Kernels wherever in the cluster they are, for a host that is of it.
/// </summary>
/// <param name="grains">Known when the silo has been built, which is after its host is open.</param>
/// <param name="events">As <paramref name="grains"/>.</param>
public sealed class GrainReach(
    Func<IGrainFactory> grains, Func<EventHub> events, KernelGrainOptions options) : IKernelReach
{
    private readonly KernelCalls _calls = new(grains, options.CallWait, options.Patience, options.Clock);

    public Task<MessageAccepted> SendAsync(Envelope message, CancellationToken cancellationToken) =>
        _calls.SendAsync(message, cancellationToken);

    public Task<CallResult?> CallAsync(
        Envelope message, bool onlyIfKnown, CancellationToken cancellationToken) =>
        _calls.CallAsync(message, onlyIfKnown, cancellationToken);

    public Task CommandAsync(KernelId id, KernelCommand command, CancellationToken cancellationToken)
    {
        byte[] bytes = command.ToBytes();
        // The others name what they are about, and change nothing more when they are carried out again.
        bool isRepeatable = command is not (KernelCommand.Cancel or KernelCommand.Rollback
            or KernelCommand.WriteMachine);
        return AskAsync(
            id,
            async grain =>
            {
                await grain.Command(bytes).ConfigureAwait(false);
                return true;
            },
            isRepeatable, cancellationToken);
    }

    public async Task<KernelHead> CheckpointAsync(KernelId id, string? name, CancellationToken cancellationToken) =>
        Answers.Read(id, await AskAsync(
            id, grain => grain.Checkpoint(name), isRepeatable: name is null, cancellationToken).ConfigureAwait(false));

    public async Task<IReadOnlyList<TimerInfo>> ListTimersAsync(KernelId id, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(id, grain => grain.ListTimers(), cancellationToken).ConfigureAwait(false))
            .Select(t => new TimerInfo(t.Name, KernelTimer.Decode(t.Timer)))];

    public async Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
        KernelId id, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(id, grain => grain.ListDeadLetters(), cancellationToken).ConfigureAwait(false))
            .Select(d => new DeadLetterInfo(d.Number, DeadLetter.Decode(d.Letter)))];

    public async Task<SavedMachine> ReadMachineAsync(KernelId id, CancellationToken cancellationToken) =>
        Answers.Read(await ReadAsync(id, grain => grain.ReadMachine(), cancellationToken).ConfigureAwait(false));

    public async Task<IReadOnlyList<StateEntry>> ReadStateAsync(
        StateQuery query, CancellationToken cancellationToken)
    {
        byte[] prefix = query.Prefix.ToArray();
        byte[] after = query.After.ToArray();
        EntryAnswer[] entries = await ReadAsync(
            query.Id, grain => grain.ReadState(prefix, after, query.Limit), cancellationToken).ConfigureAwait(false);
        return [.. entries.Select(e => new StateEntry(e.Key, e.Value))];
    }

    public async Task<StateEvidence> ProveAsync(
        KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        byte[] bytes = key.ToArray();
        return Answers.Read(
            key, await ReadAsync(id, grain => grain.Prove(bytes), cancellationToken).ConfigureAwait(false));
    }

    public Task BeginWatchingAsync(CancellationToken cancellationToken) => events().BeginAsync(cancellationToken);

    public IAsyncEnumerable<KernelEvent> Watch(KernelId? id, ulong? after, CancellationToken cancellationToken) =>
        events().Watch(id, after, cancellationToken);

    public void WakeUp(KernelId id) => Forget(Grain(id).WakeUp());

    public void Drop(KernelId id) => Forget(Grain(id).Drop());

    public void Send(Envelope message) => Forget(Grain(message.To).Deliver(message.ToBytes()));

    public void Acknowledge(
        KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status) =>
        Forget(Grain(sender).Acknowledge(receiver.Value, generation, number, (byte)status));

    public void Refuse(KernelId sender, KernelId receiver) => Forget(Grain(sender).Refuse(receiver.Value));

    /// <summary>Where the kernel is; it comes into memory for that.</summary>
    public Task<PlaceAnswer> WhereAsync(KernelId id, CancellationToken cancellationToken) =>
        ReadAsync(id, grain => grain.Where(), cancellationToken);

    /// <summary>Has it begin to go to another silo.</summary>
    public Task MigrateAsync(
        KernelId id, Orleans.Runtime.SiloAddress target, CancellationToken cancellationToken) => AskAsync(
            id,
            async grain =>
            {
                await grain.Migrate(target).ConfigureAwait(false);
                return true;
            },
            isRepeatable: false, cancellationToken);

    private IKernelGrain Grain(KernelId id) => _calls.Grain(id);

    private Task<T> ReadAsync<T>(
        KernelId id, Func<IKernelGrain, Task<T>> read, CancellationToken cancellationToken) =>
        AskAsync(id, read, isRepeatable: true, cancellationToken);

    private Task<T> AskAsync<T>(
        KernelId id, Func<IKernelGrain, Task<T>> ask, bool isRepeatable, CancellationToken cancellationToken) =>
        _calls.AskAsync(id, ask, isRepeatable, cancellationToken);

    /// <summary>What does not get through is sent again by whoever needs it.</summary>
    internal static void Forget(Task oneWay) => oneWay.ContinueWith(
        static task => _ = task.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
