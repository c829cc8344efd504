using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;

namespace Granary.Grains;

/// <summary>
/// The events of all kernels, at this silo: while somebody watches here, and a minute longer, it reads the events of
/// each silo once, for all who watch.
/// </summary>
/// <remarks>
/// A silo that leaves in order hands its events to the others. Of one that is lost, the newest may be: whoever watches
/// is told that events are missing.
/// </remarks>
public sealed class EventHub : IAsyncDisposable
{
    private const int HistoryMax = 4_096;

    private static readonly TimeSpan s_restAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_giveMax = TimeSpan.FromSeconds(5);

    private readonly Watchers _own;
    private readonly ClusterMembers _members;
    private readonly SiloServices _services;
    private readonly KernelGrainOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watch;
    private readonly Lock _gate = new();
    private readonly HashSet<SiloAddress> _leftInOrder = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HubRun? _run;

    public EventHub(
        EmbeddedHost host, ClusterMembers members, SiloServices services, KernelGrainOptions options)
    {
        (_own, _members, _services, _options) = (host.Watchers, members, services, options);
        _watch = Task.Run(FollowMembersAsync);
    }

    /// <summary>Done when nothing that happens from now on, at any silo, is missed by who then watches.</summary>
    /// <exception cref="KernelHostException">A silo does not answer.</exception>
    public async Task BeginAsync(CancellationToken cancellationToken) =>
        await BegunAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>As <see cref="IKernelHost.WatchAsync"/>.</summary>
    public IAsyncEnumerable<KernelEvent> Watch(KernelId? id, ulong? after, CancellationToken cancellationToken)
    {
        Task<HubRun> begun = BegunAsync(cancellationToken);
        // Before the first is asked for, if it can be.
        IAsyncEnumerable<KernelEvent>? now = begun.IsCompletedSuccessfully
            ? Attach(begun.Result, id, after, cancellationToken)
            : null;
        return now ?? AttachAsync(begun, id, after, cancellationToken);
    }

