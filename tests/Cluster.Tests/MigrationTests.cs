using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Client;
using Granary.Kernels;
using Granary.Silo;
using Granary.Tests;
using Granary.Vms;
using Xunit.Abstractions;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

public sealed class MigrationTests(ITestOutputHelper output)
{
    private const string MovaCounter =
        """
        var i = 0;
        loop:
        i++;
        print(i);
        sleep(20);
        goto loop;
        """;

    [PostgresFact]
    public async Task Any_silo_reaches_any_kernel()
    {
        await using TestCluster cluster = await StartAsync(2);
        await DeployAsync(cluster[0].Host, "a");
        await DeployAsync(cluster[1].Host, "b");
        for (int i = 1; i <= 5; i++)
        {
            foreach (SiloNode silo in cluster.Silos)
            {
                await AddAsync(silo.Host, "a", 1);
                await AddAsync(silo.Host, "b", 2);
            }
        }
        Assert.Equal(10, await AddAsync(cluster[1].Host, "a", 0));
        Assert.Equal(20, await AddAsync(cluster[0].Host, "b", 0));
        KernelPlace fromOne = await cluster[0].Cluster.FindAsync(Id("a"));
        Assert.Equal(fromOne, await cluster[1].Cluster.FindAsync(Id("a")));
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(
            () => AddAsync(cluster[0].Host, "nobody", 1));
        Assert.Equal(KernelHostError.NoSuchKernel, error.Error);
    }

    [PostgresFact]
    public async Task Http_of_any_silo_reaches_any_kernel_and_migrates_it()
    {
        await using TestCluster cluster = await StartAsync(2);
        await using GranaryClient one = new(new Uri(cluster[0].Addresses[0]));
        await using GranaryClient two = new(new Uri(cluster[1].Addresses[0]));
        await DeployAsync(one, "web");
        Assert.Equal(3, await AddAsync(two, "web", 3));
        Assert.Equal(["silo-1", "silo-2"], (await one.ListSilosAsync()).Select(s => s.Name));
        string there = (await one.FindAsync(Id("web"))).Silo == "silo-1" ? "silo-2" : "silo-1";
        Assert.Equal(there, (await two.MigrateAsync(Id("web"), there).WaitAsync(Limit)).Silo);
        Assert.Equal(5, await AddAsync(one, "web", 2));
        List<StateEntry> state = [];
        await foreach (StateEntry entry in two.ReadStateAsync(
            new StateQuery { Id = Id("web"), Prefix = Encoding.UTF8.GetBytes("data/") }))
        {
            state.Add(entry);
        }
        Assert.Equal("5", Encoding.UTF8.GetString(Assert.Single(state).Value.Span));
        await two.SnapshotAsync(Id("web"), "kept");
        await one.ForkAsync(Id("web"), Id("web2"), null);
        Assert.Equal(6, await AddAsync(two, "web2", 1));
        await one.DeleteAsync(Id("web2"));
        await Assert.ThrowsAsync<KernelHostException>(() => AddAsync(two, "web2", 1));
        foreach (Func<Task> nobody in new Func<Task>[]
            {
                () => one.FindAsync(Id("nobody")), () => two.MigrateAsync(Id("nobody"), "silo-1"),
            })
        {
            KernelHostException unknown = await Assert.ThrowsAsync<KernelHostException>(nobody);
            Assert.Equal(KernelHostError.NoSuchKernel, unknown.Error);
        }
    }

