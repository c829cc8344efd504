using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Grains;

/// <summary>
/// Kernels wherever in the cluster they are. A request that meets a kernel on its way, or a silo that is gone, is asked
/// again until it gets through: what must not happen twice carries a key under which the kernel takes it once.
/// </summary>
/// <param name="grains">Known when the silo has been built, which is after its host is open.</param>
public sealed class GrainReach(Func<IGrainFactory> grains, KernelGrainOptions options) : IKernelReach
{
    private static readonly TimeSpan s_delayFirst = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_delayMax = TimeSpan.FromMilliseconds(200);

    public async Task<MessageAccepted> SendAsync(Envelope message, CancellationToken cancellationToken)
    {
        byte[] envelope = WithKey(message).ToBytes();
        AcceptedAnswer answer = await AskAsync(
            message.To, grain => grain.Send(envelope), isRepeatable: true, cancellationToken).ConfigureAwait(false);
        return new MessageAccepted(message.To, answer.Position, answer.Duplicate);
    }

    public async Task<CallResult?> CallAsync(
        Envelope message, bool onlyIfKnown, CancellationToken cancellationToken)
    {
        Envelope keyed = WithKey(message);
        byte[] envelope = keyed.ToBytes();
        while (true)
        {
            CallAnswer answer = await AskAsync(
                message.To, grain => grain.Call(envelope, onlyIfKnown, (int)options.CallWait.TotalMilliseconds),
                isRepeatable: true, cancellationToken).ConfigureAwait(false);
            switch (answer.State)
            {
                case CallState.Answered:
                    CallResult result = Answers.Read(message.To, answer);
                    // Only what the caller itself repeats is a duplicate to it.
                    return message.IdempotencyKey.Length > 0 ? result : result with { Duplicate = false };
                case CallState.Unknown:
                    return null;
                default:
                    cancellationToken.ThrowIfCancellationRequested();
                    break;
            }
        }
    }

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

    private IKernelGrain Grain(KernelId id) => grains().GetGrain<IKernelGrain>(id.Value);

    private Task<T> ReadAsync<T>(
        KernelId id, Func<IKernelGrain, Task<T>> read, CancellationToken cancellationToken) =>
        AskAsync(id, read, isRepeatable: true, cancellationToken);

    private async Task<T> AskAsync<T>(
        KernelId id, Func<IKernelGrain, Task<T>> ask, bool isRepeatable, CancellationToken cancellationToken)
    {
        long start = options.Clock.GetTimestamp();
        TimeSpan delay = s_delayFirst;
        while (true)
        {
            try
            {
                return await ask(Grain(id)).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (KernelRefusedException error)
            {
                if (!error.HasMoved || IsOver(start))
                {
                    throw Refusals.FromWire(id, error);
                }
            }
            catch (Exception error) when (Refusals.IsTransport(error))
            {
                // A rejected message was not delivered; of another nobody knows.
                if (IsOver(start) || !(isRepeatable || error is Orleans.Runtime.OrleansMessageRejectionException))
                {
                    throw new KernelHostException(
                        KernelHostError.Unreachable, $"The silo of kernel '{id}' does not answer: {error.Message}",
                        "It may have been done or not: look, and ask again.", error);
                }
            }
            await Task.Delay(delay, options.Clock, cancellationToken).ConfigureAwait(false);
            delay = delay < s_delayMax ? delay * 2 : s_delayMax;
        }
    }

    private bool IsOver(long start) => options.Clock.GetElapsedTime(start) > options.Patience;

    private static Envelope WithKey(Envelope message) => message.IdempotencyKey.Length > 0
        ? message
        : message with { IdempotencyKey = "~" + Guid.NewGuid().ToString("N") };

    /// <summary>What does not get through is sent again by whoever needs it.</summary>
    private static void Forget(Task oneWay) => oneWay.ContinueWith(
        static task => _ = task.Exception, CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}
