using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation.Tests;

/// <summary>A store that breaks its contract.</summary>
internal sealed class SabotagedStore(IKernelStore inner, StoreSabotage sabotage) : IKernelStore
{
    private int _appends;
    private int _collections;

    public string Description => inner.Description;

    public async ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default)
    {
        _appends++;
        if (sabotage == StoreSabotage.ForgetsAppends && _appends % 50 == 0)
        {
            return [.. batch.Select(_ => AppendStatus.Done)];
        }
        IReadOnlyList<AppendStatus> statuses = await inner.AppendAsync(batch, cancellationToken);
        return sabotage == StoreSabotage.HidesTheFence ? [.. statuses.Select(_ => AppendStatus.Done)] : statuses;
    }

    public ValueTask<KernelActivation?> ActivateAsync(KernelId id, CancellationToken cancellationToken = default) =>
        inner.ActivateAsync(id, cancellationToken);

    public async IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        JournalRecord? last = null;
        await foreach (JournalRecord record in inner.ReadJournalAsync(id, after, cancellationToken))
        {
            if (last is { } before)
            {
                yield return sabotage == StoreSabotage.ChangesTheFirstEntry && before.Position == 1
                    ? Changed(before)
                    : before;
            }
            last = record;
        }
        // The last entry of a recovery is not there yet.
        if (last is { } kept && (sabotage != StoreSabotage.ReadsAnOldTail || after == 0)
            && (sabotage != StoreSabotage.CutsTheJournal || after > 0))
        {
            yield return sabotage == StoreSabotage.ChangesTheLastEntry && after == 0 ? Changed(kept) : kept;
        }
    }

    private static JournalRecord Changed(in JournalRecord record)
    {
        byte[] bytes = record.Bytes.ToArray();
        bytes[^1] ^= 1;
        return record with { Bytes = bytes };
    }

    public StoreHealth Health => inner.Health;

    public ReadOnlyMemory<byte> GetNode(in Hash hash) =>
        sabotage == StoreSabotage.CollectsTooMuch && _collections > 1 && hash.Span[0] % 8 == 0
            ? throw new NodeMissingException(hash, "was collected")
            : inner.GetNode(hash);

    public ValueTask PutCodeAsync(
        Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default) =>
        inner.PutCodeAsync(hash, code, cancellationToken);

    public ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(Hash hash, CancellationToken cancellationToken = default) =>
        inner.GetCodeAsync(hash, cancellationToken);

    public ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default) =>
        inner.CreateAsync(creation, cancellationToken);

    public ValueTask<IReadOnlyList<StoredKernel>> ListAsync(
        KernelQuery query, CancellationToken cancellationToken = default) => inner.ListAsync(query, cancellationToken);

    public ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        inner.FindAsync(id, cancellationToken);

    public async ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(
        KernelId id, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<StoredHead> heads = await inner.ListHeadsAsync(id, cancellationToken);
        return sabotage == StoreSabotage.ReadsAnOldRoot && heads.Count > 1 && heads[^1].Head.WorkRoot is null
            ? [.. heads.SkipLast(1), heads[^1] with { Head = heads[^1].Head with { Root = heads[0].Head.Root } }]
            : heads;
    }

    public ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default)
    {
        _collections++;
        return inner.CollectAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}

internal enum StoreSabotage
{
    /// <summary>Nodes are deleted that checkpoints need.</summary>
    CollectsTooMuch,

    /// <summary>What was refused is said to be done.</summary>
    HidesTheFence,

    /// <summary>Now and then nothing is written and all is said to be done.</summary>
    ForgetsAppends,

    /// <summary>A recovery does not see the last entry.</summary>
    ReadsAnOldTail,

    /// <summary>One bit of the first entry, for who reads from the beginning.</summary>
    ChangesTheFirstEntry,

    /// <summary>One bit of the last entry, for who reads from the beginning.</summary>
    ChangesTheLastEntry,

    /// <summary>The last entry is not there for who reads from the beginning.</summary>
    CutsTheJournal,

    /// <summary>The newest checkpoint comes with the root of the first.</summary>
    ReadsAnOldRoot,
}
