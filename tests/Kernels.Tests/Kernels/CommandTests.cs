using System.Buffers;
using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>
/// What an operator may do to a kernel; and that no state, however hostile, gets further than an exception.
/// </summary>
public sealed class CommandTests
{
    private const string Program = """
        on start
          set n 0
        again:
          add n 1
          put "n" n
          goto again
        on sleep
          put "a" 1
          sleep 100
          halt "slept"
        on receive
          receive
          halt payload
        on await
          call c "p" "" 1
          await x c
          join x status
          halt x
        on fine
          halt "fine"
        """;

    [Fact]
    public void A_paused_kernel_takes_messages_and_runs_nothing_until_it_is_resumed()
    {
        TestKernel k = TestKernel.Script(Program);
        k.Call(entry: "sleep");
        k.Run();
        k.Command(new KernelCommand.Pause());
        Assert.Equal((KernelStatus.Paused, KernelStatus.Sleeping, null),
            (k.Kernel.Status, k.Kernel.Phase, k.Kernel.WakeAt));
        Assert.Equal(DeliveryStatus.Taken, k.Call(entry: "fine").Status);
        k.Time += 500;
        k.Checkpoint();
        k.RestoreHere();
        Assert.Equal((KernelStatus.Paused, false), (k.Kernel.Status, k.Kernel.CanStep));
        Assert.Throws<InvalidOperationException>(() => k.Kernel.Step(1));

        k.Command(new KernelCommand.Resume());
        Assert.Equal(TestKernel.Start + 100, k.Kernel.WakeAt);
        k.Wake();
        k.Run();
        Assert.Equal(["slept", "fine"], k.Effects.OfType<Effect.Answer>().Select(a => TestKernel.Text(a.Payload)));
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void A_turn_paused_in_its_middle_goes_on_where_it_was()
    {
        TestKernel k = TestKernel.Script("on start\n add n 1\n add n 1\n add n 1\n halt n");
        k.Call();
        k.Step();
        k.Command(new KernelCommand.Pause());
        Assert.False(k.Kernel.CanStep);
        k.Command(new KernelCommand.Resume());
        k.Run();
        Assert.Equal("3", TestKernel.Text(k.Answer.Payload));
        Assert.Equal(5, k.Entries.OfType<JournalEntry.Commanded>().First().GasAt);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Theory]
    [InlineData("", 9_999L)]
    [InlineData("sleep", 0L)]
    [InlineData("await", 0L)]
    public void Cancel_ends_the_message_as_a_trap_that_costs_nothing_more(string entry, long gasAt)
    {
        TestKernel k = TestKernel.Script(Program, ports: ["p"]);
        k.Call(entry: entry);
        while (k.Kernel.CanStep && (gasAt == 0 || k.Kernel.TurnGas < gasAt))
        {
            k.Step();
        }
        long turnGas = k.Kernel.Phase == KernelStatus.Running ? k.Kernel.TurnGas : 0;
        k.Effects.Clear();
        k.Command(new KernelCommand.Cancel());

        Assert.Equal(ReplyStatus.Trapped, k.Answer.Status);
        Assert.Equal((TurnExit.Trapped, TrapKind.Cancelled, turnGas),
            (k.LastEnded.Exit, k.LastEnded.Trap, k.LastEnded.Gas));
        Assert.Equal(turnGas > 0 ? k.Answer.Input : k.Kernel.Position - 1, k.LastEnded.Input);
        Assert.Equal((KernelStatus.Idle, null), (k.Kernel.Status, k.Kernel.WakeAt));
        Assert.Null(k.Data("n"));
        Assert.Equal("fine", TestKernel.Text(k.CallAndRun(entry: "fine").Payload));
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void Cancel_of_nothing_does_nothing()
    {
        TestKernel k = TestKernel.Script(Program);
        k.Command(new KernelCommand.Cancel());
        Assert.Empty(k.Entries.OfType<JournalEntry.Ended>());
        Assert.Equal("fine", TestKernel.Text(k.CallAndRun(entry: "fine").Payload));
    }

    [Theory]
    [InlineData("", KernelStatus.Running)]
    [InlineData("sleep", KernelStatus.Sleeping)]
    [InlineData("receive", KernelStatus.Receiving)]
    [InlineData("await", KernelStatus.Awaiting)]
    [InlineData("fine", KernelStatus.Idle)]
    public void A_machine_written_goes_on_from_what_it_was_doing(string entry, KernelStatus status)
    {
        TestKernel k = TestKernel.Script(Program, ports: ["p"]);
        k.Send(entry: entry);
        for (int i = 0; k.Kernel.CanStep && i < 50; i++)
        {
            k.Step();
        }
        Assert.Equal(status, k.Kernel.Phase);
        SnapshotBuffer machine = k.Kernel.SaveMachine();
        Assert.True(machine.ContentEquals(k.Kernel.SaveMachine()));

        TestKernel other = TestKernel.Script(Program, "other");
        other.Call(entry: "sleep");
        other.Run();
        other.Command(new KernelCommand.WriteMachine(status, machine));
        Assert.Equal(ReplyStatus.Trapped, other.Answer.Status);
        KernelStatus expected = status is KernelStatus.Idle or KernelStatus.Receiving ? status : KernelStatus.Running;
        Assert.Equal(expected, other.Kernel.Status);
        if (status == KernelStatus.Running)
        {
            other.Kernel.Step(10_000);
            Assert.True(other.Kernel.CanStep);
            other.Command(new KernelCommand.Cancel());
        }
        else if (status == KernelStatus.Receiving)
        {
            Assert.Equal("hello", TestKernel.Text(other.CallAndRun("hello").Payload));
        }
        other.Run();
        Assert.Equal("fine", TestKernel.Text(other.CallAndRun(entry: "fine").Payload));
        Assert.Equal(other.Kernel.Chain, other.Recover(other.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void A_hostile_machine_is_refused_and_nothing_changes()
    {
        TestKernel k = TestKernel.Script(Program);
        k.Send();
        k.Step();
        SnapshotBuffer good = k.Kernel.SaveMachine();
        ulong position = k.Kernel.Position;
        for (int at = 0; at < good.Sections["state"].Length; at++)
        {
            SnapshotBuffer cut = new();
            cut.WriteSection("state", good.Sections["state"].AsSpan(0, at));
            Assert.Throws<SnapshotFormatException>(
                () => k.Command(new KernelCommand.WriteMachine(KernelStatus.Running, cut)));
        }
        Assert.ThrowsAny<ArgumentException>(() =>
            k.Command(new KernelCommand.WriteMachine(KernelStatus.Refused, good)));
        Assert.Equal((position, KernelStatus.Running, true), (k.Kernel.Position, k.Kernel.Status, !k.Kernel.HasFresh));
        Assert.True(good.ContentEquals(k.Kernel.SaveMachine()));
    }

    [Theory]
    [InlineData(KernelStatus.Receiving)]
    [InlineData(KernelStatus.Awaiting)]
    [InlineData(KernelStatus.Sleeping)]
    [InlineData(KernelStatus.Running)]
    public void A_machine_that_does_not_do_what_is_said_of_it_does_no_harm(KernelStatus status)
    {
        foreach (TestKernel k in (TestKernel[])[
            TestKernel.Mova("put 1 print sleep 10 print"), TestKernel.Script(Program),
            TestKernel.Script("on x\n receive")])
        {
            k.Send();
            k.Step();
            SnapshotBuffer machine = k.Kernel.SaveMachine();
            k.Command(new KernelCommand.WriteMachine(status, machine));
            for (int i = 0; i < 5; i++)
            {
                k.Send("m");
                k.Time += 1_000;
                k.Wake();
                for (int step = 0; step < 50 && k.Kernel.CanStep; step++)
                {
                    k.Step();
                }
            }
            Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
        }
    }

    [Fact]
    public void Hostile_state_is_refused_at_birth_or_runs_without_an_exception()
    {
        TestKernel k = TestKernel.Script(Program, ports: ["p"]);
        k.CallAndRun(entry: "fine");
        k.Call(entry: "await");
        k.Step();
        KernelHead head = k.Checkpoint();
        int born = 0;
        int refused = 0;
        for (int seed = 0; seed < 3_000; seed++)
        {
            Random random = new(seed);
            StateTree root = StateTree.Open(head.Root, k.Nodes);
            StateTree? work = random.Next(3) == 0 ? null : StateTree.Open(head.WorkRoot!.Value, k.Nodes);
            root = random.Next(2) == 0 ? root : Damage(random, root);
            work = work is null ? null : Damage(random, work);
            try
            {
                Kernel kernel = Kernel.Create(
                    new KernelBirth
                    {
                        Id = TestKernel.Id("import"), Engine = k.Kernel.Engine, CodeHash = k.Kernel.CodeHash,
                        Inheritance = new KernelInheritance(
                            new KernelOrigin(OriginKind.Import, head.Id, 1, 1, default), root, work),
                    },
                    k.Programs, k.Nodes, TestKernel.Start);
                born++;
                Exercise(kernel, seed);
            }
            catch (Exception error) when (
                error is CborException or SnapshotFormatException or ProgramUnavailableException)
            {
                refused++;
            }
        }
        Assert.InRange(born, 100, 2_900);
        Assert.InRange(refused, 100, 2_900);
    }

    /// <summary>Once born, nothing is refused any more.</summary>
    private static void Exercise(Kernel kernel, int seed)
    {
        try
        {
            Exercise(kernel, cancel: seed % 2 == 0);
        }
        catch (Exception error)
        {
            Assert.Fail($"seed {seed}: {error}");
        }
    }

    private static void Exercise(Kernel kernel, bool cancel)
    {
        if (cancel)
        {
            kernel.Command(new KernelCommand.Cancel(), TestKernel.Start);
        }
        for (int i = 0; i < 4; i++)
        {
            for (int step = 0; step < 20 && kernel.CanStep; step++)
            {
                kernel.Step(2_000);
                kernel.SaveMachine();
            }
            kernel.Checkpoint(TestKernel.Start);
            kernel.Deliver(
                new Envelope { Kind = MessageKind.Call, To = kernel.Id, Entry = "fine", Gas = 100_000 },
                TestKernel.Start);
            kernel.Wake(long.MaxValue / 2);
            kernel.Drain();
        }
        kernel.Command(new KernelCommand.Cancel(), TestKernel.Start);
        kernel.Deliver(new Envelope { Kind = MessageKind.Call, To = kernel.Id, Gas = 100_000 }, TestKernel.Start);
        kernel.SaveMachine();
    }

    private static StateTree Damage(Random random, StateTree tree)
    {
        List<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>> all = [.. tree.Range(default)];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            (ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value) = all[random.Next(all.Count)];
            byte[] changed = value.ToArray();
            switch (random.Next(5))
            {
                case 0:
                    tree = tree.Delete(key.Span);
                    break;
                case 1 when changed.Length > 0:
                    changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
                    tree = tree.Put(key.Span, changed);
                    break;
                case 2:
                    tree = tree.Put(key.Span, changed.AsMemory(0, random.Next(changed.Length + 1)));
                    break;
                case 3:
                    tree = tree.Put([.. key.Span, (byte)random.Next(256)], value);
                    break;
                default:
                    ArrayBufferWriter<byte> number = new();
                    new CborWriter(number)
                        .WriteInt64(random.Next(3) switch { 0 => -1, 1 => long.MaxValue, _ => random.Next() });
                    tree = tree.Put(key.Span, number.WrittenSpan.ToArray());
                    break;
            }
        }
        return tree;
    }
}