    /// <summary>Events above a cursor, for who asks again and again; null: from now on.</summary>
    public async Task<EventPage> ReadAsync(
        KernelId? id, ulong? after, TimeSpan wait, CancellationToken cancellationToken)
    {
        HubRun run = await BegunAsync(cancellationToken).ConfigureAwait(false);
        if (after is not { } cursor)
        {
            return new EventPage([], run.Log.LastId, run.From, Missed: false);
        }
        return cursor < run.From
            ? await BacklogAsync(run, id, cursor, cancellationToken).ConfigureAwait(false)
            : await run.Log.ReadAsync(id, cursor, atLeast: 0, wait, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Hands this silo's events to the others: it is about to go, and nothing happens here any more.</summary>
    public async Task LeaveAsync(IEnumerable<SiloAddress> others)
    {
        (EventPage page, ulong evicted) = _own.Keep();
        EventsAnswer kept = EventAnswers.Of(page);
        await Task.WhenAll(others.Select(other => GiveAsync(other, kept, evicted))).ConfigureAwait(false);
    }

    /// <summary>Another silo goes, and this is what it kept.</summary>
    internal void Adopt(SiloAddress from, EventPage page, ulong evicted)
    {
        lock (_gate)
        {
            _leftInOrder.Add(from);
        }
        _own.Adopt(page with { Events = [.. page.Events.Where(e => e.Kind != KernelEventKind.Dropped)] }, evicted);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        HubRun? run;
        lock (_gate)
        {
            run = _run;
        }
        if (run is not null)
        {
            await run.Ended.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        _stopping.Dispose();
    }

    private async Task GiveAsync(SiloAddress other, EventsAnswer kept, ulong evicted)
    {
        try
        {
            await _services.Of(other).AdoptEvents(_members.Here, kept, evicted)
                .WaitAsync(s_giveMax, _options.Clock).ConfigureAwait(false);
        }
        catch (Exception error) when (Refusals.IsTransport(error))
        {
            // It takes this one for lost, and says so to who watches.
            return;
        }
    }

    private async Task<HubRun> BegunAsync(CancellationToken cancellationToken)
    {
        HubRun run;
        lock (_gate)
        {
            if (_run is null)
            {
                _run = new HubRun { LastUse = _options.Clock.GetTimestamp() };
                _run.Ended = Task.Run(() => RunAsync(_run), CancellationToken.None);
            }
            run = _run;
            run.LastUse = _options.Clock.GetTimestamp();
        }
        try
        {
            await run.Begun.Task.WaitAsync(_options.Patience, _options.Clock, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KernelHostException(
                KernelHostError.ShuttingDown, "This silo stops.", "Ask another one, or again.", error);
        }
        catch (TimeoutException error)
        {
            throw new KernelHostException(
                KernelHostError.Unreachable, "A silo does not say what happens at it.", "Ask again.", error);
        }
        return run;
    }

    private async Task RunAsync(HubRun run)
    {
        try
        {
            ulong from = await NewestAsync().ConfigureAwait(false);
            run.Begin(new Watchers(HistoryMax, EventIds.From(from), _options.Clock), from);
            while (true)
            {
                Task changed = Changed();
                EventMerge merge = new(Sources(), run.Log);
                using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
                Task merging = merge.RunAsync(over.Token);
                try
                {
                    Task end = await Task.WhenAny(merge.Begun, changed, merging).WaitAsync(_stopping.Token)
                        .ConfigureAwait(false);
                    if (end == merge.Begun)
                    {
                        run.Begun.TrySetResult();
                        end = await StaysAsync(run, changed, merging).ConfigureAwait(false);
                    }
                    if (end != changed)
                    {
                        // Nobody watches, or a bug: then who watches is told by the end of the stream.
                        return;
                    }
                }
                finally
                {
                    await over.CancelAsync().ConfigureAwait(false);
                    await merging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _run = _run == run ? null : _run;
            }
            run.End();
        }
    }

    /// <summary>Until one of two tasks has ended, or nobody has watched for a while.</summary>
    /// <returns>What has ended.</returns>
    private async Task<Task> StaysAsync(HubRun run, Task changed, Task merging)
    {
        while (true)
        {
            Task look = Task.Delay(s_look, _options.Clock, _stopping.Token);
            Task ended = await Task.WhenAny(changed, merging, look).ConfigureAwait(false);
            if (ended != look)
            {
                return ended;
            }
            await look.ConfigureAwait(false);
            lock (_gate)
            {
                if (run.Log.HasWatchers)
                {
                    run.LastUse = _options.Clock.GetTimestamp();
                }
                if (_options.Clock.GetElapsedTime(run.LastUse) > s_restAfter)
                {
                    _run = null;
                    return look;
                }
            }
        }
    }

    /// <summary>An id that none is above, at any silo.</summary>
    private Task<ulong> NewestAsync() => WithSourcesAsync(
        async (sources, token) => (await Task.WhenAll(sources.Select(
            s => s.ReadAsync(ulong.MaxValue, 0, TimeSpan.Zero, token))).ConfigureAwait(false)).Max(p => p.UpTo),
        _stopping.Token);

    private List<IEventSource> Sources() =>
        [.. _members.Active.Select(m => m.SiloAddress).Append(_members.Here).Distinct()
            .Select(silo => new SiloEventSource(silo, _members, _services, _own, _options))];

    /// <summary>Asks the silos; when they are others before it is done, again from the beginning.</summary>
    private async Task<T> WithSourcesAsync<T>(
        Func<IReadOnlyList<IEventSource>, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task changed = Changed();
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task<T> asking = ask(Sources(), over.Token);
            if (await Task.WhenAny(asking, changed).ConfigureAwait(false) == asking)
            {
                return await asking.ConfigureAwait(false);
            }
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <returns>Null when it takes more than memory: what happened before this silo began to read.</returns>
    private static IAsyncEnumerable<KernelEvent>? Attach(
        HubRun run, KernelId? id, ulong? after, CancellationToken cancellationToken) =>
        after < run.From ? null : run.Log.Watch(id, after, cancellationToken);

    private async IAsyncEnumerable<KernelEvent> AttachAsync(
        Task<HubRun> begun, KernelId? id, ulong? after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        HubRun run = await begun.ConfigureAwait(false);
        IAsyncEnumerable<KernelEvent>? live = Attach(run, id, after, cancellationToken);
        if (live is null)
        {
            live = run.Log.Watch(id, run.From, cancellationToken);
            EventPage before = await BacklogAsync(run, id, after!.Value, cancellationToken).ConfigureAwait(false);
            if (before.Missed)
            {
                yield return new KernelEvent(
                    id ?? KernelId.Client, KernelEventKind.Dropped,
                    _options.Clock.GetUtcNow().ToUnixTimeMilliseconds(), "", default, KernelStatus.Idle,
                    before.Events.Count > 0 ? before.Events[0].EventId - 1 : before.UpTo);
            }
            foreach (KernelEvent happened in before.Events)
            {
                yield return happened;
            }
        }
        await foreach (KernelEvent happened in live.ConfigureAwait(false))
        {
            yield return happened;
        }
    }

    /// <summary>What happened before this silo began to read, as far as the silos have kept it.</summary>
    private Task<EventPage> BacklogAsync(
        HubRun run, KernelId? id, ulong after, CancellationToken cancellationToken) => WithSourcesAsync(
            (sources, token) => BacklogAsync(sources, run.From, id, after, token), cancellationToken);

    private static async Task<EventPage> BacklogAsync(
        IReadOnlyList<IEventSource> sources, ulong upTo, KernelId? id, ulong after,
        CancellationToken cancellationToken)
    {
        SortedDictionary<ulong, KernelEvent> found = [];
        bool missed = false;
        ulong start = ulong.MaxValue;
        foreach (IEventSource source in sources)
        {
            ulong cursor = after;
            while (cursor < upTo)
            {
                EventPage page = await source.ReadAsync(cursor, upTo, TimeSpan.Zero, cancellationToken)
                    .ConfigureAwait(false);
                missed |= page.Missed;
                start = Math.Min(start, page.Start);
                foreach (KernelEvent happened in page.Events.Where(e => e.EventId <= upTo))
                {
                    if (id is null || happened.Id == id)
                    {
                        found[happened.EventId] = happened;
                    }
                    else if (happened.Kind == KernelEventKind.Dropped)
                    {
                        found[happened.EventId] = happened with { Id = id.Value };
                    }
                }
                cursor = page.UpTo;
            }
        }
        return new EventPage([.. found.Values], upTo, start, missed || after < start);
    }

    private Task Changed()
    {
        lock (_gate)
        {
            return _changed.Task;
        }
    }

    private async Task FollowMembersAsync()
    {
        HashSet<SiloAddress> before = [.. _members.Active.Select(m => m.SiloAddress)];
        await foreach (ClusterMembershipSnapshot _ in _members.Updates.WithCancellation(_stopping.Token)
            .ConfigureAwait(false))
        {
            HashSet<SiloAddress> now = [.. _members.Active.Select(m => m.SiloAddress)];
            if (now.SetEquals(before))
            {
                continue;
            }
            TaskCompletionSource changed;
            lock (_gate)
            {
                before.ExceptWith([.. now, _members.Here]);
                if (before.RemoveWhere(silo => !_leftInOrder.Remove(silo)) > 0)
                {
                    _own.PublishLoss();
                }
                changed = _changed;
                _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            before = now;
            changed.TrySetResult();
        }
    }

    /// <summary>One time of reading all silos' events.</summary>
    private sealed class HubRun
    {
        private Watchers? _log;

        public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended { get; set; } = Task.CompletedTask;

        public long LastUse { get; set; }

        /// <summary>The events of all silos above <see cref="From"/>; when it has begun.</summary>
        public Watchers Log => _log!;

        public ulong From { get; private set; }

        public void Begin(Watchers log, ulong from) => (_log, From) = (log, from);

        public void End()
        {
            _log?.Complete();
            Begun.TrySetCanceled();
        }
    }
}
