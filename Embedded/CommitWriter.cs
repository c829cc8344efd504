using System.Diagnostics;
using System.Threading.Channels;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <summary>
/// The one writer: whatever has gathered while the last transaction was under way goes into the next. Effects are
/// performed and waiters told in the order of the commits.
/// </summary>
internal sealed class CommitWriter
{
    private readonly Channel<ShellCommit> _commits = Channel.CreateUnbounded<ShellCommit>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly IKernelStore _store;
    private readonly EmbeddedRouter _router;
    private readonly HostMetrics _metrics;
    private int _queued;
    private readonly Task _loop;

    public CommitWriter(IKernelStore store, EmbeddedRouter router, HostMetrics metrics)
    {
        _metrics = metrics;
        _store = store;
        _router = router;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Commits that wait for a transaction.</summary>
    public int QueuedCount => Volatile.Read(ref _queued);

    public void Enqueue(ShellCommit commit)
    {
        Interlocked.Increment(ref _queued);
        if (!_commits.Writer.TryWrite(commit))
        {
            Interlocked.Decrement(ref _queued);
            commit.Fail(EmbeddedErrors.ShuttingDown());
        }
    }

    /// <summary>Writes what is queued, and stops.</summary>
    public async Task CompleteAsync()
    {
        _commits.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        while (await _commits.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            CommitBatch batch = new();
            while (_commits.Reader.TryPeek(out ShellCommit? commit) && batch.TryAdd(commit))
            {
                _commits.Reader.TryRead(out _);
                Interlocked.Decrement(ref _queued);
            }
            await WriteAsync(batch).ConfigureAwait(false);
        }
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
        batch.Finish(_router);
    }

    private async Task<IReadOnlyList<AppendStatus>> AppendAsync(int commits, IReadOnlyList<KernelAppend> appends)
    {
        using Activity? span = EmbeddedTelemetry.Source.StartActivity("commit", ActivityKind.Internal);
        long start = Stopwatch.GetTimestamp();
        IReadOnlyList<AppendStatus> statuses = await _store.AppendAsync(appends).ConfigureAwait(false);
        if (_metrics.TimesCommits)
        {
            _metrics.Committed(commits, Stopwatch.GetElapsedTime(start));
        }
        span?.SetTag("granary.items", commits).SetTag("granary.kernels", appends.Count);
        return statuses;
    }
}
