using System.Diagnostics;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <summary>
/// Writes commits in as many transactions at a time as the store is good for: whatever has gathered while they were
/// under way goes into the next. A kernel is in one of them at most, so the effects of its commits are performed, and
/// who waits for it is told, in their order.
/// </summary>
internal sealed class CommitWriter(IKernelStore store, EmbeddedRouter router, HostMetrics metrics)
{
    private readonly Lock _gate = new();
    private readonly HashSet<KernelId> _inFlight = [];
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<ShellCommit> _queue = [];
    private int _lanes;
    private bool _isComplete;

    // One batch at a time performs its effects: they may rely on it.
    private readonly Lock _effects = new();

    /// <summary>Commits that wait for a transaction.</summary>
    public int QueuedCount
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    public void Enqueue(ShellCommit commit)
    {
        bool isRefused;
        bool startsLane = false;
        lock (_gate)
        {
            isRefused = _isComplete;
            if (!isRefused)
            {
                _queue.Add(commit);
                // One whose kernel is under way is taken by the lane that has it.
                startsLane = _lanes < store.AppendsAtOnce && !_inFlight.Contains(commit.Id);
                _lanes += startsLane ? 1 : 0;
            }
        }
        if (isRefused)
        {
            commit.Fail(EmbeddedErrors.ShuttingDown());
        }
        else if (startsLane)
        {
            _ = Task.Run(RunLaneAsync);
        }
    }

    /// <summary>Writes what is queued, and stops.</summary>
    public async Task CompleteAsync()
    {
        lock (_gate)
        {
            _isComplete = true;
            if (_lanes == 0)
            {
                _stopped.TrySetResult();
            }
        }
        await _stopped.Task.ConfigureAwait(false);
    }

    private async Task RunLaneAsync()
    {
        try
        {
            for (CommitBatch batch = Take(); batch.Count > 0; batch = Take())
            {
                await WriteAsync(batch).ConfigureAwait(false);
                lock (_gate)
                {
                    _inFlight.ExceptWith(batch.Kernels);
                }
            }
        }
        catch (Exception error)
        {
            // A bug in what follows a commit. Whoever closes the host must hear of it, not wait for ever.
            _stopped.TrySetException(error);
            throw;
        }
    }

    /// <summary>What can be written now. An empty batch ends the lane.</summary>
    private CommitBatch Take()
    {
        CommitBatch batch = new();
        lock (_gate)
        {
            HashSet<KernelId> left = [];
            List<ShellCommit> rest = [];
            foreach (ShellCommit commit in _queue)
            {
                // What a kernel commits behind a commit that is left is left too.
                if (_inFlight.Contains(commit.Id) || left.Contains(commit.Id) || !batch.TryAdd(commit))
                {
                    left.Add(commit.Id);
                    rest.Add(commit);
                }
            }
            _queue = rest;
            _inFlight.UnionWith(batch.Kernels);
            if (batch.Count == 0 && --_lanes == 0 && _isComplete)
            {
                _stopped.TrySetResult();
            }
        }
        return batch;
    }

    private async Task WriteAsync(CommitBatch batch)
    {
        IReadOnlyList<KernelAppend> appends = batch.Begin();
        try
        {
            if (appends.Count > 0)
            {
                batch.Settle(await AppendAsync(batch.Count, appends).ConfigureAwait(false));
            }
        }
        catch (Exception error)
        {
            // Whatever it was: nobody knows what is stored, so these kernels are recovered from there, and all others
            // go on.
            batch.Fail(error);
        }
        lock (_effects)
        {
            batch.Finish(router);
        }
    }

    private async Task<IReadOnlyList<AppendStatus>> AppendAsync(int commits, IReadOnlyList<KernelAppend> appends)
    {
        using Activity? span = EmbeddedTelemetry.Source.StartActivity("commit", ActivityKind.Internal);
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<AppendStatus> statuses = await store.AppendAsync(appends).ConfigureAwait(false);
        if (metrics.TimesCommits)
        {
            metrics.Committed(commits, Stopwatch.GetElapsedTime(start));
        }
        span?.SetTag("granary.items", commits).SetTag("granary.kernels", appends.Count);
        return statuses;
    }
}
