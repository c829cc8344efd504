using Granary.Kernels;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>
/// Brings to a kernel what only its one activation can do, wherever that is: in this process, or in another that shares
/// the store. Errors are <see cref="KernelHostException"/>.
/// </summary>
public interface IKernelReach : IKernelRoutes
{
    /// <summary>Returns when the message is durable.</summary>
    Task<MessageAccepted> SendAsync(Envelope message, CancellationToken cancellationToken);

    /// <summary>
    /// Waits for the reply. Cancelling stops the waiting, not the message.
    /// </summary>
    /// <param name="onlyIfKnown">Only waits for the reply to a call that was taken before under the same key; null when
    /// nobody remembers it.</param>
    Task<CallResult?> CallAsync(Envelope message, bool onlyIfKnown, CancellationToken cancellationToken);

    /// <summary>Returns when the command has taken effect, durably. A rollback is checkpointed with it.</summary>
    Task CommandAsync(KernelId id, KernelCommand command, CancellationToken cancellationToken);

    /// <summary>Checkpoints the kernel at a safe point; returns when that is stored.</summary>
    Task<KernelHead> CheckpointAsync(KernelId id, string? name, CancellationToken cancellationToken);

    Task<IReadOnlyList<TimerInfo>> ListTimersAsync(KernelId id, CancellationToken cancellationToken);

    Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(KernelId id, CancellationToken cancellationToken);

    Task<SavedMachine> ReadMachineAsync(KernelId id, CancellationToken cancellationToken);

    /// <summary>Entries of the state as of the last commit; <see cref="StateQuery.At"/> is null.</summary>
    Task<IReadOnlyList<StateEntry>> ReadStateAsync(StateQuery query, CancellationToken cancellationToken);

    Task<StateEvidence> ProveAsync(KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>See <see cref="IKernelHost.BeginWatchingAsync"/>.</summary>
    Task BeginWatchingAsync(CancellationToken cancellationToken);

    /// <summary>See <see cref="IKernelHost.WatchAsync"/>.</summary>
    IAsyncEnumerable<KernelEvent> Watch(KernelId? id, ulong? after, CancellationToken cancellationToken);

    /// <summary>The kernel has something to do, perhaps. Need not arrive.</summary>
    void WakeUp(KernelId id);

    /// <summary>The kernel is deleted: whoever has it in memory lets it go. Need not arrive.</summary>
    void Drop(KernelId id);
}

/// <summary>A machine as it is, at a safe point.</summary>
public sealed record SavedMachine(EngineId Engine, KernelStatus Status, SnapshotBuffer Snapshot);
