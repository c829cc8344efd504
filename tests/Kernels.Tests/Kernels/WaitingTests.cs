using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Sleeping, receiving and awaiting: the commits in the middle of a program.</summary>
public sealed class WaitingTests
{
    private const string Caller = """
        on start
          call c "peer" "work" "question" gas 1000
          put "state" "asked"
          await answer c
          gas left
          put "left" left
          put "status" status
          halt answer
        on twice
          call a "peer" "work" "1" gas 10
          call b "peer" "work" "2" gas 10
          await y b
          await x a
          await z a
          join x y
          join x status
          halt x
        """;

    [Fact]
    public void Sleep_commits_and_goes_on_when_its_time_has_come()
    {
        TestKernel k = TestKernel.Script("""
            on start
              time a
              put "a" a
              sleep 500
              time b
              sub b a
              halt b
            """);
        k.Call();
        k.Run();

        Assert.Equal((KernelStatus.Sleeping, TestKernel.Start + 500), (k.Kernel.Status, k.Kernel.WakeAt));
        Assert.Equal(TestKernel.Start.ToString(), k.Data("a"));
        k.Time += 499;
        Assert.False(k.Wake());
        k.Time += 101;
        Assert.True(k.Wake());
        Assert.Null(k.Kernel.WakeAt);
        k.Run();
        Assert.Equal("600", TestKernel.Text(k.Answer.Payload));
    }

    [Fact]
    public void A_longer_sleep_than_ten_years_is_one_of_ten_years()
    {
        TestKernel k = TestKernel.Script("on start\n sleep 0x7fffffffffffffff");
        k.Send();
        k.Run();
        Assert.Equal(TestKernel.Start + 3650L * 24 * 3600 * 1000, k.Kernel.WakeAt);
    }

    [Fact]
    public void A_message_waits_while_the_kernel_sleeps()
    {
        TestKernel k = TestKernel.Script("on start\n sleep 10\n join payload \"!\"\n halt payload");
        k.Call("a");
        k.Run();
        k.Call("b");
        Assert.False(k.Kernel.CanStep);
        k.Time += 10;
        k.Wake();
        k.Run();
        Assert.Equal("a!", TestKernel.Text(k.Answer.Payload));
        Assert.Equal(KernelStatus.Sleeping, k.Kernel.Status);
    }

    [Fact]
    public void What_comes_in_during_a_turn_does_not_change_its_time()
    {
        TestKernel k = TestKernel.Script("on start\n time a\n time b\n sub b a\n put payload b\n sleep 100");
        k.Send("x");
        k.Step();
        k.Time += 1_000;
        k.Send("y");
        k.Run();

        Assert.Equal("0", k.Data("x"));
        Assert.Equal(TestKernel.Start + 100, k.Kernel.WakeAt);
        TestKernel again = k.Recover();
        Assert.Equal(k.Kernel.Chain, again.Kernel.Chain);
    }

    [Fact]
    public void Time_never_goes_back_whatever_the_hosts_clock_does()
    {
        TestKernel k = TestKernel.Script("on start\n time t\n halt t");
        Assert.Equal("1000000", TestKernel.Text(k.CallAndRun().Payload));
        k.Time = 5;
        Assert.Equal("1000000", TestKernel.Text(k.CallAndRun().Payload));
        Assert.All(k.Entries.OfType<JournalEntry.Received>(), r => Assert.Equal(TestKernel.Start, r.Time));
        k.Time = 2_000_000;
        Assert.Equal("2000000", TestKernel.Text(k.CallAndRun().Payload));
    }

    [Fact]
    public void Receive_takes_the_next_message_and_answers_the_one_before_with_nothing()
    {
        TestKernel k = TestKernel.Script("""
            on start
              receive
              put "got" payload
              reply "second"
              receive timeout 50
              put "timeout" status
              halt "unheard"
            """);
        k.Call("one");
        k.Run();
        Assert.Equal(KernelStatus.Receiving, k.Kernel.Status);
        Assert.Equal((ReplyStatus.Ok, ""), (k.Answer.Status, TestKernel.Text(k.Answer.Payload)));
        k.Effects.Clear();

        k.Call("two");
        k.Run();
        Assert.Equal("two", k.Data("got"));
        Assert.Equal("second", TestKernel.Text(k.Answer.Payload));
        Assert.Equal(TestKernel.Start + 50, k.Kernel.WakeAt);
        k.Effects.Clear();

        k.Time += 50;
        Assert.True(k.Wake());
        k.Run();
        Assert.Equal("1", k.Data("timeout"));
        Assert.Equal(KernelStatus.Idle, k.Kernel.Status);
        Assert.Empty(k.Effects.OfType<Effect.Answer>());
    }

    [Fact]
    public void A_trap_in_a_receive_loop_goes_back_to_waiting()
    {
        TestKernel k = TestKernel.Script("""
            on serve
              set n 0
            loop:
              receive timeout 1000
              int p payload
              if ok == 0 goto wrong
              add n p
              reply n
              goto loop
            wrong:
              add payload 1
            """);
        k.Send();
        k.Run();
        Assert.Equal("5", TestKernel.Text(k.CallAndRun("5").Payload));

        Assert.Equal(ReplyStatus.Trapped, k.CallAndRun("x").Status);
        Assert.Equal((KernelStatus.Receiving, TestKernel.Start + 1000), (k.Kernel.Status, k.Kernel.WakeAt));
        Assert.Equal("7", TestKernel.Text(k.CallAndRun("2").Payload));

        k.Checkpoint();
        k.RestoreHere();
        Assert.Equal("8", TestKernel.Text(k.CallAndRun("1").Payload));
    }

