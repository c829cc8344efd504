namespace Granary.Stores;

/// <summary>Which checkpoints of a kernel are dropped when a newer one comes; see
/// <see cref="IKernelStore.ListHeadsAsync"/>.</summary>
internal static class HeadRetention
{
    /// <summary>Removes from all heads of one kernel, oldest first, those that are not kept.</summary>
    public static void Prune(List<StoredHead> heads)
    {
        int kept = 0;
        for (int i = heads.Count - 2; i > 0; i--)
        {
            StoredHead head = heads[i];
            bool isHalfDone = head.Head.WorkRoot is not null;
            if (head.Name is null && (isHalfDone || kept >= KeptBelow(heads)))
            {
                heads.RemoveAt(i);
            }
            else if (head.Name is null)
            {
                kept++;
            }
        }
    }

    /// <summary>The newest head counts as one of those kept when it is unnamed and stands at a commit.</summary>
    private static int KeptBelow(List<StoredHead> heads) =>
        heads[^1] is { Name: null, Head.WorkRoot: null } ? StoreLimits.HeadsKept - 1 : StoreLimits.HeadsKept;
}
