using Granary.Simulation;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// How fast the simulator goes with all faults on, its checks at the end of each seed included, beside the same seeds
/// without faults.
/// </summary>
internal sealed class SimulatorBenchmark : IBenchmark
{
    private const string Peer = "no faults";

    public string Name => "simulator";

    public string Summary => "simulated turns a second, and simulated against real time, with all faults on";

    public async Task RunAsync(BenchmarkRun run)
    {
        int seeds = run.Pick(40, 1);
        Simulator stormy = new(new SimulationOptions(), BuiltInEngines.All);
        Simulator calm = new(new SimulationOptions { Faults = SimFault.None }, BuiltInEngines.All);
        run.Report(
            "turns", "k/s", Peer,
            await run.PairAsync(() => Read(stormy, seeds, t => t.Turns), () => Read(calm, seeds, t => t.Turns)),
            r => r.PerSecond / 1e3, s => [Goal.AtLeast("aim: k/s", 20, s.Ours.Median)]);
        run.Report(
            "simulated time", "x real", Peer,
            await run.PairAsync(() => Read(stormy, seeds, Milliseconds), () => Read(calm, seeds, Milliseconds)),
            r => r.PerSecond / 1e3, s => [Goal.AtLeast("aim: x real", 100, s.Ours.Median)],
            "allocation is for each simulated millisecond");
    }

    private static long Milliseconds(SimulationTotals totals) => (long)totals.Virtual.TotalMilliseconds;

    private static Reading Read(Simulator simulator, int seeds, Func<SimulationTotals, long> operations)
    {
        SimulationTotals totals = new();
        Reading reading = Reading.Of(1, () =>
        {
            for (int seed = 1; seed <= seeds; seed++)
            {
                SimulationReport report = simulator.Run((ulong)seed);
                BenchmarkRun.Check(report.Violations.Count, 0, $"the number of violations of seed {seed}");
                totals.Add(report);
            }
        });
        return reading with { Operations = operations(totals) };
    }
}
