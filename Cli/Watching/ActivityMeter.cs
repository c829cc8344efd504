using System.Collections.Concurrent;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Measures what kernels do between one look and the next.</summary>
internal sealed class ActivityMeter(IKernelHost host, TimeProvider time) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<KernelId, long> _ended = new();
    private Dictionary<KernelId, (long Gas, long Ended)> _before = [];
    private long _lookedAt;
    private Task _counting = Task.CompletedTask;

    public void Start() => _counting = CountAsync(host.WatchAsync(null, null, _stop.Token));

    /// <summary>All kernels, those that spend most first.</summary>
    public async Task<IReadOnlyList<Activity>> LookAsync(CancellationToken cancellationToken)
    {
        if (_counting.IsFaulted)
        {
            // The node refuses to be watched: say so rather than show nothing.
            await _counting;
        }
        List<KernelInfo> kernels = [];
        await foreach (KernelInfo kernel in host.ListAsync(cancellationToken))
        {
            kernels.Add(kernel);
        }
        long now = time.GetTimestamp();
        double seconds = _lookedAt == 0 ? 0 : time.GetElapsedTime(_lookedAt, now).TotalSeconds;
        Dictionary<KernelId, (long Gas, long Ended)> sums = [];
        List<Activity> activities = [];
        foreach (KernelInfo kernel in kernels)
        {
            (long Gas, long Ended) sum = (kernel.GasSpent, _ended.GetValueOrDefault(kernel.Id));
            sums.Add(kernel.Id, sum);
            (long Gas, long Ended) before = _before.GetValueOrDefault(kernel.Id, sum);
            activities.Add(new Activity(
                kernel, Rate(sum.Gas - before.Gas, seconds), Rate(sum.Ended - before.Ended, seconds)));
        }
        (_before, _lookedAt) = (sums, now);
        return
        [
            .. activities.OrderByDescending(a => a.GasPerSecond).ThenByDescending(a => a.Kernel.GasSpent)
                .ThenBy(a => a.Kernel.Id),
        ];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _counting.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        _stop.Dispose();
    }

    // A rollback takes gas back; that is no activity.
    private static double Rate(long difference, double seconds) =>
        seconds > 0 && difference > 0 ? difference / seconds : 0;

    private async Task CountAsync(IAsyncEnumerable<KernelEvent> events)
    {
        try
        {
            await foreach (KernelEvent e in events)
            {
                if (e.Kind == KernelEventKind.Ended)
                {
                    _ended.AddOrUpdate(e.Id, 1, static (_, count) => count + 1);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }
}
