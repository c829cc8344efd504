using System.Collections.Concurrent;
using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;

namespace Granary.Grains;

/// <summary>What the grains of one silo share: the host that has their kernels in memory, and who they are.</summary>
public sealed class SiloKernels
{
    private readonly ConcurrentDictionary<KernelId, KernelGrain> _grains = new();
    private readonly Lock _loadGate = new();
    private EmbeddedHost? _host;
    private GrainReach? _reach;
    private double _runnableSum;
    private int _samples;
    private long _balanced;
    private volatile bool _isDraining;

    public SiloKernels(KernelGrainOptions options)
    {
        Options = options;
        Transfers = new TransferBudget(options.TransferBytesMax);
    }

    public KernelGrainOptions Options { get; }

    /// <summary>The silo's one; open before any grain is.</summary>
    public EmbeddedHost Host => _host ?? throw new InvalidOperationException("The silo's host is not open yet.");

    /// <summary>The events of all silos; there when this one is of the cluster.</summary>
    public EventHub Events { get; private set; } = null!;

    /// <summary>Kernels that are at this silo.</summary>
    public int Count => _grains.Count;

    /// <summary>Kernels that came here with what they carried, and went on from it.</summary>
    public long Arrivals { get; internal set; }

    /// <summary>Kernels that the balancer has sent from here to others.</summary>
    public long Balanced => Interlocked.Read(ref _balanced);

    internal TransferBudget Transfers { get; }

    public void Open(EmbeddedHost host, GrainReach reach) => (_host, _reach) = (host, reach);

    public void Open(EventHub events) => Events = events;

    /// <summary>
    /// For <see cref="EmbeddedOptions.Left"/>: a kernel that is gone, idle or taken over needs no grain here.
    /// </summary>
    public void Left(KernelId id, Exception? error)
    {
        bool staysAway = error is null || Refusals.HasMoved(error)
            || error is KernelHostException { Error: KernelHostError.NoSuchKernel };
        if (staysAway && _grains.TryGetValue(id, out KernelGrain? grain))
        {
            grain.GrainContext.Deactivate(new DeactivationReason(
                DeactivationReasonCode.ApplicationRequested, "The kernel has left this silo's memory."));
        }
    }

    /// <summary>Has the kernel come into memory, wherever it belongs.</summary>
    internal void WakeUp(KernelId id) => _reach?.WakeUp(id);

    /// <summary>Does something when an activation has ended, its migration included.</summary>
    internal static void WhenGone(IGrainContext activation, Action action) => activation.Deactivated.ContinueWith(
        _ => action(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    internal void Add(KernelId id, KernelGrain grain) => _grains[id] = grain;

    internal void Remove(KernelId id, KernelGrain grain) =>
        _grains.TryRemove(new KeyValuePair<KernelId, KernelGrain>(id, grain));

    /// <summary>Counts what there is to do, now.</summary>
    internal void SampleLoad()
    {
        lock (_loadGate)
        {
            _runnableSum += Host.RunnableCount;
            _samples++;
        }
    }

    /// <summary>The load since this was read last; null when the silo takes no more kernels, or has not counted
    /// yet.</summary>
    internal LoadAnswer? ReadLoad()
    {
        lock (_loadGate)
        {
            LoadAnswer? load = _isDraining || _samples == 0
                ? null
                : new LoadAnswer(_runnableSum / _samples, Host.SliceThreads, Count);
            (_runnableSum, _samples) = (0, 0);
            return load;
        }
    }

    /// <summary>Sends some kernels to another silo, none that came lately.</summary>
    internal void Unload(SiloAddress target, int runnable, int others)
    {
        foreach ((KernelId id, KernelGrain grain) in _grains)
        {
            if (runnable <= 0 && others <= 0)
            {
                return;
            }
            if (grain.IsMigrating || Host.LiveFor(id) is not { } stay || stay < Options.BalanceDwellMin)
            {
                continue;
            }
            ref int left = ref Host.IsRunnable(id) ? ref runnable : ref others;
            if (left > 0)
            {
                left--;
                grain.BeginMigration(target);
                Interlocked.Increment(ref _balanced);
            }
        }
    }

    /// <summary>Sends all kernels of this silo to others, as evenly as they come.</summary>
    /// <param name="others">The silos that stay.</param>
    public async Task DrainAsync(IReadOnlyList<SiloAddress> others, CancellationToken cancellationToken)
    {
        _isDraining = true;
        int next = 0;
        while (others.Count > 0 && !_grains.IsEmpty && !cancellationToken.IsCancellationRequested)
        {
            foreach (KernelGrain grain in _grains.Values.Where(g => !g.IsMigrating))
            {
                grain.BeginMigration(others[next++ % others.Count]);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10), Options.Clock, CancellationToken.None)
                .ConfigureAwait(false);
        }
    }
}
