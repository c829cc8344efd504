using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Simulation.Tests;

/// <summary>What goes well the first time and fails the second, each planned and not left to chance.</summary>
public sealed class SecondTimeTests
{
    private static readonly SimSettings _calm = new() { Faults = SimFault.None };

    public static TheoryData<ulong> Seeds => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_second_crash_during_recovery_changes_nothing(ulong seed)
    {
        int crashes = 0;
        Check(seed, [new BankWorkload(), new OrderWorkload(), new TimeWorkload()], (world, _) =>
        {
            world.Plan(1_500_000, world.Nodes[0].Crash);
            world.Plan(2_500_000, world.Nodes[1].Crash);
            // Between the raised epoch and the journal that is read, and between that and the first slice; again and
            // again.
            world.Trace.Watch = (kind, node, _) =>
            {
                bool recovering = kind is SimEvent.ActivationDone or SimEvent.KernelRecovered;
                if (recovering && world.Now > 1_500_000 && crashes < 12)
                {
                    crashes++;
                    world.Plan(0, world.Nodes[node].Crash);
                }
            };
        });
        Assert.Equal(12, crashes);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_second_restore_of_one_snapshot_is_like_the_first(ulong seed)
    {
        int done = 0;
        Check(seed, [new ScratchWorkload()], (world, operators) =>
        {
            KernelId scratch = KernelId.Parse("scratch0");
            world.Trace.Watch = (kind, _, _) => done += kind is SimEvent.OperatorDone ? 1 : 0;
            world.Plan(1_000_000, () => operators.Snapshot(scratch));
            world.Plan(2_000_000, () => operators.Rollback(scratch, "s0"));
            world.Plan(2_500_000, () => operators.Fork(scratch, "s0"));
            world.Plan(3_000_000, () => world.Nodes[world.Directory[scratch]].Crash());
            world.Plan(4_000_000, () => operators.Rollback(scratch, "s0"));
            world.Plan(4_500_000, () => operators.Fork(scratch, "s0"));
            world.Plan(4_600_000, () => world.Nodes[world.Directory[scratch]].Crash());
            world.Plan(5_500_000, () => operators.Rollback(scratch, "s0"));
        });
        Assert.Equal(4, done);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_second_delivery_after_the_senders_own_recovery_is_taken_once(ulong seed)
    {
        int crashes = 0;
        Check(seed, [new OrderWorkload()], (world, _) =>
        {
            KernelId sender = KernelId.Parse("sender0");
            foreach (KernelId id in world.Directory.Keys.ToList())
            {
                world.Directory[id] = id == sender ? 0 : 1;
            }
            world.Trace.Watch = (kind, _, subject) =>
            {
                // A receiver has it, and the sender does not know that yet: it comes back and sends it again, and that
                // time too.
                if (kind == SimEvent.AppendApplied && subject is "receiver" or "waiter" && crashes < 10
                    && world.Nodes[0].Find(sender) is not null)
                {
                    crashes++;
                    world.Plan(0, world.Nodes[0].Crash);
                }
            };
        });
        Assert.Equal(10, crashes);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_restart_during_a_half_done_collection_loses_nothing(ulong seed)
    {
        int cuts = 0;
        // Many checkpoints, so that there is garbage.
        SimSettings settings = _calm with { Shell = _calm.Shell with { CheckpointBytes = 300 } };
        Check(settings, seed, [new ScratchWorkload(), new OrderWorkload()], (world, operators) =>
        {
            KernelId scratch = KernelId.Parse("scratch1");
            world.Plan(800_000, () => operators.Snapshot(scratch));
            for (int i = 1; i <= 3; i++)
            {
                int deletions = i;
                world.Plan(3_000_000 * i, () =>
                {
                    cuts += Cut(world, deletions);
                    foreach (SimNode node in world.Nodes)
                    {
                        node.Crash();
                    }
                });
                // A fork and a rollback build on what the half-done collection has left.
                world.Plan((3_000_000 * i) + 700_000, i % 2 == 0
                    ? () => operators.Fork(scratch, "s0")
                    : () => operators.Rollback(scratch, "s0"));
            }
            world.Plan(10_500_000, () => world.Store.Medium.CollectAsync().AsTask().GetAwaiter().GetResult());
        });
        Assert.InRange(cuts, 2, 3);
    }

    private static int Cut(SimWorld world, int deletions)
    {
        world.CutCollectionAfter = deletions;
        try
        {
            world.Store.Medium.CollectAsync().AsTask().GetAwaiter().GetResult();
            return 0;
        }
        catch (StoreException)
        {
            return 1;
        }
        finally
        {
            world.CutCollectionAfter = -1;
        }
    }

    private static void Check(
        ulong seed, IReadOnlyList<SimWorkload> workloads, Action<SimWorld, SimOperator> script) =>
        Check(_calm, seed, workloads, script);

    private static void Check(
        SimSettings settings, ulong seed, IReadOnlyList<SimWorkload> workloads, Action<SimWorld, SimOperator> script)
    {
        SimulationReport report = new Simulator(settings, BuiltInEngines.All).Run(seed, null, workloads, script);
        Assert.Empty(report.Violations);
    }
}
