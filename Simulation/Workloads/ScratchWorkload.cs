using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>
/// Counters that operators snapshot, fork and roll back while clients and another kernel add to them: each ends with
/// what its own history says.
/// </summary>
internal sealed class ScratchWorkload : SimWorkload
{
    private const int Scratches = 2;
    private const int OperationsEach = 20;

    private const string Scratch = """
        on add
          get n "n"
          int n n
          add n 1
        burn:
          add i 1
          if i < 1200 goto burn
          put "n" n
          halt n
        """;

    private const string Feeder = """
        on feed
          send "scratch0" "add" "" gas 1000000
          send "scratch1" "add" "" gas 1000000
          halt
        """;

    public override void Begin(SimSetup setup)
    {
        KernelId feeder = setup.Script("feeder", Feeder, ("scratch0", "scratch0"), ("scratch1", "scratch1"));
        for (int i = 0; i < Scratches; i++)
        {
            KernelId id = setup.Script(FormattableString.Invariant($"scratch{i}"), Scratch);
            setup.Scratch.Add(id);
            setup.Client(OperationsEach, 250, _ => new ClientCall { To = id, Entry = "add" });
        }
        setup.Client(OperationsEach, 300, _ => new ClientCall { To = feeder, Entry = "feed" });
    }

    public override void Check(SimOutcome outcome)
    {
        foreach (FinalKernel kernel in outcome.Kernels.Values)
        {
            if (kernel.Id.Value.StartsWith("scratch", StringComparison.Ordinal)
                || kernel.Id.Value.StartsWith("fork", StringComparison.Ordinal))
            {
                long expected = Follow(kernel);
                outcome.Expect(
                    kernel.Number("n") == expected,
                    $"{kernel.Id} counted {kernel.Number("n")}, its history {expected}");
            }
        }
    }

    /// <summary>The count by the journal alone: adds that halted, and what rollbacks went back to.</summary>
    private static long Follow(FinalKernel kernel)
    {
        long count = kernel.NumberAt(kernel.First.Root);
        for (int i = (int)kernel.First.Position; i < kernel.Entries.Count; i++)
        {
            switch (kernel.Entries[i])
            {
                case JournalEntry.Ended { Exit: TurnExit.Halted }:
                    count++;
                    break;
                case JournalEntry.Commanded { Command: KernelCommand.Rollback rollback }:
                    count = kernel.NumberAt(rollback.Root);
                    break;
            }
        }
        return count;
    }
}
