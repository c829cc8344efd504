namespace Granary.Kernels;

/// <summary>Lookups. A walk down a key is as long as the key has bits at most, and needs no stack.</summary>
internal static class TreeSearch
{
    public static TreeValue? Get(TreeNode? node, ReadOnlySpan<byte> key)
    {
        int bits = key.Length * 8;
        for (int depth = 0; node is not null; depth++)
        {
            if (node.CommonPrefix(key, depth) < node.ExtensionBits)
            {
                return null;
            }
            depth += node.ExtensionBits;
            if (depth == bits)
            {
                return node.Value;
            }
            node = node.Child(TreeBits.At(key, depth));
        }
        return null;
    }

    /// <summary>
    /// The first key above <paramref name="from"/>, or equal to it when that is allowed. Where the walk goes left, the
    /// right child is the next larger subtree that is known so far.
    /// </summary>
    public static TreeValue? Next(TreeNode? node, ReadOnlySpan<byte> from, bool orEqual, out ReadOnlyMemory<byte> key)
    {
        int bits = from.Length * 8;
        int depth = 0;
        TreeNode? larger = null;
        int largerDepth = 0;
        while (node is not null)
        {
            int common = node.CommonPrefix(from, depth);
            if (common < node.ExtensionBits)
            {
                if (depth + common == bits || node.ExtensionBit(common) == 1)
                {
                    return First(node, new TreePath(from, depth), out key);
                }
                break;
            }
            depth += common;
            if (depth == bits)
            {
                if (orEqual && node.Value is not null)
                {
                    key = from.ToArray();
                    return node.Value;
                }
                if (FirstBelow(node, new TreePath(from, depth), out key) is { } value)
                {
                    return value;
                }
                break;
            }
            int side = TreeBits.At(from, depth);
            if (side == 0 && node.Link(1) is not null)
            {
                (larger, largerDepth) = (node, depth);
            }
            node = node.Child(side);
            depth++;
        }
        if (larger is null)
        {
            key = default;
            return null;
        }
        TreePath path = new(from, largerDepth);
        path.AppendBit(1, larger);
        return First(larger.Child(1)!, path, out key);
    }

    private static TreeValue? FirstBelow(TreeNode node, TreePath path, out ReadOnlyMemory<byte> key)
    {
        int side = node.Link(0) is not null ? 0 : 1;
        if (node.Child(side) is not { } child)
        {
            key = default;
            return null;
        }
        path.AppendBit(side, node);
        return First(child, path, out key);
    }

    private static TreeValue First(TreeNode node, TreePath path, out ReadOnlyMemory<byte> key)
    {
        while (true)
        {
            path.Append(node, 0, node.ExtensionBits);
            if (node.Value is not null)
            {
                key = path.ToKey(node);
                return node.Value;
            }
            // Without a value there are two children.
            path.AppendBit(0, node);
            node = node.Child(0)!;
        }
    }
}
