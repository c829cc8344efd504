using Granary.Kernels;
using Granary.Stores;

namespace Granary.Grains;

/// <summary>
/// Finds kernels that should run and that nobody has in memory, and has them come: those that are due, those in
/// mid-run, and, at once, those of a silo that is gone. Every silo does it for its share of the kernels.
/// </summary>
/// <remarks>
/// The store says what each kernel has to do, in the transaction in which it becomes so: no reminder is needed beside
/// it. A kernel that is in memory somewhere takes a wake-up for what it is: a look at the clock.
/// </remarks>
public sealed class ClusterSweep : IAsyncDisposable
{
    private readonly IKernelStore _store;
    private readonly GrainReach _reach;
    private readonly ClusterMembers _members;
    private readonly KernelGrainOptions _options;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changed = new(0);
    private readonly Task _loop;
    private readonly Task _watch;

    public ClusterSweep(
        IKernelStore store, GrainReach reach, ClusterMembers members, KernelGrainOptions options)
    {
        (_store, _reach, _members, _options) = (store, reach, members, options);
        _loop = Task.Run(RunAsync);
        _watch = Task.Run(WatchAsync);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
        _changed.Dispose();
    }

    private async Task WatchAsync()
    {
        string before = "";
        await foreach (ClusterMembershipSnapshot _ in _members.Updates.WithCancellation(_stopping.Token)
            .ConfigureAwait(false))
        {
            string now = string.Join(',', _members.Active.Select(m => m.SiloAddress.ToParsableString()));
            if (now != before)
            {
                before = now;
                _changed.Release();
            }
        }
    }

    private async Task RunAsync()
    {
        long lastWork = 0;
        while (!_stopping.IsCancellationRequested)
        {
            bool changed = await _changed.WaitAsync(_options.SweepEvery, _stopping.Token).ConfigureAwait(false);
            try
            {
                long now = _options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
                await WakeAsync(new KernelQuery { DueAt = now }).ConfigureAwait(false);
                if (changed || now - lastWork >= _options.WorkSweepEvery.TotalMilliseconds)
                {
                    lastWork = now;
                    await WakeAsync(new KernelQuery { WithWorkOnly = true }).ConfigureAwait(false);
                }
            }
            catch (Exception error) when (error is StoreException or OrleansException)
            {
                // The store or the silo is away for now: the next sweep asks again.
                continue;
            }
        }
    }

    private async Task WakeAsync(KernelQuery query)
    {
        Func<KernelId, bool> isOurs = _members.ShareOfHere();
        while (true)
        {
            IReadOnlyList<StoredKernel> found =
                await _store.ListAsync(query, _stopping.Token).ConfigureAwait(false);
            foreach (StoredKernel kernel in found)
            {
                if (isOurs(kernel.Id))
                {
                    _reach.WakeUp(kernel.Id);
                }
            }
            if (found.Count < query.Limit)
            {
                return;
            }
            query = query with { After = found[^1].Id };
        }
    }
}
