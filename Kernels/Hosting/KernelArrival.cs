namespace Granary.Kernels;

/// <summary>A kernel that came from another host, and what of it must be stored before anything else.</summary>
public sealed record KernelArrival(Kernel Kernel, Turn Turn, KernelCheckpoint Checkpoint)
{
    /// <summary>
    /// The kernel as it left. Null when what arrived does not fit together. Whether it is the very next of what is
    /// stored is for the host to find out before anything of it is let out.
    /// </summary>
    /// <exception cref="CborException">An entry or a node is not what a kernel writes.</exception>
    /// <exception cref="ProgramUnavailableException">The engine or the code is not there.</exception>
    /// <exception cref="NodeMissingException">Neither the store nor what arrived has a node.</exception>
    public static KernelArrival? TryOpen(
        KernelDeparture departure, KernelId id, IProgramSource programs, INodeSource nodes)
    {
        (ulong Position, Hash Chain) end = (departure.PositionBefore, departure.ChainBefore);
        List<JournalRecord> entries = [];
        foreach (ReadOnlyMemory<byte> bytes in departure.Entries)
        {
            end = (end.Position + 1, JournalRecord.ChainAfter(end.Chain, bytes.Span));
            entries.Add(new JournalRecord(end.Position, bytes, end.Chain));
        }
        if (entries.Count == 0 || end != (departure.Position, departure.Chain)
            || JournalCodec.Decode(entries[^1].Bytes.Span) is not JournalEntry.Checkpointed checkpointed)
        {
            return null;
        }
        KernelHead head = new(
            id, departure.Generation, end.Position, end.Chain, checkpointed.Root, checkpointed.WorkRoot,
            checkpointed.Time);
        List<StoredNode> carried = Hashed(departure.Nodes);
        Kernel kernel = Kernel.Restore(
            head, programs, new CarriedNodes(carried.Concat(Hashed(departure.Known)), nodes));
        return new KernelArrival(
            kernel, kernel.Drain() with { Entries = entries }, new KernelCheckpoint(head, carried));
    }

    private static List<StoredNode> Hashed(IReadOnlyList<ReadOnlyMemory<byte>> nodes) =>
        [.. nodes.Select(n => new StoredNode(Hash.Of(n.Span), n))];

    private sealed class CarriedNodes(IEnumerable<StoredNode> carried, INodeSource stored) : INodeSource
    {
        private readonly Dictionary<Hash, ReadOnlyMemory<byte>> _carried =
            carried.DistinctBy(n => n.Hash).ToDictionary(n => n.Hash, n => n.Bytes);

        public ReadOnlyMemory<byte> GetNode(in Hash hash) =>
            TryGetChecked(hash, out ReadOnlyMemory<byte> bytes) ? bytes : stored.GetNode(hash);

        /// <remarks>Hashed when they came, which gave them their keys.</remarks>
        public bool TryGetChecked(in Hash hash, out ReadOnlyMemory<byte> bytes) =>
            _carried.TryGetValue(hash, out bytes);
    }
}
