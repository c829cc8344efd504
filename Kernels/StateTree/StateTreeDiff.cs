namespace Granary.Kernels;

public static class StateTreeDiff
{
    /// <summary>
    /// The keys that begin with the prefix and whose values differ, in order. Costs as much as there are differences:
    /// what both trees share, or what has the same known hash, is neither walked nor fetched.
    /// </summary>
    public static IEnumerable<StateDifference> Diff(
        StateTree before,
        StateTree after,
        ReadOnlyMemory<byte> prefix = default)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        StateTree.CheckKey(prefix.Span);
        return Walk(before, after, prefix);
    }

    private static IEnumerable<StateDifference> Walk(StateTree before, StateTree after, ReadOnlyMemory<byte> prefix)
    {
        TreeComparison comparison = new(before.RootLink, after.RootLink, prefix.Span);
        while (comparison.TryNext(out StateDifference difference))
        {
            yield return difference;
        }
    }
}
