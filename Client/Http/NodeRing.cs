namespace Granary.Client;

/// <summary>
/// Nodes of one cluster: one is asked until it fails, then the next. All requests of a client go to the same, so that
/// what one has found out, the others need not.
/// </summary>
internal sealed class NodeRing(IReadOnlyList<Uri> nodes)
{
    private int _current;

    public int Count => nodes.Count;

    public Uri Current => nodes[(int)((uint)Volatile.Read(ref _current) % (uint)nodes.Count)];

    /// <summary>Goes on to the next, unless somebody else has left this one already.</summary>
    public void Leave(Uri node)
    {
        int current = Volatile.Read(ref _current);
        if (ReferenceEquals(nodes[(int)((uint)current % (uint)nodes.Count)], node))
        {
            Interlocked.CompareExchange(ref _current, unchecked(current + 1), current);
        }
    }
}
