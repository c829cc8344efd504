using Granary.Kernels;

namespace Granary.Embedded;

/// <summary>
/// Brings the events of several hosts into one log, each once, in the order of their ids. An event comes when every
/// host has said that none below it will follow; a host with nothing to tell is told how far the others are.
/// </summary>
/// <remarks>
/// So a cursor into the merged log means the same to every host and to whoever merges the same hosts elsewhere: all at
/// or below it have come, no other has.
/// </remarks>
public sealed class EventMerge
{
    /// <summary>What may wait of one host for the others, in events and 4 KiB; then it is read no further.</summary>
    private const long WaitingMax = 4_096;

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<IEventSource> _sources;
    private readonly Watchers _into;
    private readonly ulong _after;
    private readonly Lock _gate = new();
    private readonly PriorityQueue<(int Source, KernelEvent Happened), ulong> _waiting = new();
    private readonly ulong[] _upTo;
    private readonly long[] _weights;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _target;

    /// <param name="into">Goes on behind its last id.</param>
    public EventMerge(IReadOnlyList<IEventSource> sources, Watchers into)
    {
        (_sources, _into, _after) = (sources, into, into.LastId);
        _target = _after;
        _upTo = new ulong[sources.Count];
        _weights = new long[sources.Count];
    }

    /// <summary>Done when nothing that happens from now on at any of the hosts will be missed.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Until it is cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_sources.Select((source, index) => ReadAsync(source, index, cancellationToken)));

    private async Task ReadAsync(IEventSource source, int index, CancellationToken cancellationToken)
    {
        ulong cursor = _after;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await RoomAsync(index).WaitAsync(cancellationToken).ConfigureAwait(false);
            EventPage page = await source.ReadAsync(cursor, Volatile.Read(ref _target), s_wait, cancellationToken)
                .ConfigureAwait(false);
            if (page.UpTo > cursor || cursor == _after)
            {
                cursor = page.UpTo;
                foreach (IEventSource behind in Take(index, page))
                {
                    behind.Advance(page.UpTo);
                }
            }
        }
    }

    private Task RoomAsync(int index)
    {
        lock (_gate)
        {
            return _weights[index] < WaitingMax ? Task.CompletedTask : _progress.Task;
        }
    }

    /// <returns>Hosts that must say that they have nothing below.</returns>
    private List<IEventSource> Take(int index, EventPage page)
    {
        List<IEventSource> behind = [];
        lock (_gate)
        {
            if (page.Missed)
            {
                _into.Lose();
            }
            _upTo[index] = page.UpTo;
            foreach (KernelEvent happened in page.Events)
            {
                _waiting.Enqueue((index, happened), happened.EventId);
                _weights[index] += Weight(happened);
            }
            Relay(_upTo.Min());
            if (page.UpTo > _target)
            {
                _target = page.UpTo;
                behind.AddRange(_sources.Where((_, i) => _upTo[i] < page.UpTo));
            }
        }
        return behind;
    }

    private void Relay(ulong upTo)
    {
        bool moved = false;
        while (_waiting.TryPeek(out (int Source, KernelEvent Happened) next, out ulong id) && id <= upTo)
        {
            _waiting.Dequeue();
            _weights[next.Source] -= Weight(next.Happened);
            _into.Relay(next.Happened);
            moved = true;
        }
        if (upTo >= _after && _upTo.All(u => u > 0))
        {
            _into.Advance(upTo);
            _begun.TrySetResult();
        }
        if (moved)
        {
            _progress.TrySetResult();
            _progress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private static long Weight(KernelEvent happened) => 1 + happened.Content.Length / 4_096;
}
