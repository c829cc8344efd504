namespace Granary.Kernels;

/// <summary>
/// A link to a node that was not fetched yet. It keeps what it fetched: trees that share the link share the node.
/// </summary>
internal sealed class StoredLink(in Hash hash, StoredLink.Origin? origin) : NodeHash(hash, stored: true)
{
    private TreeNode? _node;

    /// <summary>Where the nodes of a tree come from.</summary>
    public sealed record Origin(INodeSource Nodes, TreeFormat Format);

    /// <summary>The node, if it has been fetched.</summary>
    public TreeNode? Fetched => Volatile.Read(ref _node);

    public TreeNode Fetch()
    {
        TreeNode? node = Volatile.Read(ref _node);
        if (node is null)
        {
            // Two threads may fetch the same node; the first one's stays.
            TreeNode fetched = Load();
            node = Interlocked.CompareExchange(ref _node, fetched, null) ?? fetched;
        }
        return node;
    }

    private TreeNode Load()
    {
        if (origin is null)
        {
            throw new NodeMissingException(Hash, "has no source");
        }
        if (!origin.Nodes.TryGetChecked(Hash, out ReadOnlyMemory<byte> bytes))
        {
            bytes = origin.Nodes.GetNode(Hash);
            if (origin.Format.HashOf(bytes.Span) != Hash)
            {
                throw new NodeMissingException(Hash, "has other bytes in the store than its hash says");
            }
        }
        TreeNode node = TreeNodeCodec.TryDecode(bytes, origin.Format, origin, out string reason)
            ?? throw new StateTreeException(Hash, reason);
        node.NodeHash = this;
        return node;
    }
}
