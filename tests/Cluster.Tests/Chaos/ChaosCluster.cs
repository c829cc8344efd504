using System.Diagnostics;
using System.Globalization;
using Granary.Client;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;

namespace Granary.Cluster.Tests;

/// <summary>Three silos on machines of their own, clients that never stop calling, and faults to choose from.</summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    private const int Clients = 8;

    private static int s_count;

    private readonly List<GranaryClient> _clients = [];
    private readonly Random _random;
    private readonly Action<string> _say;
    private Task[] _running = [];

    private ChaosCluster(int seed, Action<string> say)
    {
        (_random, _say) = (new Random(seed), say);
        Hosts = NetworkHosts.Create(3);
        string schema = "chaos" + Interlocked.Increment(ref s_count).ToString(CultureInfo.InvariantCulture);
        Store = PostgresAddress.Parse(PostgresServer.Shared.LocalSettings(schema));
        Silos = [.. Enumerable.Range(0, 3).Select(i => new SiloMachine(
            Hosts, i, PostgresServer.Shared.LocalSettings(schema), probeMilliseconds: 700))];
        Callers = [.. Enumerable.Range(0, Clients).Select(c => new ChaosCaller(
            Keep(SiloMachine.NewHastyClient(Hosts, [.. Enumerable.Range(c, 3).Select(i => Silos[i % 3])])),
            c, seed + c + 1))];
        Operator = Keep(SiloMachine.NewClient(Hosts, Silos));
    }

    public NetworkHosts Hosts { get; }

    public PostgresAddress Store { get; }

    public IReadOnlyList<SiloMachine> Silos { get; }

    public IReadOnlyList<ChaosCaller> Callers { get; }

    /// <summary>Asks whichever silo answers.</summary>
    public GranaryClient Operator { get; }

    /// <summary>Silos that ended though nothing was done to them.</summary>
    public List<string> Fallen { get; } = [];

    /// <summary>From a kill to the first answer of a kernel of that silo, and to the last of several, in seconds.
    /// </summary>
    public List<(double First, double Last)> Failovers { get; } = [];

    public static async Task<ChaosCluster> StartAsync(int seed, Action<string> say)
    {
        ChaosCluster cluster = new(seed, say);
        if (cluster.Hosts.Missing is { } missing)
        {
            say($"LEFT OUT: partitions. {missing}");
        }
        await PostgresStore.MigrateAsync(cluster.Store);
        foreach (SiloMachine silo in cluster.Silos)
        {
            await silo.StartAsync();
        }
        await cluster.AllActiveAsync();
        await ChaosKernels.DeployAsync(cluster.Operator);
        cluster._running = [.. cluster.Callers.Select(c => Task.Run(c.RunAsync))];
        await cluster.GetOnAsync();
        return cluster;
    }

    /// <summary>Kills one as a failing machine would, and measures how long its kernels are away.</summary>
    public async Task KillAsync()
    {
        SiloMachine victim = Any();
        foreach (int i in Enumerable.Range(0, ChaosKernels.Probes))
        {
            await BringAsync(ChaosKernels.Probe(i), victim);
        }
        GranaryClient survivors = Keep(SiloMachine.NewHastyClient(Hosts, [.. Silos.Where(s => s != victim)]));
        long start = Stopwatch.GetTimestamp();
        victim.Kill();
        double[] took = await Task.WhenAll(Enumerable.Range(0, ChaosKernels.Probes).Select(async i =>
        {
            await survivors.CallAsync(new MessageRequest
            {
                To = ChaosKernels.Probe(i), Entry = "add", Payload = "1"u8.ToArray(),
            }).WaitAsync(TestCluster.Limit);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }));
        Failovers.Add((took.Min(), took.Max()));
        Say(start, $"{victim.Name} killed; its kernels answered after {took.Min():0.00} to {took.Max():0.00} s");
        await RestartAsync(victim);
    }

    /// <summary>Stops one for longer than the others believe in it, and lets it go on.</summary>
    public async Task PauseAsync()
    {
        SiloMachine victim = Any();
        long start = Stopwatch.GetTimestamp();
        victim.ExpectEnd();
        victim.Pause();
        await GivenUpAsync(victim);
        Say(start, $"{victim.Name} was stopped and is given up; goes on");
        victim.Resume();
        await victim.WaitForEndAsync();
        await RestartAsync(victim);
    }

    /// <summary>Cuts one off from the others; it still has the database and its clients.</summary>
    public async Task CutAsync()
    {
        SiloMachine victim = Any();
        long start = Stopwatch.GetTimestamp();
        victim.ExpectEnd();
        Hosts.Cut(victim.Host);
        await GivenUpAsync(victim);
        Say(start, $"{victim.Name} was cut off and is given up");
        await victim.WaitForEndAsync();
        Say(start, $"{victim.Name} found out and ended");
        Hosts.Join(victim.Host);
        await RestartAsync(victim);
    }

    /// <summary>Stops one in order and starts it again.</summary>
    public Task RollAsync() => RollAsync(Any());

    public async Task RollAsync(SiloMachine silo)
    {
        long start = Stopwatch.GetTimestamp();
        await silo.TerminateAsync();
        Assert.True(silo.ExitCode == 0, $"{silo.Name} ended with {silo.ExitCode}:\n{silo.Log}");
        Say(start, $"{silo.Name} left in order");
        await RestartAsync(silo);
    }

    /// <summary>Ends the load; every call comes to its answer.</summary>
    public async Task FinishAsync()
    {
        foreach (ChaosCaller caller in Callers)
        {
            caller.Finish();
        }
        await Task.WhenAll(_running).WaitAsync(TestCluster.Limit);
        double[] took = [.. Callers.SelectMany(c => c.Took).Select(t => t.Milliseconds).Order()];
        _say(string.Create(
            CultureInfo.InvariantCulture,
            $"{took.Length} calls, none failed: p50 {took[took.Length / 2]:0} ms, p99 {took[took.Length * 99 / 100]:0}"
            + $" ms, worst {took[^1]:0} ms; {Callers.Sum(c => c.Compared)} answers compared"));
    }

    /// <summary>All stop in order: the database has everything.</summary>
    public async Task StopAsync()
    {
        foreach (SiloMachine silo in Silos)
        {
            await silo.TerminateAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ChaosCaller caller in Callers)
        {
            caller.Finish();
        }
        foreach (SiloMachine silo in Silos)
        {
            await silo.DisposeAsync();
        }
        foreach (GranaryClient client in _clients)
        {
            await client.DisposeAsync();
        }
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Hosts.Dispose();
    }

    private SiloMachine Any() => Silos[_random.Next(Silos.Count)];

    private GranaryClient Keep(GranaryClient client)
    {
        _clients.Add(client);
        return client;
    }

    /// <summary>Starts it again, as whatever watches over silos would, and all others that ended meanwhile.</summary>
    private async Task RestartAsync(SiloMachine victim)
    {
        foreach (SiloMachine silo in Silos.Where(s => s != victim && s.HasFallen))
        {
            Fallen.Add($"{silo.Name} ended with {silo.ExitCode}:\n{silo.Log}");
            _say($"{silo.Name} fell, though nothing was done to it");
            await silo.StartAsync();
        }
        await victim.StartAsync();
        await AllActiveAsync();
        await GetOnAsync();
    }

    private Task AllActiveAsync() => TestCluster.UntilAsync("all silos are active", async () =>
    {
        foreach (SiloMachine silo in Silos)
        {
            if ((await ActiveAsync(silo)).Count != Silos.Count)
            {
                return false;
            }
        }
        return true;
    });

    /// <summary>The others believe that it is dead.</summary>
    private Task GivenUpAsync(SiloMachine victim) => TestCluster.UntilAsync(
        $"{victim.Name} is given up",
        async () =>
        {
            foreach (SiloMachine silo in Silos.Where(s => s != victim))
            {
                if ((await ActiveAsync(silo)).Contains(victim.Name))
                {
                    return false;
                }
            }
            return true;
        });

    private async Task<IReadOnlySet<string>> ActiveAsync(SiloMachine silo)
    {
        await using GranaryClient client = SiloMachine.NewClient(Hosts, silo);
        try
        {
            return (await client.ListSilosAsync().WaitAsync(TimeSpan.FromSeconds(5)))
                .Where(s => s.Status == "Active").Select(s => s.Name).ToHashSet();
        }
        catch (TimeoutException)
        {
            return new HashSet<string>();
        }
    }

    /// <summary>Every client gets answers.</summary>
    private async Task GetOnAsync()
    {
        int[] before = [.. Callers.Select(c => c.Acknowledged)];
        await TestCluster.UntilAsync("all clients get on", () =>
        {
            Task failed = _running.FirstOrDefault(t => t.IsFaulted) ?? Task.CompletedTask;
            return failed.IsFaulted
                ? Task.FromException<bool>(failed.Exception!.InnerException!)
                : Task.FromResult(Callers.Select((c, i) => c.Acknowledged > before[i]).All(gotOn => gotOn));
        });
    }

    private async Task BringAsync(KernelId id, SiloMachine silo)
    {
        while ((await Operator.FindAsync(id)).Silo != silo.Name)
        {
            try
            {
                await Operator.MigrateAsync(id, silo.Name);
            }
            catch (KernelHostException error) when (error.Error == KernelHostError.WrongStatus)
            {
                // It was on its way already.
                await Task.Delay(10);
            }
        }
    }

    private void Say(long start, string what)
    {
        double worst = Callers.SelectMany(c => c.Took).Where(t => t.Start > start - Stopwatch.Frequency)
            .Select(t => t.Milliseconds).DefaultIfEmpty().Max();
        _say(string.Create(
            CultureInfo.InvariantCulture,
            $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s: {what}; worst call till then {worst:0} ms"));
    }
}
