using Granary.Kernels;
using Granary.Vms;

namespace Granary.Simulation.Tests;

/// <summary>
/// Each workload's own check can fail. A kernel is set back behind its clients' backs, which every journal, chain and
/// message number survives: only who knows the values can tell.
/// </summary>
public sealed class ValueCheckTests
{
    private static readonly SimSettings _calm = new() { Faults = SimFault.None };

    [Theory]
    [InlineData("bank0", "coins, it began with 500")]
    [InlineData("counter", "two adds were both told")]
    [InlineData("receiver", "out of order")]
    [InlineData("waiter", "out of order")]
    [InlineData("register0", "register0 is not linearizable")]
    [InlineData("sleeper", "the sleeper woke")]
    [InlineData("head0", "calls to Mova came back")]
    [InlineData("listener0", "shouts, ")]
    public void A_kernel_that_forgets_what_it_did_is_found_by_its_values(string kernel, string violation)
    {
        SimulationReport report = Simulator(_calm).Run(seed: 1, line: null, WorkloadsOf(kernel), (world, operators) =>
        {
            KernelId id = KernelId.Parse(kernel);
            world.Plan(700_000, () => operators.Snapshot(id));
            for (long at = 2_400_000; at < 5_000_000; at += 400_000)
            {
                world.Plan(at, () => operators.Rollback(id, "s0"));
            }
        });
        Assert.Contains(report.Violations, v => v.Contains(violation, StringComparison.Ordinal));
    }

    [Fact]
    public void A_count_that_its_history_does_not_explain_is_found()
    {
        SimulationReport report = Simulator(_calm).Run(1, null, [new ScratchWorkload(), new IdleScratch()]);
        Assert.Equal(["scratch9 counted 0, its history 5"], report.Violations);
    }

    [Theory]
    [InlineData(nameof(StoreSabotage.ChangesTheFirstEntry), "the hash chain breaks at entry 1")]
    [InlineData(nameof(StoreSabotage.ChangesTheLastEntry), "its bytes do not match the hash chain")]
    [InlineData(nameof(StoreSabotage.CutsTheJournal), "the journal ends")]
    [InlineData(nameof(StoreSabotage.ReadsAnOldRoot), "recovery gives root")]
    public void A_journal_or_a_root_that_is_not_the_one_that_was_written_is_found(string sabotage, string violation)
    {
        StoreSabotage how = Enum.Parse<StoreSabotage>(sabotage);
        SimSettings settings = _calm with { WrapStore = medium => new SabotagedStore(medium, how) };
        SimulationReport report = Simulator(settings).Run(1, null, [new CounterWorkload()], (world, operators) =>
            world.Trace.Watch = (kind, _, _) =>
            {
                // A last checkpoint with nothing behind it, which no re-execution would notice.
                if (kind == SimEvent.FaultsOver)
                {
                    operators.Snapshot(KernelId.Parse("counter"));
                }
            });
        Assert.Contains(report.Violations, v => v.Contains(violation, StringComparison.Ordinal));
    }

    private static Simulator Simulator(SimSettings settings) => new(settings, BuiltInEngines.All);

    private static SimWorkload[] WorkloadsOf(string kernel) => kernel switch
    {
        "bank0" => [new BankWorkload()],
        "counter" => [new CounterWorkload()],
        "receiver" or "waiter" => [new OrderWorkload()],
        "register0" => [new RegisterWorkload()],
        "sleeper" => [new TimeWorkload()],
        "head0" => [new CallWorkload()],
        "listener0" => [new MessageWorkload()],
        _ => throw new ArgumentException("No workload has such a kernel.", nameof(kernel)),
    };

    /// <summary>Goes by the name of a scratch kernel, and counts nothing.</summary>
    private sealed class IdleScratch : SimWorkload
    {
        private const string Idle = """
            on add
              halt 1
            """;

        public override void Begin(SimSetup setup)
        {
            KernelId id = setup.Script("scratch9", Idle);
            setup.Client(5, 100, _ => new ClientCall { To = id, Entry = "add" });
        }

        public override void Check(SimOutcome outcome)
        {
        }
    }
}
