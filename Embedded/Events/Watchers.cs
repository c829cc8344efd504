using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>
/// Brings what kernels print, log, emit and become to whoever watches. A slow watcher loses events, and is told. The
/// last events are kept for those who come back.
/// </summary>
/// <param name="historyMax">Events that are kept; none for a host that nobody comes back to.</param>
/// <param name="ids">How events are numbered.</param>
/// <param name="clock">For notes of the log itself.</param>
public sealed partial class Watchers(int historyMax, EventIds ids, TimeProvider clock)
{
    private const int QueuedMax = 4_096;
    private const long QueuedBytesMax = 16 << 20;

    private readonly Lock _gate = new();
    private readonly EventHistory _history = new(historyMax, QueuedBytesMax, ids.Start);
    private ulong _lastId = ids.Start;
    private Watcher[] _watchers = [];
    private bool _isComplete;

    /// <summary>The id of the newest event, or one above it.</summary>
    public ulong LastId
    {
        get
        {
            lock (_gate)
            {
                return _lastId;
            }
        }
    }

    private bool IsWatched => historyMax > 0 || Volatile.Read(ref _watchers).Length > 0;

    public void Publish(
        KernelId id, KernelEventKind kind, long time, string topic, ReadOnlyMemory<byte> content, KernelStatus status)
    {
        if (!IsWatched)
        {
            return;
        }
        lock (_gate)
        {
            _lastId = ids.Above(_lastId);
            Tell(new KernelEvent(id, kind, time, topic, content, status, _lastId));
        }
    }

    /// <summary>Under the gate.</summary>
    private void Tell(KernelEvent happened)
    {
        _history.Add(happened);
        foreach (Watcher watcher in _watchers)
        {
            if (watcher.Of(happened) is { } told)
            {
                watcher.Take(told);
            }
        }
        WakeReaders();
    }

    public void PublishEnded(KernelId id, long time, Effect.Ended ended, KernelStatus status)
    {
        if (IsWatched)
        {
            string topic = ended.Status.ToString();
            Publish(id, KernelEventKind.Ended, time, topic, Encoding.UTF8.GetBytes(ended.Text), status);
        }
    }

    public void PublishStatus(KernelId id, long time, KernelStatus status)
    {
        if (IsWatched)
        {
            Publish(id, KernelEventKind.StatusChanged, time, "", Encoding.UTF8.GetBytes(status.ToString()), status);
        }
    }

    /// <summary>Begins to watch at once: what happens before the first item is asked for is not missed.</summary>
    public IAsyncEnumerable<KernelEvent> Watch(KernelId? id, ulong? after, CancellationToken cancellationToken)
    {
        Watcher watcher = new(id);
        List<KernelEvent> missed = [];
        lock (_gate)
        {
            if (after is { } last)
            {
                AddMissed(missed, id, last);
            }
            if (_isComplete)
            {
                watcher.Complete();
            }
            else
            {
                _watchers = [.. _watchers, watcher];
            }
        }
        return ReadAsync(watcher, missed, cancellationToken);
    }

    private void AddMissed(List<KernelEvent> missed, KernelId? id, ulong last)
    {
        if (last < _history.CompleteAfter)
        {
            missed.Add(Dropped(id, _history.CompleteAfter));
        }
        Watcher watcher = new(id);
        missed.AddRange(_history.Above(last).Select(watcher.Of).OfType<KernelEvent>());
    }

    private KernelEvent Dropped(KernelId? id, ulong eventId) => new(
        id ?? KernelId.Client, KernelEventKind.Dropped, clock.GetUtcNow().ToUnixTimeMilliseconds(), "", default,
        KernelStatus.Idle, eventId);

    private async IAsyncEnumerable<KernelEvent> ReadAsync(
        Watcher watcher, List<KernelEvent> missed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            foreach (KernelEvent happened in missed)
            {
                yield return happened;
            }
            while (await watcher.NextAsync(cancellationToken).ConfigureAwait(false) is { } happened)
            {
                if (watcher.TakeDropped() is var dropped and > 0)
                {
                    string count = dropped.ToString(NumberFormatInfo.InvariantInfo);
                    yield return new KernelEvent(
                        happened.Id, KernelEventKind.Dropped, happened.Time, "", Encoding.UTF8.GetBytes(count),
                        happened.Status, happened.EventId - 1);
                }
                yield return happened;
            }
        }
        finally
        {
            lock (_gate)
            {
                _watchers = [.. _watchers.Where(w => w != watcher)];
            }
        }
    }

    /// <summary>Ends all watching.</summary>
    public void Complete()
    {
        Watcher[] watchers;
        lock (_gate)
        {
            _isComplete = true;
            watchers = _watchers;
            WakeReaders();
        }
        foreach (Watcher watcher in watchers)
        {
            watcher.Complete();
        }
    }

    /// <summary>A queue with two bounds, so that neither many nor large events pile up behind a slow reader.</summary>
    private sealed class Watcher(KernelId? id)
    {
        private readonly Lock _gate = new();
        private readonly Queue<KernelEvent> _events = new();
        private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
        private long _bytes;
        private long _dropped;

        /// <summary>What this watcher is told of an event, if anything. That some are missing concerns all.</summary>
        public KernelEvent? Of(KernelEvent happened) =>
            id is null || happened.Id == id ? happened
            : happened.Kind == KernelEventKind.Dropped ? happened with { Id = id.Value }
            : null;

        public void Take(KernelEvent happened)
        {
            lock (_gate)
            {
                _events.Enqueue(happened);
                _bytes += happened.Content.Length;
                while (_events.Count > QueuedMax || (_bytes > QueuedBytesMax && _events.Count > 1))
                {
                    _bytes -= _events.Dequeue().Content.Length;
                    _dropped++;
                }
            }
            _signal.Writer.TryWrite(true);
        }

        /// <summary>Null after the last.</summary>
        public async ValueTask<KernelEvent?> NextAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                lock (_gate)
                {
                    if (_events.TryDequeue(out KernelEvent? next))
                    {
                        _bytes -= next.Content.Length;
                        return next;
                    }
                }
                if (!await _signal.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    return null;
                }
                _signal.Reader.TryRead(out _);
            }
        }

        public long TakeDropped()
        {
            lock (_gate)
            {
                long dropped = _dropped;
                _dropped = 0;
                return dropped;
            }
        }

        public void Complete() => _signal.Writer.TryComplete();
    }
}
