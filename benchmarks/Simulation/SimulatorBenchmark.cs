using Granary.Simulation;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// How fast the simulator goes with all faults on, its checks at the end of each seed included, beside the same seeds
/// without faults. It has one thread, so processor time is what it would take on a core of its own.
/// </summary>
internal sealed class SimulatorBenchmark : IBenchmark
{
    private const string Peer = "no faults";

    public string Name => "simulator";

    public string Summary => "simulated turns and simulated time, each to processor time, with all faults on";

    public async Task RunAsync(BenchmarkRun run)
    {
        int seeds = run.Pick(40, 1);
        Simulator stormy = new(new SimulationOptions(), BuiltInEngines.All);
        Simulator calm = new(new SimulationOptions { Faults = SimFault.None }, BuiltInEngines.All);
        SimulationTotals storm = new(), calmness = new();
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Read(stormy, seeds, out storm), () => Read(calm, seeds, out calmness));
        run.Report(
            "turns", "k/s", Peer, readings, r => 1e6 / r.ProcessorNanoseconds,
            s => [Goal.AtLeast("aim: k/s", 20, s.Ours.Median)]);
        // The same seeds give the same history in every round.
        run.Report(
            "simulated time", "x", Peer,
            [.. readings.Select(r => (
                r.Ours with { Operations = Milliseconds(storm) },
                r.Theirs with { Operations = Milliseconds(calmness) }))],
            r => 1e6 / r.ProcessorNanoseconds, s => [Goal.AtLeast("aim: x", 100, s.Ours.Median)],
            "allocation is for each simulated millisecond");
    }

    private static long Milliseconds(SimulationTotals totals) => (long)totals.Virtual.TotalMilliseconds;

    private static Reading Read(Simulator simulator, int seeds, out SimulationTotals totals)
    {
        SimulationTotals sum = new();
        Reading reading = Reading.Of(1, () =>
        {
            for (int seed = 1; seed <= seeds; seed++)
            {
                SimulationReport report = simulator.Run((ulong)seed);
                BenchmarkRun.Check(report.Violations.Count, 0, $"the number of violations of seed {seed}");
                sum.Add(report);
            }
        });
        totals = sum;
        return reading with { Operations = sum.Turns };
    }
}
