namespace Granary.Kernels;

/// <summary>For who walks stored nodes without a tree, such as a collector or a copy to another store.</summary>
public static class TreeWalker
{
    /// <summary>The hashes of a node's children, left before right.</summary>
    /// <exception cref="StateTreeException">The bytes are no node of a state tree.</exception>
    public static IReadOnlyList<Hash> ChildLinks(ReadOnlyMemory<byte> node, TreeFormat? format = null)
    {
        format ??= TreeFormat.Default;
        if (node.Span.SequenceEqual(TreeFormat.EmptyNode))
        {
            return [];
        }
        TreeNode decoded = TreeNodeCodec.TryDecode(node, format, origin: null, out string reason)
            ?? throw new StateTreeException(format.HashOf(node.Span), reason);
        return (TreeNode.HashOf(decoded.Link(0)), TreeNode.HashOf(decoded.Link(1))) switch
        {
            ({ } left, { } right) => [left.Hash, right.Hash],
            ({ } left, null) => [left.Hash],
            (null, { } right) => [right.Hash],
            _ => [],
        };
    }
}