    /// <summary>
    /// GRANARY_MIGRATIONS=1000 migrates each of the three so often: a counter that is called, an endless loop, and a
    /// Mova program that counts, prints and sleeps.
    /// </summary>
    [PostgresFact]
    public async Task Kernels_migrate_under_load_and_no_call_is_lost_doubled_or_failed()
    {
        const int clients = 8;
        int migrations = int.Parse(
            Environment.GetEnvironmentVariable("GRANARY_MIGRATIONS") ?? "25", CultureInfo.InvariantCulture);
        await using TestCluster cluster = await StartAsync(3);
        await DeployAsync(cluster[0].Host, "counter");
        await DeployAsync(cluster[0].Host, "loop");
        await SendAsync(cluster[0].Host, "loop", "spin");
        await cluster[0].Host.DeploySourceAsync(BuiltInEngines.All, Id("mova"), ".mova", MovaCounter);
        await SendAsync(cluster[0].Host, "mova", "");
        using CancellationTokenSource enough = new();
        Task<List<double>>[] calls = [.. Enumerable.Range(0, clients).Select(c => Task.Run(async () =>
        {
            List<double> milliseconds = [];
            while (!enough.IsCancellationRequested)
            {
                long start = Stopwatch.GetTimestamp();
                await AddAsync(cluster[c % 3].Host, "counter", 1);
                milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
            return milliseconds;
        }))];
        List<double> moves = await MigrateRoundAsync(cluster, "counter", migrations);
        moves.AddRange(await MigrateRoundAsync(cluster, "loop", migrations));
        moves.AddRange(await MigrateRoundAsync(cluster, "mova", migrations));
        await enough.CancelAsync();
        List<double> all = [.. (await Task.WhenAll(calls)).SelectMany(c => c)];
        output.WriteLine($"{all.Count} calls: {Percentiles(all)}; {moves.Count} migrations: {Percentiles(moves)}; "
            + $"{cluster.Silos.Sum(s => s.Kernels.Arrivals)} went on from what they carried");
        Assert.Equal(all.Count, await AddAsync(cluster[1].Host, "counter", 0));
        foreach (string endless in new[] { "loop", "mova" })
        {
            long before = (await cluster[0].Host.GetAsync(Id(endless))).GasSpent;
            await UntilAsync($"{endless} runs on", async () =>
                (await cluster[1].Host.GetAsync(Id(endless))).GasSpent > before);
            await cluster[1].Host.CancelAsync(Id(endless));
            await VerifyAsync(cluster[2].Host, endless);
        }
        await VerifyAsync(cluster[2].Host, "counter");
    }

    [PostgresFact]
    public async Task An_endless_program_goes_on_from_what_it_carried()
    {
        const int migrations = 10;
        await using TestCluster cluster = await StartAsync(2);
        await DeployAsync(cluster[0].Host, "loop");
        await SendAsync(cluster[0].Host, "loop", "spin");
        await UntilAsync("it runs", async () =>
            (await cluster[0].Host.GetAsync(Id("loop"))).Status == KernelStatus.Running);
        await MigrateRoundAsync(cluster, "loop", migrations);
        // Not from the last stored checkpoint: of those there are fewer.
        Assert.True(cluster.Silos.Sum(s => s.Kernels.Arrivals) >= migrations / 2);
        await cluster[1].Host.CancelAsync(Id("loop"));
        await VerifyAsync(cluster[1].Host, "loop");
    }

    [PostgresFact]
    public async Task A_kernel_that_is_larger_than_may_be_carried_goes_through_the_store()
    {
        await using TestCluster cluster = await StartAsync(
            2, Still with { TransferBytesMax = 64 << 10 });
        await DeployAsync(cluster[0].Host, "large");
        byte[] content = new byte[500_000];
        new Random(5).NextBytes(content);
        await SendAsync(cluster[0].Host, "large", "keep", content);
        Assert.Equal(7, await AddAsync(cluster[0].Host, "large", 7));
        string from = (await cluster[0].Cluster.FindAsync(Id("large"))).Silo;
        await cluster[0].Cluster.MigrateAsync(Id("large"), from == "silo-1" ? "silo-2" : "silo-1").WaitAsync(Limit);
        Assert.Equal(8, await AddAsync(cluster[0].Host, "large", 1));
        Assert.Equal(0, cluster.Silos.Sum(s => s.Kernels.Arrivals));
        StateEvidence evidence = await cluster[1].Host.ProveAsync(
            Id("large"), Encoding.UTF8.GetBytes("data/large"));
        Assert.True(evidence.Value!.Value.Span.SequenceEqual(content));
    }

    [PostgresFact]
    public async Task There_and_back_at_once_waits_for_the_least_stay()
    {
        await using TestCluster cluster = await StartAsync(
            2, Still with { DwellMin = TimeSpan.FromMilliseconds(250) });
        await DeployAsync(cluster[0].Host, "ball");
        await AddAsync(cluster[0].Host, "ball", 1);
        for (int i = 0; i < 4; i++)
        {
            string here = (await cluster[0].Cluster.FindAsync(Id("ball"))).Silo;
            string there = here == "silo-1" ? "silo-2" : "silo-1";
            KernelPlace place = await cluster[i % 2].Cluster.MigrateAsync(Id("ball"), there).WaitAsync(Limit);
            Assert.Equal(there, place.Silo);
        }
        Assert.Equal(1, await AddAsync(cluster[0].Host, "ball", 0));
    }

    [PostgresFact]
    public async Task What_cannot_be_is_refused()
    {
        await using TestCluster cluster = await StartAsync(1);
        await DeployAsync(cluster[0].Host, "k");
        KernelHostException unknown = await Assert.ThrowsAsync<KernelHostException>(
            () => cluster[0].Cluster.MigrateAsync(Id("k"), "nowhere"));
        Assert.Contains("silo-1", unknown.Message, StringComparison.Ordinal);
        KernelHostException there = await Assert.ThrowsAsync<KernelHostException>(
            () => cluster[0].Cluster.MigrateAsync(Id("k"), "silo-1"));
        Assert.Equal(KernelHostError.WrongStatus, there.Error);
        KernelHostException other = await Assert.ThrowsAsync<KernelHostException>(
            () => SiloNode.StartAsync(
                cluster.OptionsOf("silo-2") with { ClusterId = "another" }, Granary.Vms.BuiltInEngines.All));
        Assert.Contains("belongs to the cluster 'granary'", other.Message, StringComparison.Ordinal);
    }

    /// <summary>Sends a kernel from silo to silo.</summary>
    /// <returns>What each took, with the least stay, in milliseconds.</returns>
    private static async Task<List<double>> MigrateRoundAsync(TestCluster cluster, string id, int migrations)
    {
        List<double> milliseconds = [];
        for (int i = 0; i < migrations; i++)
        {
            string here = (await cluster[0].Cluster.FindAsync(Id(id))).Silo;
            string[] others = [.. cluster[0].Members.Active.Select(m => m.Name).Where(n => n != here)];
            string target = others[i % others.Length];
            long start = Stopwatch.GetTimestamp();
            KernelPlace place = await cluster[i % cluster.Silos.Count].Cluster.MigrateAsync(Id(id), target)
                .WaitAsync(Limit);
            Assert.Equal(target, place.Silo);
            milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return milliseconds;
    }

    private static string Percentiles(List<double> milliseconds)
    {
        milliseconds.Sort();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"p50 {At(0.5):0.0} ms, p99 {At(0.99):0.0} ms, worst {string.Join(", ", milliseconds.TakeLast(5)
                .Reverse().Select(m => m.ToString("0.0", CultureInfo.InvariantCulture)))} ms");

        double At(double share) => milliseconds[(int)(share * (milliseconds.Count - 1))];
    }
}
