using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>A journal that was tampered with is noticed, and where.</summary>
public sealed class ReplayDivergenceTests
{
    private const string Program = """
        on start
          print payload
          put "k" payload
          if payload == "trap" goto wrong
          sleep 5
          halt "done"
        wrong:
          add payload 1
        """;

    [Fact]
    public void Any_changed_byte_of_any_entry_is_reported_at_that_entry()
    {
        TestKernel k = Short();
        for (int i = (int)k.Heads[0].Position; i < k.Journal.Count; i++)
        {
            for (int at = 0; at < k.Journal[i].Bytes.Length; at++)
            {
                List<JournalRecord> journal = [.. k.Journal];
                byte[] bytes = journal[i].Bytes.ToArray();
                bytes[at] ^= 1;
                journal[i] = journal[i] with { Bytes = bytes };
                Assert.Equal(journal[i].Position, Divergence(k, journal)?.Position);
            }
        }
    }

    [Fact]
    public void Any_changed_byte_of_an_outcome_is_noticed_there_even_with_the_chain_made_anew()
    {
        TestKernel k = Short();
        for (int i = (int)k.Heads[0].Position; i < k.Journal.Count; i++)
        {
            for (int at = 0; at < k.Journal[i].Bytes.Length; at++)
            {
                List<JournalRecord> journal = [.. k.Journal];
                byte[] bytes = journal[i].Bytes.ToArray();
                bytes[at] ^= 1;
                journal[i] = journal[i] with { Bytes = bytes };
                ReplayDivergedException? error = Divergence(k, Rechained(k, journal));
                // A forged input is a good input. What follows from it differs, if anything does.
                bool input = JournalCodec.Decode(k.Journal[i].Bytes.Span) is not (
                    JournalEntry.Ended or JournalEntry.Checkpointed);
                Assert.True(
                    input ? error is null || error.Position >= k.Journal[i].Position
                        : error?.Position == k.Journal[i].Position,
                    $"entry {k.Journal[i].Position}, byte {at}: {error?.Message ?? "not noticed"}");
            }
        }
    }

    [Fact]
    public void A_missing_swapped_or_doubled_entry_is_noticed()
    {
        TestKernel k = Short();
        for (int i = (int)k.Heads[0].Position; i < k.Journal.Count - 1; i++)
        {
            List<JournalRecord> removed = [.. k.Journal];
            removed.RemoveAt(i);
            Assert.Equal(k.Journal[i + 1].Position, Divergence(k, removed)?.Position);
            Assert.InRange(Divergence(k, Rechained(k, removed))!.Position, k.Journal[i].Position,
                k.Journal[^1].Position);

            List<JournalRecord> swapped = [.. k.Journal];
            (swapped[i], swapped[i + 1]) = (swapped[i + 1], swapped[i]);
            Assert.Equal(swapped[i].Position, Divergence(k, swapped)?.Position);

            List<JournalRecord> doubled = [.. k.Journal];
            doubled.Insert(i, doubled[i]);
            Assert.NotNull(Divergence(k, doubled));
            // A checkpoint or a command twice is a good journal of another history.
            Assert.True(
                JournalCodec.Decode(doubled[i].Bytes.Span) is JournalEntry.Commanded or JournalEntry.Checkpointed
                || Divergence(k, Rechained(k, doubled)) is not null);
        }
    }

    [Fact]
    public void A_journal_cut_inside_an_outcome_is_noticed_at_its_end()
    {
        TestKernel k = TestKernel.Script(Program);
        k.Call("a");
        k.Step();
        k.Command(new KernelCommand.Cancel());
        Assert.Null(Divergence(k, k.Journal));
        List<JournalRecord> cut = [.. k.Journal];
        cut.RemoveAt(cut.Count - 1);
        Assert.Equal(k.Journal[^1].Position, Divergence(k, cut)?.Position);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 40)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public void Gas_that_no_turn_used_is_noticed_and_never_hangs(long gas)
    {
        TestKernel k = TestKernel.Script("on start\n add n 1\n again: if n > 0 goto again");
        k.Send(gas: 50_000);
        k.Step();
        JournalEntry.Ended ended = new(3, TurnExit.Halted, default, "", gas, default, default);
        foreach (JournalEntry entry in (JournalEntry[])[ended,
            new JournalEntry.Checkpointed(k.Time, gas, default, null),
            new JournalEntry.Commanded(k.Time, gas, new KernelCommand.Cancel())])
        {
            if (gas == 0 && entry is JournalEntry.Commanded)
            {
                continue;
            }
            ReplayDivergedException? error = Divergence(k, Rechained(k, [.. k.Journal, Record(entry)]));
            Assert.Equal(k.Journal[^1].Position + 1, error?.Position);
        }
    }

    [Fact]
    public void Commands_that_cannot_be_carried_out_are_noticed()
    {
        TestKernel k = TestKernel.Script(Program);
        SnapshotBuffer broken = new();
        broken.WriteSection("state", [1, 2, 3]);
        foreach (KernelCommand command in (KernelCommand[])[
            new KernelCommand.SetPort("no name", TestKernel.Id("a")),
            new KernelCommand.Rollback(Hash.Of([1]), null),
            new KernelCommand.Rollback(k.Heads[0].Root, k.Heads[0].Root),
            new KernelCommand.WriteMachine(KernelStatus.Idle, broken),
            new KernelCommand.WriteMachine(KernelStatus.Deleted, k.Kernel.SaveMachine())])
        {
            List<JournalRecord> journal =
                Rechained(k, [.. k.Journal, Record(new JournalEntry.Commanded(k.Time, 0, command))]);
            Assert.Equal(k.Journal[^1].Position + 1, Divergence(k, journal)?.Position);
        }
    }

    private static TestKernel Short()
    {
        TestKernel k = TestKernel.Script(Program);
        k.Call("a");
        k.Step();
        k.Checkpoint();
        k.Run();
        k.Time += 5;
        k.Wake();
        k.DeliverFrom("b", 1, MessageKind.Call, "trap");
        k.Run();
        k.Acknowledge(k.Sent[0]);
        k.Command(new KernelCommand.SetPort("p", TestKernel.Id("q")));
        k.Checkpoint();
        Assert.Null(Divergence(k, k.Journal));
        return k;
    }

    private static JournalRecord Record(JournalEntry entry) => new(0, JournalCodec.Encode(entry), default);

    /// <summary>The first entry that differs, from the first checkpoint on; null when none does.</summary>
    private static ReplayDivergedException? Divergence(TestKernel k, IReadOnlyList<JournalRecord> journal)
    {
        KernelHead head = k.Heads[0];
        KernelReplay replay = new(Kernel.Restore(head, k.Programs, k.Nodes));
        try
        {
            foreach (JournalRecord record in journal.Skip((int)head.Position))
            {
                replay.Apply(record);
            }
            replay.Finish();
            return null;
        }
        catch (ReplayDivergedException error)
        {
            return error;
        }
    }

    private static List<JournalRecord> Rechained(TestKernel k, List<JournalRecord> journal)
    {
        List<JournalRecord> made = [.. k.Journal.Take((int)k.Heads[0].Position)];
        foreach (JournalRecord record in journal.Skip(made.Count))
        {
            made.Add(new JournalRecord(
                (ulong)made.Count + 1, record.Bytes, JournalRecord.ChainAfter(made[^1].Chain, record.Bytes.Span)));
        }
        return made;
    }
}
