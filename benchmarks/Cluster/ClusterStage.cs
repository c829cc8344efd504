using System.Globalization;
using Granary.Grains;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Granary.Benchmarks;

/// <summary>
/// Two silos of ours and two of bare Orleans over one throwaway PostgreSQL server that flushes: one of each in this
/// process, one of each in another, and clients in this process that go through the gateways of the other.
/// </summary>
internal sealed class ClusterStage : IAsyncDisposable
{
    public const string HereName = "here";
    public const string ThereName = "there";

    private readonly List<IAsyncDisposable> _opened = [];
    private readonly PostgresServer _server = new(isDurable: true, connectionsMax: 500);

    private ClusterStage()
    {
    }

    public SiloPair Here { get; private set; } = null!;

    public OtherSilo There { get; private set; } = null!;

    /// <summary>The HTTP API of the other process.</summary>
    public Uri ThereUrl { get; private set; } = null!;

    public SiloAddress BareThere { get; private set; } = null!;

    /// <summary>Our kernels, as an Orleans client reaches them.</summary>
    public GrainReach Client { get; private set; } = null!;

    /// <summary>Bare grains, as an Orleans client reaches them.</summary>
    public IGrainFactory BareClient { get; private set; } = null!;

    public ProcessorClock Clock { get; private set; } = null!;

    public IKernelHost Host => Here.Ours.Host;

    /// <param name="dwell">How long a kernel stays where it is at least.</param>
    public static async Task<ClusterStage> OpenAsync(TimeSpan dwell)
    {
        ClusterStage stage = new();
        try
        {
            await stage.OpenAllAsync((int)dwell.TotalMilliseconds);
            return stage;
        }
        catch
        {
            await stage.DisposeAsync();
            throw;
        }
    }

    /// <summary>Why it cannot be opened here; null when it can.</summary>
    public static bool IsMissing()
    {
        if (PostgresPrograms.Missing is { } missing)
        {
            Console.WriteLine($"  NOT MEASURED: {missing}");
        }
        return PostgresPrograms.Missing is not null;
    }

    /// <summary>Where one of our silos is, by its name.</summary>
    public SiloAddress Find(string name) => Here.Ours.Members.Find(name);

    public Task<KernelInfo> DeployAsync(string id, string engine, ReadOnlyMemory<byte> code) => Host.DeployAsync(
        new DeployRequest { Id = KernelId.Parse(id), Engine = new EngineId(engine, 1), Code = code });

    /// <summary>Makes kernels and brings them to a silo.</summary>
    public async Task<KernelId[]> DeployAsync(string prefix, int count, string source, string silo)
    {
        (IVmEngine _, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".gscript")!.Value;
        ReadOnlyMemory<byte> code = language.Compile(source, VmLimits.Default);
        KernelId[] ids = [.. Enumerable.Range(0, count).Select(i => KernelId.Parse(
            prefix + i.ToString(CultureInfo.InvariantCulture)))];
        await Parallel.ForEachAsync(ids, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (id, token) =>
        {
            await DeployAsync(id.Value, "script", code);
            if ((await Here.Ours.Cluster.FindAsync(id, token)).Silo != silo)
            {
                await Here.Ours.Cluster.MigrateAsync(id, silo, token);
            }
        });
        return ids;
    }

    /// <summary>Bare grains at a silo.</summary>
    public async Task<string[]> ActivateBareAsync(string prefix, int count, SiloAddress silo)
    {
        string[] keys = [.. Enumerable.Range(0, count).Select(i => prefix + i.ToString(CultureInfo.InvariantCulture))];
        foreach (string key in keys)
        {
            RequestContext.Set(Orleans.Runtime.Placement.IPlacementDirector.PlacementHintKey, silo);
            SiloAddress at = await Here.Grains.GetGrain<IBareGrain>(key).Where();
            RequestContext.Clear();
            BenchmarkRun.Check(at, silo, "the silo of a bare grain");
        }
        return keys;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable opened in Enumerable.Reverse(_opened))
        {
            await opened.DisposeAsync();
        }
        _server.Dispose();
    }

    private async Task OpenAllAsync(int dwell)
    {
        string store = _server.Url("ours");
        string bareStore = _server.Url("bare");
        await PostgresStore.MigrateAsync(PostgresAddress.Parse(store));
        await BareStorage.MakeAsync(PostgresAddress.Parse(bareStore));
        SiloPairOptions here = new(
            store, bareStore, HereName, SiloPair.FreePort(), SiloPair.FreePort(), dwell);
        SiloPairOptions there = new(
            store, bareStore, ThereName, SiloPair.FreePort(), SiloPair.FreePort(), dwell);
        Here = await SiloPair.StartAsync(here);
        _opened.Add(Here);
        (There, ThereUrl, BareThere) = await OtherSilo.StartAsync(there);
        _opened.Add(There);
        while (Here.Ours.Members.Active.Count < 2)
        {
            await Task.Delay(10);
        }
        IGrainFactory ours = await ConnectAsync("granary", there.ClientPort);
        Client = new GrainReach(
            () => ours, () => throw new InvalidOperationException("Nobody watches here."), new KernelGrainOptions());
        BareClient = await ConnectAsync("bare", there.BareClientPort);
        Clock = new ProcessorClock(There.ProcessId, _server.DataFolder);
    }

    private async Task<IGrainFactory> ConnectAsync(string cluster, int port)
    {
        IHost client = await BareSilo.ConnectAsync(cluster, port);
        _opened.Add((IAsyncDisposable)client);
        return client.Services.GetRequiredService<IClusterClient>();
    }
}
