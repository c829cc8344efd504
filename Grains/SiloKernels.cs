using System.Collections.Concurrent;
using Granary.Embedded;
using Granary.Kernels;

namespace Granary.Grains;

/// <summary>What the grains of one silo share: the host that has their kernels in memory, and who they are.</summary>
public sealed class SiloKernels
{
    private readonly ConcurrentDictionary<KernelId, KernelGrain> _grains = new();
    private EmbeddedHost? _host;
    private GrainReach? _reach;

    public SiloKernels(KernelGrainOptions options)
    {
        Options = options;
        Transfers = new TransferBudget(options.TransferBytesMax);
    }

    public KernelGrainOptions Options { get; }

    /// <summary>The silo's one; open before any grain is.</summary>
    public EmbeddedHost Host => _host ?? throw new InvalidOperationException("The silo's host is not open yet.");

    /// <summary>Kernels that are at this silo.</summary>
    public int Count => _grains.Count;

    /// <summary>Kernels that came here with what they carried, and went on from it.</summary>
    public long Arrivals { get; internal set; }

    internal TransferBudget Transfers { get; }

    public void Open(EmbeddedHost host, GrainReach reach) => (_host, _reach) = (host, reach);

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

    /// <summary>Sends all kernels of this silo to others, as evenly as they come.</summary>
    /// <param name="others">The silos that stay.</param>
    public async Task DrainAsync(IReadOnlyList<SiloAddress> others, CancellationToken cancellationToken)
    {
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
