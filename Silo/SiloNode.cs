using Granary.Embedded;
using Granary.Gateway;
using Granary.Grains;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Granary.Silo;

/// <summary>One process of a cluster: store, kernels in memory, membership, gateway.</summary>
public sealed class SiloNode : IAsyncDisposable
{
    /// <summary>Whatever kernels do, the silo answers probes and requests first.</summary>
    private const int SliceThreadNice = 5;

    private readonly EmbeddedHost _host;
    private readonly IHost _silo;
    private readonly ClusterSweep _sweep;
    private readonly Balancer _balancer;
    private readonly GatewayApp _gateway;
    private readonly StoreClock _clock;
    private readonly SiloOptions _options;
    private int _stopped;

    private SiloNode(
        EmbeddedHost host, IHost silo, ClusterSweep sweep, Balancer balancer, GatewayApp gateway,
        StoreClock clock, SiloOptions options)
    {
        (_host, _silo, _sweep, _balancer, _gateway) = (host, silo, sweep, balancer, gateway);
        (_clock, _options) = (clock, options);
        Kernels = silo.Services.GetRequiredService<SiloKernels>();
        Members = silo.Services.GetRequiredService<ClusterMembers>();
        Cluster = silo.Services.GetRequiredService<GrainCluster>();
    }

    /// <summary>All kernels of the cluster.</summary>
    public IKernelHost Host => _host;

    public IKernelCluster Cluster { get; }

    public ClusterMembers Members { get; }

    /// <summary>The kernels that are here.</summary>
    public SiloKernels Kernels { get; }

    /// <summary>Where the HTTP API listens, with the real ports.</summary>
    public IReadOnlyList<string> Addresses => _gateway.Addresses;

    /// <summary>Joins the cluster; returns when clients can come.</summary>
    /// <param name="note">Told, for people, what it waits for.</param>
    /// <exception cref="StoreException">The database cannot be used.</exception>
    /// <exception cref="KernelHostException">The database is another cluster's, or an address is in use.</exception>
    public static async Task<SiloNode> StartAsync(
        SiloOptions options, VmEngines engines, Action<string>? note = null,
        CancellationToken cancellationToken = default)
    {
        PostgresStore store = await SiloStore.OpenAsync(options, note, cancellationToken).ConfigureAwait(false);
        await using AsyncUndo undo = new();
        undo.Push(store);
        StoreClock clock = await StoreClock.StartAsync(options.Store, options.Kernels.Clock, cancellationToken)
            .ConfigureAwait(false);
        undo.Push(clock);
        options = options with { Kernels = options.Kernels with { Clock = clock } };
        SiloKernels kernels = new(options.Kernels);
        IHost? silo = null;
        GrainReach reach = new(
            () => silo!.Services.GetRequiredService<IGrainFactory>(), () => kernels.Events, options.Kernels);
        EmbeddedHost host = await EmbeddedHost.OpenAsync(
            store, engines,
            new EmbeddedOptions
            {
                Reach = _ => reach, Left = kernels.Left, Name = options.Name,
                SliceThreads = options.SliceThreads > 0
                    ? options.SliceThreads
                    : Math.Max(1, Environment.ProcessorCount - 1),
                SliceThreadNice = SliceThreadNice, EventHistoryMax = 4_096, Clock = options.Kernels.Clock,
            },
            cancellationToken).ConfigureAwait(false);
        undo.Push(host);
        kernels.Open(host, reach);
        silo = SiloComposition.Build(options, kernels, reach);
        undo.Push(silo);
        EventHub events = new(
            host, silo.Services.GetRequiredService<ClusterMembers>(),
            silo.Services.GetRequiredService<SiloServices>(), options.Kernels);
        undo.Push(events);
        kernels.Open(events);
        await silo.StartAsync(cancellationToken).ConfigureAwait(false);
        ClusterSweep sweep = new(
            store, reach, silo.Services.GetRequiredService<ClusterMembers>(), options.Kernels);
        undo.Push(sweep);
        Balancer balancer = new(
            kernels, silo.Services.GetRequiredService<ClusterMembers>(),
            silo.Services.GetRequiredService<SiloServices>());
        undo.Push(balancer);
        GatewayApp gateway = GatewayApp.Create(
            host,
            new GatewayOptions
            {
                Urls = options.Urls, CertificatePath = options.CertificatePath,
                CertificateKeyPath = options.CertificateKeyPath,
                Tokens = options.TokensFolder is { } tokens ? ApiTokens.Open(tokens) : null,
                Metrics = options.Metrics, Cluster = silo.Services.GetRequiredService<GrainCluster>(),
                LoggerFactory = silo.Services.GetRequiredService<ILoggerFactory>(),
            });
        undo.Push(gateway);
        await gateway.StartAsync(cancellationToken).ConfigureAwait(false);
        undo.Cancel();
        return new SiloNode(host, silo, sweep, balancer, gateway, clock, options);
    }

    /// <summary>
    /// Says that it is about to stop, takes no more requests, sends its kernels to the other silos while they run, and
    /// leaves the cluster.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
        {
            return;
        }
        await _gateway.LeaveAsync(_options.StopNotice).ConfigureAwait(false);
        await _gateway.DisposeAsync().ConfigureAwait(false);
        await _balancer.DisposeAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        using (CancellationTokenSource limit = new(_options.Kernels.DrainMax, _options.Kernels.Clock))
        {
            SiloAddress[] others = [.. Members.Active.Select(m => m.SiloAddress).Where(a => !a.Equals(Members.Here))];
            await Kernels.DrainAsync(others, limit.Token).ConfigureAwait(false);
            if (Kernels.Count == 0)
            {
                await Kernels.Events.LeaveAsync(others).ConfigureAwait(false);
            }
        }
        await Kernels.Events.DisposeAsync().ConfigureAwait(false);
        await _silo.StopAsync(CancellationToken.None).ConfigureAwait(false);
        _silo.Dispose();
        await _host.DisposeAsync().ConfigureAwait(false);
        await _clock.DisposeAsync().ConfigureAwait(false);
    }
}
