namespace Granary.Kernels;

/// <summary>A kernel that came from another host, and what of it must be stored before anything else.</summary>
public sealed record KernelArrival(Kernel Kernel, Turn Turn, KernelCheckpoint Checkpoint)
{
    /// <summary>
    /// The kernel as it left. Null when what arrived is not the very next of what is stored: then the store is right.
    /// </summary>
    /// <param name="stored">Position and chain of the stored journal, read under the epoch of this activation.</param>
    /// <param name="generation">The kernel's, as stored.</param>
    /// <exception cref="CborException">An entry or a node is not what a kernel writes.</exception>
    /// <exception cref="ProgramUnavailableException">The engine or the code is not there.</exception>
    /// <exception cref="NodeMissingException">Neither the store nor what arrived has a node.</exception>
    public static KernelArrival? TryOpen(
        KernelDeparture departure, KernelId id, ulong generation, (ulong Position, Hash Chain) stored,
        IProgramSource programs, INodeSource nodes)
    {
        List<JournalRecord> entries = [];
        foreach (ReadOnlyMemory<byte> bytes in departure.Entries)
        {
            stored = (stored.Position + 1, JournalRecord.ChainAfter(stored.Chain, bytes.Span));
            entries.Add(new JournalRecord(stored.Position, bytes, stored.Chain));
        }
        if (entries.Count == 0 || stored != (departure.Position, departure.Chain)
            || JournalCodec.Decode(entries[^1].Bytes.Span) is not JournalEntry.Checkpointed checkpointed)
        {
            return null;
        }
        KernelHead head = new(
            id, generation, stored.Position, stored.Chain, checkpointed.Root, checkpointed.WorkRoot, checkpointed.Time);
        List<StoredNode> carried = [.. departure.Nodes.Select(n => new StoredNode(Hash.Of(n.Span), n))];
        Kernel kernel = Kernel.Restore(head, programs, new CarriedNodes(carried, nodes));
        return new KernelArrival(
            kernel, kernel.Drain() with { Entries = entries }, new KernelCheckpoint(head, carried));
    }

    private sealed class CarriedNodes(List<StoredNode> carried, INodeSource stored) : INodeSource
    {
        private readonly Dictionary<Hash, ReadOnlyMemory<byte>> _carried =
            carried.DistinctBy(n => n.Hash).ToDictionary(n => n.Hash, n => n.Bytes);

        public ReadOnlyMemory<byte> GetNode(in Hash hash) =>
            _carried.TryGetValue(hash, out ReadOnlyMemory<byte> bytes) ? bytes : stored.GetNode(hash);
    }
}