    [Fact]
    public void A_program_that_traps_after_a_timeout_does_not_wait_again()
    {
        TestKernel k = TestKernel.Script(
            "on start\n receive timeout 10\n set x \"a\"\n add x 1\n on next\n halt \"fresh\"");
        k.Send();
        k.Run();
        k.Time += 10;
        k.Wake();
        k.Run();
        Assert.Equal((KernelStatus.Idle, null), (k.Kernel.Status, k.Kernel.WakeAt));
        Assert.Equal("fresh", TestKernel.Text(k.CallAndRun(entry: "next").Payload));
    }

    [Fact]
    public void Await_takes_the_reply_and_the_gas_that_was_left()
    {
        TestKernel k = TestKernel.Script(Caller, ports: ["peer"]);
        k.Call();
        k.Run();
        Envelope call = Assert.Single(k.Sent);
        Assert.Equal((KernelStatus.Awaiting, "asked"), (k.Kernel.Status, k.Data("state")));
        Assert.Equal((MessageKind.Call, 1000L, 1UL), (call.Kind, call.Gas, call.CallId));
        Assert.Equal([TestKernel.Id("k")], call.CallChain);
        long spent = k.Kernel.GasSpent;
        Assert.Equal(k.LastEnded.Gas - 1000, spent);

        k.Send("other");
        Assert.Equal(KernelStatus.Awaiting, k.Kernel.Status);
        k.ReplyTo(call, "42", gas: 400);
        k.Step();
        Assert.Equal(KernelStatus.Running, k.Kernel.Status);
        while (k.Data("status") is null)
        {
            k.Step();
        }
        Assert.Equal("42", TestKernel.Text(k.Answer.Payload));
        Assert.Equal("0", k.Data("status"));
    }

    [Fact]
    public void Gas_that_comes_back_with_a_reply_is_spendable_and_not_counted_as_used()
    {
        long UsedWith(long back)
        {
            TestKernel k = TestKernel.Script(Caller, ports: ["peer"]);
            k.Call(gas: 100_000);
            k.Run();
            k.ReplyTo(k.Sent[0], "42", gas: back);
            k.Run();
            Assert.True(long.Parse(k.Data("left")!) > 0);
            return k.Answer.GasUsed;
        }
        Assert.Equal(UsedWith(0) - 600, UsedWith(600));
    }

    [Fact]
    public void Replies_may_come_in_any_order_and_each_is_taken_once()
    {
        TestKernel k = TestKernel.Script(Caller, ports: ["peer"]);
        k.Call(entry: "twice");
        k.Run();
        IReadOnlyList<Envelope> calls = k.Sent;
        k.ReplyTo(calls[0], "A", number: 1);
        Assert.Equal(KernelStatus.Awaiting, k.Kernel.Status);
        k.ReplyTo(calls[1], "B", number: 2);
        k.Run();

        Assert.Equal($"AB{(int)ReplyStatus.UnknownCall}", TestKernel.Text(k.Answer.Payload));
    }

    [Fact]
    public void A_reply_after_the_message_has_ended_is_taken_and_dropped()
    {
        TestKernel k = TestKernel.Script("on start\n call c \"peer\" \"\" 1\n halt c", ports: ["peer"]);
        k.Call();
        k.Run();
        Assert.Equal(DeliveryStatus.Taken, k.ReplyTo(k.Sent[0], "late").Status);
        Assert.Equal(KernelStatus.Idle, k.Kernel.Status);
        Assert.Empty(k.Kernel.CommittedTree.Range(TreeKeys.Of(TreeKeys.Calls)));
    }

    [Fact]
    public void A_call_of_nobody_is_answered_by_the_acknowledgement_and_its_gas_comes_back()
    {
        TestKernel k = TestKernel.Script(Caller, ports: ["peer"]);
        k.Call();
        k.Run();
        k.Acknowledge(k.Sent[0], ReplyStatus.NoSuchKernel);
        k.Run();

        Assert.Equal($"{(int)ReplyStatus.NoSuchKernel}", k.Data("status"));
        Assert.Empty(k.Kernel.Unacknowledged());
        Assert.Equal(k.Kernel.GasSpent, k.Answer.GasUsed);
    }

    [Theory]
    [InlineData("peer")]
    [InlineData("far", "near", "peer")]
    public void A_call_back_into_its_own_chain_fails_at_once(params string[] chain)
    {
        TestKernel k = TestKernel.Script(Caller, ports: ["peer"]);
        k.DeliverFrom(chain[^1], 1, MessageKind.Call, chain: chain, gas: 100_000);
        k.Run();

        Assert.Equal($"{(int)ReplyStatus.CallCycle}", k.Data("status"));
        Envelope reply = Assert.Single(k.Sent);
        Assert.Equal((MessageKind.Reply, ReplyStatus.Ok), (reply.Kind, reply.Status));
        Assert.Equal(100_000 - k.Kernel.GasSpent, reply.Gas);
    }

    [Fact]
    public void A_call_to_itself_is_a_cycle()
    {
        TestKernel k = TestKernel.Script(Caller.Replace("\"peer\"", "\"k\"", StringComparison.Ordinal), ports: ["k"]);
        k.Call();
        k.Run();
        Assert.Equal($"{(int)ReplyStatus.CallCycle}", k.Data("status"));
        Assert.Empty(k.Sent);
    }
}
