namespace Granary.Kernels.Tests;

/// <summary>
/// After a crash at any position of the journal, from any checkpoint: the same kernel, and the same future.
/// </summary>
public sealed class RecoveryTests
{
    public static TheoryData<string> Names => [.. Scenarios.Names];

    [Theory, MemberData(nameof(Names))]
    public void From_any_checkpoint_to_any_position_replay_gives_the_same_kernel(string name)
    {
        ScenarioWorld world = Told(name, checkpointEvery: 5);
        foreach (TestKernel kernel in world.Kernels.Values)
        {
            Dictionary<ulong, string> states = [];
            foreach (KernelHead head in kernel.Heads)
            {
                foreach (JournalRecord record in kernel.Journal.Where(r => r.Position >= head.Position))
                {
                    TestKernel recovered = kernel.Recover(head, record.Position);
                    if (recovered.Kernel.Position > record.Position)
                    {
                        // The journal was cut inside what one input gives: a cancelled turn's outcome follows its
                        // command.
                        continue;
                    }
                    Assert.Equal(record.Chain, recovered.Kernel.Chain);
                    string state = $"{recovered.Kernel.Phase} {recovered.Kernel.CommittedTree.Root}";
                    if (!states.TryAdd(record.Position, state))
                    {
                        Assert.Equal(states[record.Position], state);
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void A_crash_at_any_position_changes_nothing_of_the_future(string name)
    {
        ScenarioWorld world = Told(name, checkpointEvery: 7);
        foreach (TestKernel kernel in world.Kernels.Values)
        {
            kernel.Collect();
            Hash chain = kernel.Kernel.Chain;
            Hash root = kernel.Kernel.CommittedTree.Root;
            foreach (JournalRecord record in kernel.Journal.Where(r => r.Position > kernel.Heads[0].Position))
            {
                // The crash: recover up to here; then the rest of the journal is what the same future would give.
                KernelHead head = kernel.Heads.Last(h => h.Position <= record.Position);
                Kernel recovered = Kernel.Restore(head, kernel.Programs, kernel.Nodes);
                KernelReplay replay = new(recovered);
                foreach (JournalRecord next in kernel.Journal.Where(r => r.Position > head.Position))
                {
                    replay.Apply(next);
                }
                replay.Finish();
                Assert.Equal(chain, recovered.Chain);
                Assert.Equal(root, recovered.CommittedTree.Root);
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Checkpoints_at_every_safe_point_change_nothing_but_themselves(string name)
    {
        ScenarioWorld calm = Scenarios.Make();
        Scenarios.Tell(name, calm, () => calm.Settle());
        ScenarioWorld cut = Scenarios.Make();
        Scenarios.Tell(name, cut, () => cut.Settle(sliceGas: 1, between: kernel =>
        {
            kernel.Collect();
            kernel.Checkpoint();
            kernel.RestoreHere();
        }));
        foreach ((string id, TestKernel kernel) in calm.Kernels)
        {
            TestKernel other = cut[id];
            Assert.Equal(kernel.AllData(), other.AllData());
            Assert.Equal(kernel.Prints, other.Prints);
            Assert.Equal(kernel.Kernel.GasSpent, other.Kernel.GasSpent);
            Assert.Equal(Outcomes(kernel), Outcomes(other));
            Assert.Equal(Answers(kernel), Answers(other));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void However_a_run_is_sliced_the_journal_is_the_same(string name)
    {
        ScenarioWorld calm = Scenarios.Make();
        Scenarios.Tell(name, calm, () => calm.Settle());
        foreach (long slice in (long[])[1, 2, 977, 20_000])
        {
            ScenarioWorld sliced = Scenarios.Make();
            Scenarios.Tell(name, sliced, () => sliced.Settle(slice));
            Assert.All(calm.Kernels, k => Assert.Equal(k.Value.Kernel.Chain, sliced[k.Key].Kernel.Chain));
            Assert.All(calm.Kernels, k =>
                Assert.Equal(k.Value.Kernel.CommittedTree.Root, sliced[k.Key].Kernel.CommittedTree.Root));
        }
    }

    [Fact]
    public void A_binary_without_the_code_refuses_the_kernel()
    {
        TestKernel k = TestKernel.Script("on start\n halt");
        Assert.Throws<ProgramUnavailableException>(() => Kernel.Restore(k.Heads[0], new TestPrograms(), k.Nodes));
    }

    private static ScenarioWorld Told(string name, int checkpointEvery)
    {
        ScenarioWorld world = Scenarios.Make();
        int steps = 0;
        Scenarios.Tell(name, world, () => world.Settle(sliceGas: 3_000, between: kernel =>
        {
            kernel.Collect();
            if (++steps % checkpointEvery == 0)
            {
                kernel.Checkpoint();
            }
        }));
        return world;
    }

    /// <summary>
    /// Turns without their positions, which checkpoints shift. The effects of calls and sends hold none.
    /// </summary>
    private static IEnumerable<string> Outcomes(TestKernel kernel) => kernel.Entries.OfType<JournalEntry.Ended>()
        .Select(e => $"{e.Exit} {e.Trap} {e.Site} {e.Gas}");

    private static IEnumerable<string> Answers(TestKernel kernel) => kernel.Effects.OfType<Effect.Answer>()
        .Select(a => $"{a.Status} {TestKernel.Text(a.Payload)} {a.GasUsed}");
}
