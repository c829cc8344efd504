using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Forks, imports and rollbacks.</summary>
public sealed class InheritanceTests
{
    private const string Counter = """
        on start
          get n "n"
          int n n
        again:
          add n 1
          put "n" n
          if n < payload goto again
          halt n
        on count
          int p payload
          get n "n"
          int n n
        more:
          add n 1
          put "n" n
          sub p 1
          if p > 0 goto more
          emit "total" n
          send "peer" "" n gas 10
          halt n
        on ask
          call c "peer" "" 1 gas 1000
          await x c
          put "status" status
        on wait
          receive
          put "got" payload
        """;

    [Fact]
    public void A_fork_of_a_half_done_turn_goes_on_from_the_very_instruction_and_both_are_independent()
    {
        TestKernel k = TestKernel.Script(Counter, ports: ["peer"]);
        k.Call("10", "count");
        while (k.Data("n", Work(k)) != "4")
        {
            k.Step();
            k.Checkpoint();
        }
        Assert.Null(k.Data("n"));
        TestKernel fork = k.Fork("fork");
        k.Run();
        Assert.Equal(KernelStatus.Running, fork.Kernel.Status);
        Assert.Null(fork.Data("n"));
        fork.Run();

        Assert.Equal(("10", "10"), (k.Data("n"), fork.Data("n")));
        Assert.Equal("10", TestKernel.Text(k.Answer.Payload));
        Assert.Empty(fork.Effects.OfType<Effect.Answer>());
        Assert.Equal((k.Sent[0].Number, TestKernel.Id("fork")), (fork.Sent[0].Number, fork.Sent[0].From));
        Assert.Equal(k.LastEnded.Gas, fork.LastEnded.Gas);
        k.CallAndRun("1", "count");
        Assert.Equal(("11", "10"), (k.Data("n"), fork.Data("n")));
        Assert.Equal(fork.Kernel.Chain, fork.Recover().Kernel.Chain);
        Assert.Equal(fork.Kernel.Chain, fork.Recover(fork.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void Sends_that_a_fork_inherits_carry_its_own_name_and_chain()
    {
        TestKernel k = TestKernel.Script(Counter, ports: ["peer"]);
        k.DeliverFrom("caller", 1, MessageKind.Call, entry: "ask", gas: 9_000_000);
        Half(k, t => t.Kernel.CommittedTree is not null && t.Kernel.TurnGas > 10_000);
        TestKernel fork = k.Fork("fork");
        fork.Run();
        k.Run();

        Envelope call = Assert.Single(fork.Sent);
        Assert.Equal([TestKernel.Id("fork")], call.CallChain);
        Assert.Equal((TestKernel.Id("fork"), 1UL), (call.From, call.Number));
        Assert.Equal([TestKernel.Id("caller"), TestKernel.Id("k")], Assert.Single(k.Sent).CallChain);
        fork.ReplyTo(call, "x");
        fork.Run();
        Assert.Equal("0", fork.Data("status"));
        Assert.Single(fork.Sent);
    }

    [Fact]
    public void A_reply_given_in_a_half_done_turn_is_the_originals_alone()
    {
        TestKernel k = TestKernel.Script("on start\n reply \"mine\"\n put \"k\" 1\n put \"k\" 2");
        k.DeliverFrom("caller", 1, MessageKind.Call);
        Half(k, t => t.Kernel.TurnGas > 5_000);
        TestKernel fork = k.Fork("fork");
        k.Run();
        fork.Run();
        Assert.Equal("mine", TestKernel.Text(Assert.Single(k.Sent).Payload));
        Assert.Empty(fork.Sent);
        Assert.Empty(fork.Effects.OfType<Effect.Answer>());
        Assert.Equal(default, fork.LastEnded.OutputHash);
        Assert.Equal("2", fork.Data("k"));
    }

    [Fact]
    public void Awaits_that_a_fork_inherits_end_as_detached()
    {
        TestKernel k = TestKernel.Script(Counter, ports: ["peer"]);
        k.Call(entry: "ask");
        k.Run();
        k.Checkpoint();
        TestKernel fork = k.Fork("fork");
        fork.Run();
        Assert.Equal($"{(int)ReplyStatus.Detached}", fork.Data("status"));
        Assert.Equal(KernelStatus.Awaiting, k.Kernel.Status);
        k.ReplyTo(k.Sent[0], "x");
        k.Run();
        Assert.Equal("0", k.Data("status"));
    }

    [Fact]
    public void A_fork_starts_with_empty_books()
    {
        TestKernel k = TestKernel.Script(Counter, ports: ["peer"]);
        k.Call("1", "count", key: "key");
        k.Run();
        k.DeliverFrom("a", 1, payload: "1");
        k.Run();
        k.Call(entry: "ask");
        k.Run();
        k.Send("queued");
        k.Checkpoint();
        Assert.Equal(1, k.Kernel.Summary.InboxCount);
        TestKernel fork = k.Fork("fork");

        Assert.Equal(0, fork.Kernel.Summary.InboxCount);
        Assert.Empty(fork.Kernel.Unacknowledged());
        Assert.Null(fork.Kernel.FindKeyed("key"));
        Assert.Equal(DeliveryStatus.Taken, fork.DeliverFrom("a", 1, payload: "1").Status);
    }

    [Fact]
    public void An_import_brings_no_ports_and_sends_nothing_through_those_it_had()
    {
        TestKernel k = TestKernel.Script("""
            on start
              send "peer" "" "s" gas 1
              send "other" "" "o" gas 1
              call c "peer" "" "c" gas 1000
              put "half" 1
              await x c
              put "status" status
              send "peer" "" "late" gas 1
              put "send" status
            """, ports: ["peer", "other"]);
        k.Send();
        Half(k, t => t.Kernel.TurnGas > 32_000);
        TestKernel import = k.Fork("import", OriginKind.Import, ports: ["other"]);
        import.Run();

        Assert.Equal("o", TestKernel.Text(Assert.Single(import.Sent).Payload));
        Assert.Equal($"{(int)ReplyStatus.Detached}", import.Data("status"));
        Assert.Equal($"{(int)HostStatus.NoSuchPort}", import.Data("send"));
    }

    [Fact]
    public void A_rollback_takes_data_and_machine_back_and_keeps_the_books()
    {
        TestKernel k = TestKernel.Script(Counter, ports: ["peer"]);
        k.CallAndRun("3", "count");
        KernelHead head = k.Checkpoint();
        k.CallAndRun("4", "count");
        k.DeliverFrom("a", 1, payload: "8");
        k.Run();
        k.Command(new KernelCommand.SetPort("peer", TestKernel.Id("elsewhere")));
        long spent = k.Kernel.GasSpent;
        IReadOnlyList<Envelope> before = k.Kernel.Unacknowledged();
        Assert.Equal([1UL, 2UL], before.Select(m => m.Number));

        k.Command(new KernelCommand.Rollback(head.Root, head.WorkRoot));

        Assert.Equal(("3", 2UL), (k.Data("n"), k.Kernel.Generation));
        Assert.Equal(before, k.Kernel.Unacknowledged());
        Assert.Equal(spent, k.Kernel.GasSpent);
        Assert.Equal(DeliveryStatus.Duplicate, k.DeliverFrom("a", 1, payload: "8").Status);
        k.Effects.Clear();
        k.CallAndRun("1", "count");
        Envelope sent = Assert.Single(k.Sent);
        Assert.Equal((2UL, 1UL, TestKernel.Id("elsewhere")), (sent.FromGeneration, sent.Number, sent.To));
        Assert.Equal([1UL, 1UL, 2UL], k.Kernel.Unacknowledged().Select(m => m.FromGeneration).Order());
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
        k.Checkpoint();
        Assert.Equal(k.Kernel.CommittedTree.Root, k.Recover().Kernel.CommittedTree.Root);
        k.Acknowledge(before[0]);
        Assert.Equal(2, k.Kernel.Unacknowledged().Count);
    }

    [Fact]
    public void A_rollback_to_a_half_done_turn_goes_on_in_it_and_a_trap_goes_to_the_commit_before_it()
    {
        TestKernel k = TestKernel.Script("""
            on start
              put "a" 1
              sleep 0
              put "a" 2
              put "a" 3
              add sender 1
            """);
        k.CallAndRunToEnd();
        Assert.Equal("1", k.Data("a"));
        k.Call();
        k.Run();
        k.Wake();
        Half(k, t => t.Data("a", Work(t)) == "2");
        KernelHead head = k.Heads[^1];
        k.Run();
        Assert.Equal(2, k.Effects.OfType<Effect.Answer>().Count());

        k.Command(new KernelCommand.Rollback(head.Root, head.WorkRoot));
        Assert.Equal(KernelStatus.Running, k.Kernel.Status);
        k.Run();

        Assert.Equal((TrapKind.BadOperand, "1"), (k.LastEnded.Trap, k.Data("a")));
        Assert.Equal(2, k.Effects.OfType<Effect.Answer>().Count());
        Assert.Equal(KernelStatus.Idle, k.Kernel.Status);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void A_trap_right_after_a_rollback_ends_where_the_rollback_went()
    {
        TestKernel k = TestKernel.Script(Counter);
        k.CallAndRun("3", "start");
        KernelHead head = k.Checkpoint();
        k.Send("1", "count");
        k.Run();
        k.Command(new KernelCommand.Rollback(head.Root, null));
        Assert.Equal(ReplyStatus.Trapped, k.CallAndRun("x").Status);
        Assert.Equal(k.Data("n", StateTree.Open(head.Root, k.Nodes)), k.Data("n"));
    }

    [Fact]
    public void A_rollback_to_what_is_not_there_changes_nothing()
    {
        TestKernel k = TestKernel.Script(Counter);
        KernelHead head = k.Checkpoint();
        k.Call("3");
        k.Step();
        ulong position = k.Kernel.Position;
        Assert.Throws<NodeMissingException>(() => k.Command(new KernelCommand.Rollback(Hash.Of([1]), null)));
        Assert.Throws<NodeMissingException>(() => k.Command(new KernelCommand.Rollback(head.Root, Hash.Of([1]))));
        Assert.Throws<CborException>(() => k.Command(new KernelCommand.Rollback(StateTree.Empty.Root, null)));
        Assert.Equal((position, KernelStatus.Running), (k.Kernel.Position, k.Kernel.Status));
    }

    [Fact]
    public void The_commit_alone_of_a_half_done_checkpoint_is_as_if_the_turn_had_been_undone()
    {
        TestKernel k = TestKernel.Script(Counter);
        k.Call("9");
        Half(k, t => t.Data("n", Work(t)) == "1");
        k.Command(new KernelCommand.Rollback(k.Heads[^1].Root, null));
        Assert.Equal(KernelStatus.Idle, k.Kernel.Status);
        Assert.Equal("2", TestKernel.Text(k.CallAndRun("2", "count").Payload));
    }

    private static StateTree? Work(TestKernel k) =>
        k.Heads[^1].WorkRoot is { } work ? StateTree.Open(work, k.Nodes) : StateTree.Empty;

    /// <summary>Goes on until a checkpoint in the middle of the turn is as wanted.</summary>
    private static void Half(TestKernel k, Func<TestKernel, bool> wanted)
    {
        do
        {
            k.Step();
            k.Checkpoint();
        }
        while (!wanted(k));
        Assert.NotNull(k.Heads[^1].WorkRoot);
    }
}
