using Granary.Kernels;

namespace Granary.Stores;

/// <summary>Where a kernel's journal ends in the store, and who may go on with it.</summary>
internal readonly record struct KernelTail(ulong Epoch, ulong Generation, ulong Position, Hash Chain, bool IsDeleted)
{
    /// <summary>What the first append of a new kernel follows.</summary>
    public static KernelTail Unborn => new(Epoch: 1, Generation: 0, Position: 0, default, IsDeleted: false);
}

internal enum AppendVerdict
{
    Write,

    /// <summary>It is already there; nothing to write.</summary>
    Repeated,
    Fenced,
    Conflict,
}

/// <summary>What every store checks before it writes anything of a kernel.</summary>
internal static class AppendRules
{
    /// <remarks>
    /// Only the first entry's chain is computed again: that ties the batch to the stored tail, which is what the store
    /// answers for. The entries among themselves were chained by the kernel and are checked by whoever re-executes
    /// them.
    /// </remarks>
    public static AppendVerdict Judge(in KernelTail tail, KernelAppend append)
    {
        if (append.Epoch != tail.Epoch)
        {
            return AppendVerdict.Fenced;
        }
        if (IsThere(tail, append))
        {
            return AppendVerdict.Repeated;
        }
        if (tail.IsDeleted)
        {
            return AppendVerdict.Fenced;
        }
        return Follows(tail, append.Entries) && HeadFits(append) ? AppendVerdict.Write : AppendVerdict.Conflict;
    }

    /// <summary>
    /// A checkpoint of a new generation (rollback) shares nodes with another one than the kernel's newest: the store
    /// makes sure that they are still there.
    /// </summary>
    public static bool IsCopy(in KernelTail tail, KernelAppend append) =>
        append.Checkpoint is CheckpointWrite checkpoint && checkpoint.Head.Generation != tail.Generation;

    /// <exception cref="ArgumentException">The creation is not one of a kernel's first entries and
    /// checkpoint.</exception>
    public static void CheckCreation(KernelCreation creation)
    {
        KernelAppend first = creation.First;
        RequireKernel(first.Id);
        if (first.Checkpoint is null || first.Summary.Status == KernelStatus.Deleted
            || Judge(KernelTail.Unborn, first) != AppendVerdict.Write)
        {
            throw new ArgumentException(
                $"Kernel {first.Id} cannot be created: its first append needs epoch 1, entries from position 1 whose"
                + " chain begins at zero, a checkpoint at one of them, and a status other than deleted.",
                nameof(creation));
        }
    }

    /// <exception cref="ArgumentException">The id is the client's.</exception>
    public static void RequireKernel(KernelId id)
    {
        if (id.IsClient)
        {
            throw new ArgumentException("The empty id stands for a client; a store keeps kernels only.", nameof(id));
        }
    }

    /// <summary>The nodes below a creation that it does not bring itself: parts of the checkpoint it was copied
    /// from.</summary>
    public static IEnumerable<Hash> SharedNodes(
        CheckpointWrite checkpoint, Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks)
    {
        HashSet<Hash> seen = [.. checkpoint.Nodes.Select(node => node.Hash)];
        IEnumerable<Hash> links = checkpoint.Nodes.SelectMany(node => childLinks(node.Bytes))
            .Append(checkpoint.Head.Root);
        if (checkpoint.Head.WorkRoot is Hash workRoot)
        {
            links = links.Append(workRoot);
        }
        return links.Where(seen.Add);
    }

    public static StoreException SourceIsGone(string description, KernelId id, in Hash node) => new(
        StoreFault.Failed,
        $"Kernel {id} was not created in {description}: state tree node {node}, which it shares with the checkpoint"
        + " that it was copied from, is no longer stored.",
        "Copy it again from a checkpoint that is still kept; name a checkpoint to keep it.");

    private static bool IsThere(in KernelTail tail, KernelAppend append)
    {
        if (append.Entries.Count == 0)
        {
            return tail.IsDeleted && append.Summary.Status == KernelStatus.Deleted;
        }
        JournalRecord last = append.Entries[^1];
        return last.Position == tail.Position && last.Chain == tail.Chain;
    }

    private static bool Follows(in KernelTail tail, IReadOnlyList<JournalRecord> entries)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (entries[i].Position != tail.Position + (ulong)i + 1)
            {
                return false;
            }
        }
        return entries.Count == 0
            || JournalRecord.ChainAfter(tail.Chain, entries[0].Bytes.Span) == entries[0].Chain;
    }

    private static bool HeadFits(KernelAppend append)
    {
        if (append.Checkpoint?.Head is not KernelHead head)
        {
            return true;
        }
        IReadOnlyList<JournalRecord> entries = append.Entries;
        if (head.Id != append.Id || entries.Count == 0 || head.Position < entries[0].Position
            || head.Position > entries[^1].Position)
        {
            return false;
        }
        return entries[(int)(head.Position - entries[0].Position)].Chain == head.Chain;
    }
}
