using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>What a message does to a kernel, and what comes back.</summary>
public sealed class TurnTests
{
    private const string Counter = """
        on add
          get n "n"
          int n n
          int by payload
          add n by
          put "n" n
          halt n
        on fail
          put "n" 999
          print "before"
          set x "text"
          add x 1
        on undo
          put "n" 999
          emit "topic" "lost"
          revert "no"
        on early
          put "n" 7
          reply "early"
          put "n" 8
          halt "late"
        """;

    [Fact]
    public void What_a_program_halts_with_is_the_reply()
    {
        TestKernel k = TestKernel.Script(Counter);

        Assert.Equal("5", TestKernel.Text(k.CallAndRun("5").Payload));
        Effect.Answer answer = k.CallAndRun("6");

        Assert.Equal((ReplyStatus.Ok, "11"), (answer.Status, TestKernel.Text(answer.Payload)));
        Assert.Equal("11", k.Data("n"));
        Assert.Equal(answer.Outcome, k.Kernel.Position);
        Assert.Equal(answer.Chain, k.Kernel.Chain);
        Assert.Equal(answer.GasUsed, k.LastEnded.Gas);
        Assert.Equal(KernelStatus.Idle, k.Kernel.Status);
    }

    [Fact]
    public void An_explicit_reply_comes_before_the_output()
    {
        TestKernel k = TestKernel.Script(Counter);

        Effect.Answer answer = k.CallAndRun(entry: "early");

        Assert.Equal("early", TestKernel.Text(answer.Payload));
        Assert.Equal("8", k.Data("n"));
    }

    [Fact]
    public void A_send_is_not_answered()
    {
        TestKernel k = TestKernel.Script(Counter);
        k.Send("5");
        k.Run();

        Assert.Empty(k.Effects.OfType<Effect.Answer>());
        Assert.Equal(ReplyStatus.Ok, Assert.Single(k.Effects.OfType<Effect.Ended>()).Status);
        Assert.Equal("5", k.Data("n"));
    }

    [Fact]
    public void A_revert_undoes_data_and_events_and_replies_with_its_output()
    {
        TestKernel k = TestKernel.Script(Counter);
        k.CallAndRun("5");

        Effect.Answer answer = k.CallAndRun(entry: "undo");

        Assert.Equal((ReplyStatus.Reverted, "no"), (answer.Status, TestKernel.Text(answer.Payload)));
        Assert.Equal("5", k.Data("n"));
        Assert.Empty(k.Effects.OfType<Effect.Emit>());
        Assert.Equal("6", TestKernel.Text(k.CallAndRun("1").Payload));
    }

    [Fact]
    public void A_trap_undoes_data_keeps_output_and_gas_and_says_what_and_where()
    {
        TestKernel k = TestKernel.Script(Counter);
        k.CallAndRun("5");
        long before = k.Kernel.GasSpent;

        Effect.Answer answer = k.CallAndRun(entry: "fail");

        Assert.Equal(ReplyStatus.Trapped, answer.Status);
        Assert.Equal(
            $"trapped: BadOperand at {k.LastEnded.Site}, gas {answer.GasUsed}", TestKernel.Text(answer.Payload));
        Assert.Contains("line 12", k.LastEnded.Site, StringComparison.Ordinal);
        Assert.Equal("5", k.Data("n"));
        Assert.Equal(["before"], k.Prints);
        Assert.Equal(before + answer.GasUsed, k.Kernel.GasSpent);
        Assert.True(answer.GasUsed > 4_000);
    }

    [Theory]
    [InlineData("nowhere", "", 1_000_000, TrapKind.NoSuchEntry)]
    [InlineData("start", "", 100, TrapKind.OutOfGas)]
    [InlineData("big", "", 100_000_000, TrapKind.LimitExceeded)]
    [InlineData("bad", "", 1_000_000, TrapKind.BadOperand)]
    public void Every_kind_of_trap_is_told_to_the_caller(string entry, string payload, long gas, TrapKind kind)
    {
        TestKernel k = TestKernel.Script("""
            on start
              again: goto again
            on big
              put "k" 1
              set x ""
              text x 1 width 1000000
              join x x
            on bad
              set x "a"
              add x 1
            """);

        Effect.Answer answer = k.CallAndRun(payload, entry, gas);

        Assert.Equal(ReplyStatus.Trapped, answer.Status);
        Assert.Equal((TurnExit.Trapped, kind), (k.LastEnded.Exit, k.LastEnded.Trap));
        Assert.StartsWith($"trapped: {kind} at ", TestKernel.Text(answer.Payload), StringComparison.Ordinal);
        Assert.Equal("", k.AllData());
    }

    [Fact]
    public void A_mova_program_that_breaks_its_stack_traps_and_starts_afresh()
    {
        TestKernel k = TestKernel.Mova("put 5 print sleep 10 put 1 add 1 print");
        k.Send();
        k.Run();
        Assert.Equal(KernelStatus.Sleeping, k.Kernel.Status);
        k.Time += 10;
        Assert.True(k.Wake());
        k.Run();
        Assert.Equal(["5\n", "2\n"], k.Prints);

        TestKernel broken = TestKernel.Mova("add 1");
        Assert.Equal(ReplyStatus.Trapped, broken.CallAndRun().Status);
        Assert.Equal(TrapKind.StackUnderflow, broken.LastEnded.Trap);
    }

    [Fact]
    public void Messages_are_handled_one_at_a_time_in_the_order_of_the_journal()
    {
        TestKernel k = TestKernel.Script("""
            on start
              get s "s"
              join s payload
              put "s" s
            """);
        foreach (string payload in (string[])["a", "b", "c"])
        {
            k.Send(payload);
        }
        k.Run(sliceGas: 1);

        Assert.Equal("abc", k.Data("s"));
        Assert.Equal([3UL, 4UL, 5UL], k.Entries.OfType<JournalEntry.Ended>().Select(e => e.Input));
    }

    [Fact]
    public void Events_and_sends_leave_with_the_commit_and_not_before()
    {
        TestKernel k = TestKernel.Script("""
            on start
              send "p" "go" "hello" gas 500
              emit "news" "now"
              print "out"
              halt
            """, ports: ["p"]);
        k.Send();
        while (k.Kernel.CanStep)
        {
            Assert.DoesNotContain(k.Effects, e => e is Effect.Send or Effect.Emit);
            k.Step();
        }

        Envelope sent = Assert.Single(k.Sent);
        Assert.Equal(("go", "hello", 500L, 1UL, 1UL),
            (sent.Entry, TestKernel.Text(sent.Payload), sent.Gas, sent.Number, sent.FromGeneration));
        Assert.Equal((TestKernel.Id("k"), TestKernel.Id("p")), (sent.From, sent.To));
        Assert.Equal("news", Assert.Single(k.Effects.OfType<Effect.Emit>()).Topic);
        Assert.Equal([sent], k.Kernel.Unacknowledged());
        k.Acknowledge(sent);
        Assert.Empty(k.Kernel.Unacknowledged());
    }

    [Fact]
    public void The_text_of_a_site_is_always_fit_for_the_journal()
    {
        TestKernel k = TestKernel.Script("on start\n halt");
        k.DeliverFrom("other", 1, MessageKind.Call, entry: "zw\u00f6lf");
        k.Run();

        Assert.Equal(TrapKind.NoSuchEntry, k.LastEnded.Trap);
        Assert.Equal(ReplyStatus.Trapped, Assert.Single(k.Sent).Status);
    }
}
