namespace Granary.Kernels;

/// <summary>
/// Walks two trees side by side, in the order of their keys, and stops where they differ. Subtrees that are the same
/// object or have the same hash are not entered, nor fetched. What waits to be walked is on a stack of its own, because
/// trees can be deep.
/// </summary>
internal sealed class TreeComparison
{
    private readonly Stack<Pair> _pairs = new();
    private TreePath _path;

    public TreeComparison(object? before, object? after, ReadOnlySpan<byte> prefix)
    {
        _path = new TreePath(prefix, prefix.Length * 8);
        TreePosition beforeAt = TreePosition.Find(before, prefix);
        TreePosition afterAt = TreePosition.Find(after, prefix);
        _pairs.Push(new Pair(beforeAt, afterAt, _path.Bits, 0, Parent: null));
    }

    public bool TryNext(out StateDifference difference)
    {
        while (_pairs.TryPop(out Pair pair))
        {
            if (TreePosition.AreSame(pair.Before, pair.After))
            {
                continue;
            }
            _path.Truncate(pair.PathBits);
            if (pair.Parent is not null)
            {
                _path.AppendBit(pair.Side, pair.Parent);
            }
            if (TryCompare(pair.Before, pair.After, out difference))
            {
                return true;
            }
        }
        difference = default;
        return false;
    }

    /// <summary>Compares the values at the end of what both extensions share, and queues the children.</summary>
    private bool TryCompare(TreePosition beforeAt, TreePosition afterAt, out StateDifference difference)
    {
        TreeNode? before = beforeAt.Node();
        TreeNode? after = afterAt.Node();
        TreeNode either = (before ?? after)!;
        int skip = before is null ? afterAt.Skip : beforeAt.Skip;
        int common = before is null || after is null
            ? either.ExtensionBits - skip
            : before.CommonPrefix(beforeAt.Skip, after, afterAt.Skip);
        _path.Append(either, skip, common);

        int beforeSkip = beforeAt.Skip + common;
        int afterSkip = afterAt.Skip + common;
        for (int side = 1; side >= 0; side--)
        {
            TreePosition beforeChild = Child(before, beforeSkip, side);
            TreePosition afterChild = Child(after, afterSkip, side);
            if (beforeChild.Link is not null || afterChild.Link is not null)
            {
                _pairs.Push(new Pair(beforeChild, afterChild, _path.Bits, side, either));
            }
        }

        TreeValue? old = ValueAt(before, beforeSkip);
        TreeValue? now = ValueAt(after, afterSkip);
        if (TreeValue.Same(old, now))
        {
            difference = default;
            return false;
        }
        difference = new StateDifference(_path.ToKey(either), old?.Bytes, now?.Bytes);
        return true;
    }

    private static TreeValue? ValueAt(TreeNode? node, int skip) =>
        node is not null && skip == node.ExtensionBits ? node.Value : null;

    private static TreePosition Child(TreeNode? node, int skip, int side)
    {
        if (node is null)
        {
            return default;
        }
        if (skip == node.ExtensionBits)
        {
            return new TreePosition(node.Link(side), 0);
        }
        return node.ExtensionBit(skip) == side ? new TreePosition(node, skip + 1) : default;
    }

    // Behind the bits of the path comes the side of the parent, which is null where the walk begins.
    private readonly record struct Pair(
        TreePosition Before,
        TreePosition After,
        int PathBits,
        int Side,
        TreeNode? Parent);
}
