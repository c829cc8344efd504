using System.Diagnostics;
using Granary.Stores;
using Granary.Tests;
using Xunit.Abstractions;

namespace Granary.Embedded.Tests;

/// <summary>
/// The host dies at every durable write, in every way, and everything acknowledged is there exactly once.
/// </summary>
/// <param name="step">How many writes there are from one that fails to the next that does.</param>
public abstract class CrashTests(MediumKind kind, ITestOutputHelper output, int step = 1)
{
    /// <summary>Group commit makes their number differ from run to run; beyond this something is wrong.</summary>
    private const int BoundariesMax = 400;

    protected async Task FailEverywhereAsync(FaultMode mode)
    {
        long start = Stopwatch.GetTimestamp();
        (string calm, long writes, _) = await RunAsync(FaultPlan.None);
        int boundary = 0;
        bool hit = true;
        while (hit)
        {
            boundary += boundary == 0 ? 1 : step;
            Assert.InRange(boundary, 1, BoundariesMax);
            try
            {
                (string result, _, hit) = await RunAsync(new FaultPlan(boundary, mode));
                Assert.Equal(calm, result);
            }
            catch (Exception error)
            {
                output.WriteLine($"{kind} {mode} at boundary {boundary}: {error}");
                throw;
            }
        }
        output.WriteLine(
            $"{kind} {mode}: {(boundary - 1) / step} boundaries (calm: {writes} writes) "
            + $"in {Stopwatch.GetElapsedTime(start)}");
    }

    private async Task<(string Result, long Writes, bool WasHit)> RunAsync(FaultPlan plan)
    {
        Medium medium = new(kind);
        await using CrashWorkload workload = new(medium, plan);
        string result = await workload.RunAsync();
        medium.Remove();
        return (result, workload.Boundaries, workload.WasHit);
    }
}

public sealed class MemoryCrashTests(ITestOutputHelper output) : CrashTests(MediumKind.Memory, output)
{
    [Theory]
    [InlineData(FaultMode.CrashBefore)]
    [InlineData(FaultMode.CrashAfter)]
    [InlineData(FaultMode.CrashTorn)]
    [InlineData(FaultMode.Fail)]
    public Task A_failure_at_any_durable_write_loses_and_repeats_nothing(FaultMode mode) => FailEverywhereAsync(mode);
}

public sealed class SqliteCrashTests(ITestOutputHelper output) : CrashTests(MediumKind.Sqlite, output)
{
    [Theory]
    [InlineData(FaultMode.CrashBefore)]
    [InlineData(FaultMode.CrashAfter)]
    [InlineData(FaultMode.CrashTorn)]
    [InlineData(FaultMode.Fail)]
    public Task A_failure_at_any_durable_write_loses_and_repeats_nothing(FaultMode mode) => FailEverywhereAsync(mode);
}

/// <summary>At some of the writes: a run takes longer, and what could differ is the same for all.</summary>
public sealed class PostgresCrashTests(ITestOutputHelper output) : CrashTests(MediumKind.Postgres, output, step: 13)
{
    [PostgresTheory]
    [InlineData(FaultMode.CrashAfter)]
    [InlineData(FaultMode.CrashTorn)]
    public Task A_failure_at_any_durable_write_loses_and_repeats_nothing(FaultMode mode) => FailEverywhereAsync(mode);
}
