using Granary.Kernels;

namespace Granary.Embedded;

/// <content>Reading by cursor, for those who merge the events of several hosts.</content>
public sealed partial class Watchers
{
    /// <summary>A page is far below what a message between silos may have.</summary>
    private const int PageEventsMax = 512;
    private const long PageBytesMax = 1 << 20;

    private TaskCompletionSource? _readers;

    /// <summary>True while somebody watches.</summary>
    public bool HasWatchers => Volatile.Read(ref _watchers).Length > 0;

    /// <summary>As <see cref="IEventSource.ReadAsync"/>; only of one kernel, if one is named.</summary>
    public async Task<EventPage> ReadAsync(
        KernelId? id, ulong after, ulong atLeast, TimeSpan wait, CancellationToken cancellationToken)
    {
        Advance(atLeast);
        long start = clock.GetTimestamp();
        ulong cursor = after;
        while (true)
        {
            Task above;
            TimeSpan left = wait - clock.GetElapsedTime(start);
            lock (_gate)
            {
                if (_lastId > cursor || _isComplete || left <= TimeSpan.Zero)
                {
                    EventPage page = Page(id, after);
                    if (id is null || page.Events.Count > 0 || page.Missed || _isComplete || left <= TimeSpan.Zero)
                    {
                        return page;
                    }
                    // All new ones are of other kernels.
                    cursor = after = page.UpTo;
                }
                _readers ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                above = _readers.Task;
            }
            using CancellationTokenSource limit = new(left, clock);
            using CancellationTokenSource either =
                CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            await above.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The next id will be above this one, and readers that wait for that are told.</summary>
    public void Advance(ulong to)
    {
        lock (_gate)
        {
            if (to > _lastId)
            {
                _lastId = to;
                WakeReaders();
            }
        }
    }

    /// <summary>Takes an event with the id that it has; one that has come before is left out.</summary>
    public void Relay(KernelEvent happened)
    {
        lock (_gate)
        {
            if (happened.EventId > _lastId)
            {
                _lastId = happened.EventId;
                Tell(happened);
            }
        }
    }

    /// <summary>Whoever watches now is told that events are missing, nobody knows how many.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            Tell(Dropped(id: null, _lastId));
        }
    }

    /// <summary>Events are missing from here on back, nobody knows how many: an event of its own.</summary>
    public void PublishLoss()
    {
        lock (_gate)
        {
            _lastId = ids.Above(_lastId);
            Tell(Dropped(id: null, _lastId));
        }
    }

    /// <summary>Everything that is kept, for whoever adopts it.</summary>
    public (EventPage Page, ulong Evicted) Keep()
    {
        lock (_gate)
        {
            KernelEvent[] newestFirst = [.. _history.Above(0).Reverse()];
            long bytes = 0;
            KernelEvent[] kept = [.. newestFirst.TakeWhile(e => (bytes += e.Content.Length) <= PageBytesMax).Reverse()];
            ulong evicted = kept.Length < newestFirst.Length
                ? newestFirst[kept.Length].EventId
                : _history.Evicted;
            return (new EventPage(kept, _lastId, _history.Start, Missed: false), evicted);
        }
    }

    /// <summary>Keeps what another host has kept, which is about to go.</summary>
    public void Adopt(EventPage page, ulong evicted)
    {
        lock (_gate)
        {
            _history.Adopt(page, evicted);
            _lastId = Math.Max(_lastId, page.UpTo);
            WakeReaders();
        }
    }

    /// <summary>Under the gate.</summary>
    private EventPage Page(KernelId? id, ulong after)
    {
        List<KernelEvent> events = [];
        Watcher watcher = new(id);
        long bytes = 0;
        ulong upTo = _lastId;
        foreach (KernelEvent happened in _history.Above(after))
        {
            if (watcher.Of(happened) is { } told)
            {
                events.Add(told);
                bytes += told.Content.Length;
            }
            if (events.Count == PageEventsMax || bytes > PageBytesMax)
            {
                upTo = happened.EventId;
                break;
            }
        }
        return new EventPage(events, upTo, _history.Start, after < _history.Evicted);
    }

    /// <summary>Under the gate.</summary>
    private void WakeReaders()
    {
        _readers?.TrySetResult();
        _readers = null;
    }
}
