using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>What becomes of messages that nobody is owed a reply for and that come to nothing; deadlines.</summary>
public sealed class DeadLetterTests
{
    private const string Program = """
        on poison
          print payload
          set x "x"
          add x 1
        on partly
          send "p" "" 1 gas 1
          sleep 0
          set x "x"
          add x 1
        on undone
          revert "no"
        on fine
          put "done" payload
        """;

    [Fact]
    public void A_poison_message_is_tried_so_often_and_the_queue_goes_on()
    {
        TestKernel k = TestKernel.Script(Program, limits: new KernelLimits { TriesMax = 4 });
        k.DeliverFrom("a", 1, entry: "poison", payload: "bad");
        k.DeliverFrom("a", 2, entry: "fine", payload: "good");
        k.Run();
        Assert.Equal(["bad", "bad", "bad", "bad"], k.Prints);
        Assert.Equal("good", k.Data("done"));
        (ulong number, DeadLetter letter) = Assert.Single(k.Kernel.DeadLetters);
        Assert.Equal((1ul, ReplyStatus.Trapped, 4, "poison"),
            (number, letter.Status, letter.Tries, letter.Message.Entry));
        Assert.Contains("BadOperand at line", letter.Reason, StringComparison.Ordinal);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void A_half_done_try_is_recovered_as_that_try()
    {
        TestKernel k = TestKernel.Script(Program);
        k.DeliverFrom("a", 1, entry: "poison");
        k.Step();
        k.Checkpoint();
        TestKernel again = k.Recover();
        k.Run();
        again.Run();
        Assert.Equal(3, Assert.Single(again.Kernel.DeadLetters).Value.Tries);
        Assert.Equal(k.Kernel.Chain, again.Kernel.Chain);
    }

    [Fact]
    public void What_a_message_did_before_it_waited_is_not_done_twice()
    {
        TestKernel k = TestKernel.Script(Program, ports: ["p"]);
        k.DeliverFrom("a", 1, entry: "partly");
        k.Run();
        k.Wake();
        k.Run();
        Assert.Single(k.Sent);
        Assert.Equal(1, Assert.Single(k.Kernel.DeadLetters).Value.Tries);
    }

    [Fact]
    public void A_clients_message_and_a_reverted_one_are_tried_once()
    {
        TestKernel k = TestKernel.Script(Program);
        k.Send(entry: "poison");
        k.DeliverFrom("a", 1, entry: "undone");
        k.Run();
        Assert.Equal([ReplyStatus.Trapped, ReplyStatus.Reverted], k.Kernel.DeadLetters.Values.Select(d => d.Status));
        Assert.All(k.Kernel.DeadLetters.Values, d => Assert.Equal(1, d.Tries));
    }

    [Fact]
    public void A_call_that_traps_is_answered_at_once_and_is_no_dead_letter()
    {
        TestKernel k = TestKernel.Script(Program);
        k.DeliverFrom("a", 1, MessageKind.Call, entry: "poison");
        k.Run();
        Assert.Equal(ReplyStatus.Trapped, Assert.Single(k.Sent).Status);
        Assert.Empty(k.Kernel.DeadLetters);
    }

    [Fact]
    public void A_cancelled_message_is_no_dead_letter()
    {
        TestKernel k = TestKernel.Script("on start\n sleep 1000");
        k.Send();
        k.Run();
        k.Command(new KernelCommand.Cancel());
        Assert.Empty(k.Kernel.DeadLetters);
    }

    [Fact]
    public void A_message_that_waits_can_be_cancelled_by_its_position()
    {
        TestKernel k = TestKernel.Script("on start\n print payload\n sleep 1000");
        k.Send("first");
        k.Run();
        Delivery second = k.Call("second");
        Delivery third = k.Call("third");
        k.Effects.Clear();
        k.Command(new KernelCommand.CancelMessage(second.Position));
        Assert.Equal((second.Position, ReplyStatus.Trapped), (k.Answer.Input, k.Answer.Status));
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.CancelMessage(second.Position)));
        k.Time += 1_000;
        k.Wake();
        k.Run();
        Assert.Equal(["third"], k.Prints);
        k.Effects.Clear();
        k.Command(new KernelCommand.CancelMessage(third.Position));
        Assert.Equal((third.Position, ReplyStatus.Trapped), (k.Answer.Input, k.Answer.Status));
    }

    [Fact]
    public void A_message_that_cannot_be_brought_is_a_dead_letter_of_its_sender()
    {
        TestKernel k = TestKernel.Script("on start\n send \"p\" \"hi\" 1 gas 1", ports: ["p"]);
        k.CallAndRun();
        k.Acknowledge(k.Sent[0], ReplyStatus.NoSuchKernel);
        DeadLetter letter = Assert.Single(k.Kernel.DeadLetters).Value;
        Assert.Equal((ReplyStatus.NoSuchKernel, "p", "hi"),
            (letter.Status, letter.Message.To.Value, letter.Message.Entry));
    }

    [Fact]
    public void A_dead_letter_can_be_tried_again_or_dropped()
    {
        TestKernel k = TestKernel.Script(
            "on start\n get x \"mended\"\n if ok == 1 goto well\n add payload 1\nwell:\n put \"got\" payload\n"
            + "on mend\n put \"mended\" 1\non out\n send \"p\" \"\" 1 gas 1", ports: ["p"]);
        k.DeliverFrom("a", 1, payload: "one");
        k.DeliverFrom("a", 2, payload: "two");
        k.Run();
        k.CallAndRun(entry: "mend");
        k.CallAndRun(entry: "out");
        k.Acknowledge(k.Sent[^1], ReplyStatus.NoSuchKernel);
        Assert.Equal([1ul, 2, 3], k.Kernel.DeadLetters.Keys);

        k.Command(new KernelCommand.ResendDeadLetter(1));
        k.Run();
        Assert.Equal("one", k.Data("got"));
        k.Command(new KernelCommand.DropDeadLetter(2));
        k.Effects.Clear();
        k.Command(new KernelCommand.ResendDeadLetter(3));
        Assert.Equal(2ul, Assert.Single(k.Sent).Number);
        Assert.Empty(k.Kernel.DeadLetters);
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.ResendDeadLetter(1)));
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.DropDeadLetter(1)));

        k.Acknowledge(k.Sent[0], ReplyStatus.NoSuchKernel);
        Assert.Equal(4ul, Assert.Single(k.Kernel.DeadLetters).Key);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void Only_so_many_dead_letters_and_bytes_are_kept_and_the_newest_always_is()
    {
        TestKernel k = TestKernel.Script(Program, limits: new KernelLimits
        {
            DeadLettersMax = 3, DeadLetterBytesMax = 10,
        });
        foreach (string payload in (string[])["1", "2", "3", "4", "12345678", "123456789012"])
        {
            k.Send(payload, "undone");
            k.Run();
        }
        Assert.Equal("123456789012", TestKernel.Text(Assert.Single(k.Kernel.DeadLetters).Value.Message.Payload));
        k.Send("1", "undone");
        k.Send("2", "undone");
        k.Run();
        Assert.Equal([7ul, 8], k.Kernel.DeadLetters.Keys);
        k.Checkpoint();
        Assert.Equal([7ul, 8], k.Recover().Kernel.DeadLetters.Keys);
    }

    [Fact]
    public void A_message_is_not_begun_after_its_deadline()
    {
        TestKernel k = TestKernel.Script("on start\n sleep 100");
        k.Send();
        k.Run();
        Envelope late = new()
        {
            Kind = MessageKind.Call, From = TestKernel.Id("a"), FromGeneration = 1, Number = 1, To = k.Kernel.Id,
            Gas = 50, CallId = 1, Deadline = k.Time + 100,
        };
        k.Deliver(late);
        k.Deliver(late with { Kind = MessageKind.Send, Number = 2, CallId = 0 });
        k.Time += 100;
        k.Wake();
        k.Run();
        Envelope refusal = Assert.Single(k.Sent);
        Assert.Equal((ReplyStatus.TimedOut, 50L), (refusal.Status, refusal.Gas));
        Assert.Equal(ReplyStatus.TimedOut, Assert.Single(k.Kernel.DeadLetters).Value.Status);
    }

    [Fact]
    public void A_caller_waits_until_the_deadline_and_gets_the_gas_of_a_late_reply()
    {
        TestKernel k = TestKernel.Script("""
            on start
              call c "p" "" 1 gas 1000000 timeout 100
              await x c
              set first status
              gas a
              sleep 50
              gas b
              sub b a
              await x c
              join first " "
              join first status
              join first " "
              join first b
              halt first
            """, ports: ["p"]);
        k.Call();
        k.Run();
        Envelope call = Assert.Single(k.Sent);
        Assert.Equal(k.Time + 100, call.Deadline);
        k.Checkpoint();
        k = k.Recover();
        k.Time += 100;
        Assert.True(k.Wake());
        k.Run();
        k.ReplyTo(call, "late", gas: 999_000);
        k.Time += 50;
        k.Wake();
        k.Run();
        string[] said = TestKernel.Text(k.Answer.Payload).Split(' ');
        Assert.Equal([$"{(int)ReplyStatus.TimedOut}", $"{(int)ReplyStatus.UnknownCall}"], said[..2]);
        Assert.InRange(long.Parse(said[2]), 900_000, 999_000);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void What_is_sent_while_a_message_is_handled_has_its_deadline_at_most()
    {
        TestKernel k = TestKernel.Script(
            "on start\n send \"p\" \"\" 1 gas 1\n send \"p\" \"\" 1 gas 1 timeout 5\n"
            + " send \"p\" \"\" 1 gas 1 timeout 500",
            ports: ["p"]);
        k.Deliver(new Envelope
        {
            Kind = MessageKind.Send, To = k.Kernel.Id, Gas = 1_000_000, Deadline = k.Time + 100,
        });
        k.Run();
        Assert.Equal([100L, 5, 100], k.Sent.Select(s => s.Deadline!.Value - TestKernel.Start));
    }
}
