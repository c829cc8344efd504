using Granary.Vms;

namespace Granary.Kernels.Tests;

public sealed class KernelShellTests
{
    private const string Sender = """
        on one
          send "a" "in" 1
        on both
          send "a" "in" 1
          send "b" "in" 1
        """;

    private const string Receiver = """
        on in
          halt
        """;

    private static readonly ShellOptions _options = new() { ResendAfter = 1_000, RefusedDelay = 20 };

    [Fact]
    public void Nothing_is_let_out_before_it_is_durable()
    {
        TestShell receiver = new(TestKernel.Script(Receiver));
        receiver.Do(new KernelMessageJob(receiver, Message(1)));
        Assert.Empty(receiver.Let);
        receiver.MakeDurable();
        Assert.Equal(["acknowledge a 1 Ok"], receiver.TakeLet());
    }

    [Fact]
    public void A_message_that_came_before_is_acknowledged_again()
    {
        TestShell receiver = new(TestKernel.Script(Receiver));
        receiver.Do(new KernelMessageJob(receiver, Message(1)), new KernelMessageJob(receiver, Message(1)));
        receiver.MakeDurable();
        Assert.Equal(["acknowledge a 1 Ok", "acknowledge a 1 Ok"], receiver.TakeLet());
    }

    [Fact]
    public void A_message_that_comes_too_early_is_refused_for_now()
    {
        TestShell receiver = new(TestKernel.Script(Receiver));
        receiver.Do(new KernelMessageJob(receiver, Message(2)));
        receiver.MakeDurable();
        Assert.Equal(["refuse a"], receiver.TakeLet());
    }

    [Fact]
    public void What_fails_with_the_store_is_refused_and_what_has_no_receiver_is_returned()
    {
        TestShell receiver = new(TestKernel.Script(Receiver));
        receiver.Do(new KernelMessageJob(receiver, Message(1)));
        receiver.Commits.Dequeue().Fail(new KernelHostException(KernelHostError.Store, "The disk is gone."));
        new KernelMessageJob(receiver, Message(2)).Fail(new KernelHostException(KernelHostError.NoSuchKernel, "None."));
        Assert.Equal(["refuse a", "acknowledge a 2 NoSuchKernel"], receiver.TakeLet());
    }

    [Fact]
    public void A_message_that_nobody_acknowledges_is_sent_again_with_growing_delays()
    {
        TestShell sender = Sending("one");
        List<long> times = [];
        for (int i = 0; i < 20_000; i += 10)
        {
            Tick(sender, 10);
            times.AddRange(sender.TakeLet().Select(_ => sender.Test.Time - TestKernel.Start));
        }
        // Two looks make sure that it is an old one; from then on the delay doubles.
        Assert.Equal([2_000, 4_000, 8_000, 16_000], times);
    }

    [Fact]
    public void A_refused_message_is_sent_again_soon_and_then_later_and_later()
    {
        TestShell sender = Sending("one");
        List<long> times = [];
        sender.Do(new RefusedJob(TestKernel.Id("a")));
        for (int i = 0; i < 700; i += 10)
        {
            Tick(sender, 10);
            foreach (string let in sender.TakeLet())
            {
                times.Add(sender.Test.Time - TestKernel.Start);
                sender.Do(new RefusedJob(TestKernel.Id("a")), new RefusedJob(TestKernel.Id("a")));
            }
        }
        Assert.Equal([20, 60, 140, 300, 620], times);
    }

    [Fact]
    public void An_acknowledged_message_is_not_sent_again_and_leaves_nothing_due()
    {
        TestShell sender = Sending("one");
        sender.Do(new AcknowledgeJob(TestKernel.Id("a"), 1, 1, ReplyStatus.Ok));
        sender.MakeDurable();
        Tick(sender, 1_000);
        Assert.Empty(sender.Let);
        Assert.Null(sender.Shell.NextDue);
    }

    [Fact]
    public void One_receiver_that_is_silent_does_not_hold_up_or_hurry_another()
    {
        TestShell sender = Sending("both");
        for (int i = 0; i < 2; i++)
        {
            sender.Do(new AcknowledgeJob(TestKernel.Id("b"), 1, (ulong)i + 1, ReplyStatus.Ok), Call("both"));
            sender.MakeDurable();
            sender.TakeLet();
            Tick(sender, 1_000);
        }
        Assert.Contains("send a 1", sender.Let);
        Assert.DoesNotContain("send b 1", sender.Let);
    }

    /// <remarks>Found by seed 1262: a list that two commits shared let a message out before it was durable.</remarks>
    [Fact]
    public void What_is_sent_again_does_not_leave_with_an_earlier_commit()
    {
        TestShell sender = new(TestKernel.Script(Sender, ports: ["a", "b"]), _options);
        sender.Do(Call("one"));
        sender.Do(Call("one"));
        sender.Do(new RefusedJob(TestKernel.Id("a")));
        sender.Test.Time += 20;
        sender.Do(new DueJob());
        Assert.Equal(3, sender.Commits.Count);
        sender.Commits.Dequeue().Complete(sender);
        Assert.Equal(["send a 1"], sender.TakeLet());
        sender.Commits.Dequeue().Complete(sender);
        Assert.Equal(["send a 2"], sender.TakeLet());
        sender.Commits.Dequeue().Complete(sender);
        Assert.Equal(["send a 1", "send a 2"], sender.TakeLet());
    }

    [Fact]
    public void After_a_recovery_everything_unacknowledged_is_sent_at_once()
    {
        TestShell sender = Sending("both");
        sender.Test.Kernel.Drain();
        TestShell recovered = new(sender.Test, _options);
        Assert.Equal(sender.Test.Time, recovered.Shell.NextDue);
        Tick(recovered, 0);
        Assert.Equal(["send a 1", "send b 1"], recovered.TakeLet());
    }

    private static TestShell Sending(string entry)
    {
        TestShell sender = new(TestKernel.Script(Sender, ports: ["a", "b"]), _options);
        sender.Do(Call(entry));
        sender.MakeDurable();
        Assert.NotEmpty(sender.TakeLet());
        return sender;
    }

    private static void Tick(TestShell shell, long milliseconds)
    {
        shell.Test.Time += milliseconds;
        if (shell.Shell.NextDue <= shell.Test.Time)
        {
            shell.Do(new DueJob());
            shell.MakeDurable();
        }
    }

    private static KernelMessageJob Call(string entry) => new(NoRoutes.Instance, new Envelope
    {
        Kind = MessageKind.Send, To = TestKernel.Id("k"), Entry = entry, Gas = 10_000_000,
    });

    private static Envelope Message(ulong number) => new()
    {
        Kind = MessageKind.Send, From = TestKernel.Id("a"), FromGeneration = 1, Number = number,
        To = TestKernel.Id("k"), Entry = "in", Gas = 1_000,
    };

    private sealed class NoRoutes : IKernelRoutes
    {
        public static NoRoutes Instance { get; } = new();

        public void Send(Envelope message)
        {
        }

        public void Acknowledge(
            KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status)
        {
        }

        public void Refuse(KernelId sender, KernelId receiver)
        {
        }
    }
}
