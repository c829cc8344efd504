using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>
/// Whether the parts of a bundle belong together, found without executing anything: every byte of it is vouched for by
/// a hash, and what is vouched for by none (the header) must repeat what journal and trees say.
/// </summary>
internal static class BundleCheck
{
    /// <summary>
    /// Nodes of one tree, each counted as often as it hangs in it: shared subtrees make a small file endless.
    /// </summary>
    private const long TreeNodesMax = 8L << 20;

    private const long TreeBytesMax = 1L << 30;

    /// <summary>What is wrong, and with which entry if it is one; null when nothing is.</summary>
    public static (ulong? Position, string Reason)? FindFault(Bundle bundle)
    {
        if (Hash.Of(bundle.Code.Span) != bundle.Kernel.CodeHash)
        {
            return (null, "its code does not match the code hash");
        }
        try
        {
            return CheckJournal(bundle) ?? CheckHeads(bundle) ?? CheckTrees(bundle);
        }
        catch (Exception error) when (error is NodeMissingException or StateTreeException or CborException)
        {
            return (null, error.Message);
        }
    }

    private static (ulong? Position, string Reason)? CheckJournal(Bundle bundle)
    {
        Hash chain = default;
        foreach (JournalRecord record in bundle.Journal)
        {
            chain = JournalRecord.ChainAfter(chain, record.Bytes.Span);
            if (chain != record.Chain)
            {
                return (record.Position, "its bytes do not match the hash chain");
            }
        }
        if (bundle.Journal.Count == 0)
        {
            return (null, "it has no journal");
        }
        if (Decode(bundle.Journal[0]) is not JournalEntry.Born born || born.Id != bundle.Kernel.Id)
        {
            return (1, $"it is not the birth of kernel '{bundle.Kernel.Id}'");
        }
        bool ends = bundle.Kernel.Position == (ulong)bundle.Journal.Count && bundle.Kernel.Chain == chain
            && bundle.Heads[^1].Position == bundle.Kernel.Position;
        return ends && born.Time == bundle.Kernel.CreatedAt ? null : (null, "its header does not describe its journal");
    }

    private static (ulong? Position, string Reason)? CheckHeads(Bundle bundle)
    {
        ulong before = 0;
        foreach (KernelHead head in bundle.Heads)
        {
            if (head.Position < before || head.Position == 0 || head.Position > (ulong)bundle.Journal.Count)
            {
                return (null, $"it has a checkpoint at entry {head.Position}, out of order or beyond its journal");
            }
            before = head.Position;
            JournalRecord record = bundle.Journal[(int)head.Position - 1];
            bool stands = record.Chain == head.Chain && Decode(record) is JournalEntry.Checkpointed entry
                && entry.Root == head.Root && entry.WorkRoot == head.WorkRoot && entry.Time == head.Time;
            if (!stands)
            {
                return (null, $"its checkpoint does not match entry {head.Position}");
            }
        }
        return null;
    }

    private static (ulong? Position, string Reason)? CheckTrees(Bundle bundle)
    {
        Dictionary<Hash, TreeSize> sizes = [];
        foreach (KernelHead head in bundle.Heads)
        {
            foreach (Hash root in head.WorkRoot is { } work ? [head.Root, work] : new[] { head.Root })
            {
                TreeSize size = Measure(root, bundle, sizes);
                if (size.Nodes > TreeNodesMax || size.Bytes > TreeBytesMax)
                {
                    return (null, $"the state tree {root} is larger than a kernel may be");
                }
            }
            if (!Describes(bundle, head))
            {
                return (null, $"its header does not describe the state at entry {head.Position}");
            }
        }
        return sizes.Count == bundle.NodeCount
            ? null : (null, "it has nodes that belong to no checkpoint, or damaged ones");
    }

    /// <summary>Generation, engine and code stand in the tree as well.</summary>
    private static bool Describes(Bundle bundle, KernelHead head)
    {
        StateTree tree = StateTree.Open(head.WorkRoot ?? head.Root, bundle);
        if (!tree.TryGet(TreeKeys.Of(TreeKeys.Meta + "generation"), out ReadOnlyMemory<byte> generation)
            || !tree.TryGet(TreeKeys.Of(TreeKeys.Code), out ReadOnlyMemory<byte> code))
        {
            return false;
        }
        bool isLast = ReferenceEquals(head, bundle.Heads[^1]);
        CborReader codeReader = new(code.Span);
        return new CborReader(generation.Span).ReadInt64() == (long)head.Generation
            && codeReader.ReadArray() == 2
            && (codeReader.ReadText(KernelId.CharsMax) == bundle.Kernel.Engine.ToString() || !isLast)
            && (codeReader.ReadBytes(Hash.Bytes).SequenceEqual(bundle.Kernel.CodeHash.Span) || !isLast);
    }

    /// <summary>Counts a tree as it would be walked, but looks at every node once.</summary>
    private static TreeSize Measure(in Hash root, Bundle bundle, Dictionary<Hash, TreeSize> sizes)
    {
        Stack<Hash> waiting = new([root]);
        while (waiting.TryPeek(out Hash hash))
        {
            ReadOnlyMemory<byte> node = bundle.GetNode(hash);
            IReadOnlyList<Hash> children = TreeWalker.ChildLinks(node);
            TreeSize size = new(1, node.Length);
            bool isComplete = true;
            foreach (Hash child in children)
            {
                if (sizes.TryGetValue(child, out TreeSize below))
                {
                    size = size.With(below);
                }
                else
                {
                    isComplete = false;
                    waiting.Push(child);
                }
            }
            if (isComplete)
            {
                waiting.Pop();
                sizes[hash] = size;
            }
        }
        return sizes[root];
    }

    private static JournalEntry Decode(in JournalRecord record) => JournalCodec.Decode(record.Bytes.Span);

    private readonly record struct TreeSize(long Nodes, long Bytes)
    {
        /// <summary>Never more than is refused anyway, so that nothing overflows.</summary>
        public TreeSize With(TreeSize child) => new(
            Math.Min(Nodes + child.Nodes, TreeNodesMax + 1), Math.Min(Bytes + child.Bytes, TreeBytesMax + 1));
    }
}
