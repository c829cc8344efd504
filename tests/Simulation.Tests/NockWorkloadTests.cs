using System.Globalization;
using Granary.Vms;
using Xunit.Abstractions;

namespace Granary.Simulation.Tests;

/// <summary>
/// Random key-value transactions with all faults on. GRANARY_NOCK_WORKLOADS=1000 runs so many workloads.
/// </summary>
public sealed class NockWorkloadTests(ITestOutputHelper output)
{
    private const int WorkloadsARun = 5;
    private const int WorkloadsByDefault = 20;

    [Fact]
    public void Parallel_transactions_store_what_one_after_the_other_would()
    {
        int count = int.TryParse(
            Environment.GetEnvironmentVariable("GRANARY_NOCK_WORKLOADS"), CultureInfo.InvariantCulture, out int asked)
            ? asked
            : WorkloadsByDefault;
        Simulator simulator = new(new SimulationOptions(), BuiltInEngines.All);
        List<string> violations = [];
        long turns = 0;
        long recoveries = 0;
        int faults = 0;
        for (int run = 0; run * WorkloadsARun < count; run++)
        {
            ulong seed = (ulong)run + 1;
            SimulationReport report = simulator.Run(seed, null, [new NockWorkload(WorkloadsARun, seed)]);
            violations.AddRange(report.Violations.Select(v => $"seed {seed}: {v}"));
            (turns, recoveries) = (turns + report.Turns, recoveries + report.Recoveries);
            faults += report.Faults.Values.Sum();
        }
        output.WriteLine($"{count} workloads, {turns} turns, {recoveries} recoveries, {faults} faults");
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }
}
