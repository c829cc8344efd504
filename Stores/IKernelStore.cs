using Granary.Kernels;

namespace Granary.Stores;

/// <summary>
/// Keeps kernels durably: journal, checkpoints, tree nodes, code. What a call that writes has returned from is on disk.
/// Implementations are thread-safe; the one contract test suite runs against all of them.
/// </summary>
/// <remarks>Errors of the medium are <see cref="StoreException"/>: what, where, what to do.</remarks>
public interface IKernelStore : INodeSource, IAsyncDisposable
{
    /// <summary>What and where, for people: <c>SQLite /var/lib/granary/granary.db</c>.</summary>
    string Description { get; }

    /// <summary>Whether it answers at present.</summary>
    StoreHealth Health => StoreHealth.Local;

    /// <summary>How many calls of <see cref="AppendAsync"/> at a time are worth making: more than one where a flush
    /// goes on while the next transaction is being prepared.</summary>
    int AppendsAtOnce => 1;

    /// <summary>Stores code under its SHA-256; doing it again changes nothing.</summary>
    ValueTask PutCodeAsync(Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default);

    /// <summary>Code by hash, or null.</summary>
    ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(Hash hash, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores a new kernel with its first entries and checkpoint, in one transaction. False when the id was ever used.
    /// The kernel is active with epoch 1.
    /// </summary>
    /// <exception cref="ArgumentException">It is not one of a kernel's first entries with a checkpoint.</exception>
    /// <exception cref="StoreException">It shares nodes (fork) with a checkpoint that is gone; nothing was
    /// stored.</exception>
    ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the caller the kernel's only writer: raises its epoch <i>before</i> it reads the tail. Null when there is
    /// no such kernel or it is deleted.
    /// </summary>
    ValueTask<KernelActivation?> ActivateAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Appends to many kernels in one transaction. A kernel whose epoch is not the caller's leaves the batch as
    /// <see cref="AppendStatus.Fenced"/> without failing the others; one whose identical entries are already there
    /// (same epoch, same chain) is <see cref="AppendStatus.Done"/>, because an append whose answer was lost is asked
    /// again.
    /// </summary>
    ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default);

    /// <summary>The journal above a position, in order, in one consistent view.</summary>
    IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after, CancellationToken cancellationToken = default);

    /// <summary>Kernels in the order of their ids, at most <see cref="KernelQuery.Limit"/>.</summary>
    ValueTask<IReadOnlyList<StoredKernel>> ListAsync(KernelQuery query, CancellationToken cancellationToken = default);

    /// <summary>One kernel, also a deleted one; null when the id was never used.</summary>
    ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// The checkpoints that are kept, oldest first: the first of all, named ones, the newest
    /// <see cref="StoreLimits.HeadsKept"/> that stand at a commit, and the newest of all.
    /// </summary>
    ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(KernelId id, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes the nodes that no kept checkpoint reaches, and the code that no kernel ever ran (deleted kernels do not
    /// count) except what was put since the store was opened and waits for its kernel. May run while others append.
    /// </summary>
    ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default);
}
