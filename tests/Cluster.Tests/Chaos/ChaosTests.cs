using System.Diagnostics;
using System.Globalization;
using Granary.Tests;
using Xunit.Abstractions;

namespace Granary.Cluster.Tests;

/// <summary>
/// Silos as processes on machines of their own, under the load of eight clients: killed, stopped, cut off and rolled.
/// </summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_firstMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_lastMax = TimeSpan.FromSeconds(6);

    private static readonly double s_minutes = double.Parse(
        Environment.GetEnvironmentVariable("GRANARY_CHAOS_MINUTES") ?? "0", CultureInfo.InvariantCulture);

    /// <summary>
    /// Each fault once, in random order; GRANARY_CHAOS_MINUTES=10 goes on for so long, and asserts times, which says
    /// something on a machine that does nothing else.
    /// </summary>
    [PostgresFact]
    public async Task Nothing_is_lost_or_doubled_whatever_becomes_of_silos()
    {
        int seed = int.Parse(
            Environment.GetEnvironmentVariable("GRANARY_CHAOS_SEED")
                ?? Environment.TickCount.ToString(CultureInfo.InvariantCulture),
            CultureInfo.InvariantCulture);
        Say($"seed {seed}");
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(seed, Say);
        Random random = new(seed);
        long start = Stopwatch.GetTimestamp();
        do
        {
            List<Func<Task>> faults = [cluster.KillAsync, cluster.PauseAsync, cluster.RollAsync];
            if (cluster.Hosts.Missing is null)
            {
                faults.Add(cluster.CutAsync);
            }
            Func<Task>[] order = [.. faults];
            random.Shuffle(order);
            foreach (Func<Task> fault in order)
            {
                await fault();
            }
        }
        while (Stopwatch.GetElapsedTime(start).TotalMinutes < s_minutes);
        await cluster.FinishAsync();
        await ChaosKernels.CheckRunningAsync(cluster.Operator, cluster.Callers);
        await cluster.StopAsync();
        int verified = await ChaosKernels.CheckStoredAsync(cluster.Store, cluster.Callers);
        double[] firsts = [.. cluster.Failovers.Select(f => f.First).Order()];
        double[] lasts = [.. cluster.Failovers.Select(f => f.Last).Order()];
        Say($"{verified} journals verified; {firsts.Length} kills, first answer after {Spread(firsts)},"
            + $" the last of {ChaosKernels.Probes} kernels after {Spread(lasts)}; {cluster.Fallen.Count} silos fell"
            + " that nothing was done to");
        if (s_minutes > 0)
        {
            Assert.Empty(cluster.Fallen);
            Assert.True(firsts[^1] <= s_firstMax.TotalSeconds, $"first answer after {firsts[^1]} s");
            Assert.True(lasts[^1] <= s_lastMax.TotalSeconds, $"last answer after {lasts[^1]} s");
        }
    }

    [PostgresFact]
    public async Task All_silos_are_restarted_one_after_the_other_and_no_call_fails()
    {
        await using ChaosCluster cluster = await ChaosCluster.StartAsync(seed: 1, Say);
        foreach (SiloMachine silo in cluster.Silos)
        {
            await cluster.RollAsync(silo);
        }
        await cluster.FinishAsync();
        await ChaosKernels.CheckRunningAsync(cluster.Operator, cluster.Callers);
        await cluster.StopAsync();
        await ChaosKernels.CheckStoredAsync(cluster.Store, cluster.Callers);
    }

    private static string Spread(double[] seconds) => string.Create(
        CultureInfo.InvariantCulture,
        $"{seconds[0]:0.00} / {seconds[seconds.Length / 2]:0.00} / {seconds[^1]:0.00} s (least, median, most)");

    private void Say(string what)
    {
        output.WriteLine(what);
        if (s_minutes > 0)
        {
            Console.WriteLine(what);
        }
    }
}
