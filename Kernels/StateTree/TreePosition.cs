namespace Granary.Kernels;

/// <summary>
/// A place in a tree, perhaps inside an extension: a node (or a link to it) behind the bits of its extension to skip.
/// </summary>
internal readonly record struct TreePosition(object? Link, int Skip)
{
    /// <summary>Where a tree holds everything that begins with a prefix.</summary>
    public static TreePosition Find(object? root, ReadOnlySpan<byte> prefix)
    {
        int bits = prefix.Length * 8;
        if (bits == 0)
        {
            return new TreePosition(root, 0);
        }
        TreeNode? node = TreeNode.Resolve(ref root);
        for (int depth = 0; node is not null; depth++)
        {
            int common = node.CommonPrefix(prefix, depth);
            if (depth + common == bits)
            {
                return new TreePosition(node, common);
            }
            if (common < node.ExtensionBits)
            {
                break;
            }
            depth += common;
            node = node.Child(TreeBits.At(prefix, depth));
        }
        return default;
    }

    /// <summary>True when both are the same subtree for sure: the same object or the same hash.</summary>
    public static bool AreSame(TreePosition a, TreePosition b)
    {
        if (a.Skip != b.Skip)
        {
            return false;
        }
        return ReferenceEquals(a.Link, b.Link)
            || (TreeNode.HashOf(a.Link) is { } first
                && TreeNode.HashOf(b.Link) is { } second
                && first.Hash == second.Hash);
    }

    public TreeNode? Node()
    {
        object? link = Link;
        return TreeNode.Resolve(ref link);
    }
}
