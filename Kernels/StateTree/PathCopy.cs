namespace Granary.Kernels;

/// <summary>
/// Makes the new path of an update from the root down: each node on it is copied and hung under the copy above, the
/// rest is shared. Going down needs no stack, however deep a hostile key makes the tree.
/// </summary>
internal struct PathCopy
{
    private TreeNode? _parent;
    private int _parentSide;
    private TreeNode? _grandparent;
    private int _grandparentSide;

    /// <summary>The root of the new tree; null when nothing is left of it.</summary>
    public TreeNode? Root { get; private set; }

    /// <summary>False when the value is there already.</summary>
    public bool Put(TreeNode node, ReadOnlySpan<byte> key, TreeValue value)
    {
        int bits = key.Length * 8;
        int depth = 0;
        while (true)
        {
            int common = node.CommonPrefix(key, depth);
            if (common < node.ExtensionBits)
            {
                Attach(Split(node, common, key, depth, value));
                return true;
            }
            depth += common;
            if (depth == bits)
            {
                if (TreeValue.Same(node.Value, value))
                {
                    return false;
                }
                TreeNode changed = node.Copy();
                changed.Value = value;
                Attach(changed);
                return true;
            }
            int side = TreeBits.At(key, depth++);
            TreeNode? child = node.Child(side);
            Descend(node, side);
            if (child is null)
            {
                Attach(TreeNode.Leaf(key, depth, value));
                return true;
            }
            node = child;
        }
    }

    /// <summary>The key must be there.</summary>
    public void Delete(TreeNode node, ReadOnlySpan<byte> key)
    {
        node = DescendTo(node, key);
        TreeNode? left = node.Child(0);
        TreeNode? right = node.Child(1);
        if (left is null && right is null)
        {
            Remove();
        }
        else if (left is not null && right is not null)
        {
            TreeNode changed = node.Copy();
            changed.Value = null;
            Attach(changed);
        }
        else
        {
            Attach(left is not null ? TreeNode.Join(node, 0, left) : TreeNode.Join(node, 1, right!));
        }
    }

    /// <summary>Some key must begin with the prefix.</summary>
    public void DeletePrefix(TreeNode node, ReadOnlySpan<byte> prefix)
    {
        DescendTo(node, prefix);
        Remove();
    }

    private static TreeNode Split(TreeNode node, int common, ReadOnlySpan<byte> key, int depth, TreeValue value)
    {
        int side = node.ExtensionBit(common);
        TreeNode branch = node.Head(common);
        branch.SetLink(side, node.Behind(common + 1));
        depth += common;
        if (depth == key.Length * 8)
        {
            branch.Value = value;
        }
        else
        {
            branch.SetLink(1 - side, TreeNode.Leaf(key, depth + 1, value));
        }
        return branch;
    }

    /// <summary>
    /// Copies the nodes above the one in whose extension, or at whose end, the existing key or prefix ends.
    /// </summary>
    private TreeNode DescendTo(TreeNode node, ReadOnlySpan<byte> key)
    {
        int bits = key.Length * 8;
        int depth = node.ExtensionBits;
        while (depth < bits)
        {
            int side = TreeBits.At(key, depth);
            TreeNode child = node.Child(side)!;
            Descend(node, side);
            node = child;
            depth += 1 + node.ExtensionBits;
        }
        return node;
    }

    private void Descend(TreeNode node, int side)
    {
        TreeNode copy = node.Copy();
        Attach(copy);
        (_grandparent, _grandparentSide) = (_parent, _parentSide);
        (_parent, _parentSide) = (copy, side);
    }

    private void Attach(TreeNode node)
    {
        if (_parent is null)
        {
            Root = node;
        }
        else
        {
            _parent.SetLink(_parentSide, node);
        }
    }

    /// <summary>
    /// Takes away what hangs at the end of the path. A parent that is left with one child and no value is joined with
    /// it.
    /// </summary>
    private void Remove()
    {
        if (_parent is null)
        {
            Root = null;
            return;
        }
        TreeNode parent = _parent;
        if (parent.Value is not null)
        {
            parent.SetLink(_parentSide, null);
            return;
        }
        int other = 1 - _parentSide;
        TreeNode joined = TreeNode.Join(parent, other, parent.Child(other)!);
        (_parent, _parentSide) = (_grandparent, _grandparentSide);
        Attach(joined);
    }
}
