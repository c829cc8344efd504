using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>The last events, in the order of their ids. Not for several threads at a time.</summary>
/// <param name="start">Ids begin above it.</param>
internal sealed class EventHistory(int eventsMax, long bytesMax, ulong start)
{
    private readonly List<KernelEvent> _events = [];

    /// <summary>Events at the front of the list that count no more.</summary>
    private int _gone;
    private long _bytes;

    /// <summary>Where the events begin; lower when those of another host were adopted.</summary>
    public ulong Start { get; private set; } = start;

    /// <summary>The highest id that is not kept any more; 0 while all are.</summary>
    public ulong Evicted { get; private set; }

    /// <summary>Above this, none is missing.</summary>
    public ulong CompleteAfter => Math.Max(Start, Evicted);

    /// <summary>Its id is above all others.</summary>
    public void Add(KernelEvent happened)
    {
        _events.Add(happened);
        _bytes += happened.Content.Length;
        Trim();
    }

    /// <summary>Takes over what another host has kept.</summary>
    public void Adopt(EventPage page, ulong evicted)
    {
        List<KernelEvent> all = [.. Above(0).UnionBy(page.Events, e => e.EventId).OrderBy(e => e.EventId)];
        _events.Clear();
        _events.AddRange(all);
        _gone = 0;
        _bytes = all.Sum(e => (long)e.Content.Length);
        Start = Math.Min(Start, page.Start);
        Evicted = Math.Max(Evicted, evicted);
        Trim();
    }

    public IEnumerable<KernelEvent> Above(ulong id)
    {
        for (int i = FirstAbove(id); i < _events.Count; i++)
        {
            yield return _events[i];
        }
    }

    private int FirstAbove(ulong id)
    {
        (int low, int high) = (_gone, _events.Count);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _events[middle].EventId > id ? (low, middle) : (middle + 1, high);
        }
        return low;
    }

    private void Trim()
    {
        while (_events.Count - _gone > eventsMax || _bytes > bytesMax)
        {
            KernelEvent oldest = _events[_gone++];
            _bytes -= oldest.Content.Length;
            Evicted = Math.Max(Evicted, oldest.EventId);
        }
        // All at once, now and then: taking the first out of a list moves the rest.
        if (_gone > eventsMax)
        {
            _events.RemoveRange(0, _gone);
            _gone = 0;
        }
    }
}
