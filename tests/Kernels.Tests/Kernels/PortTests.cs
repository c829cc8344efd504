using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Ports as capabilities: held, passed on, bound, dropped, revoked.</summary>
public sealed class PortTests
{
    private const string Keeper = """
        on take
          arrived n fired
          bind payload 0
          halt status
        on forget
          halt
        on use
          send payload "" 1 gas 1
          halt status
        on pass
          send "next" "" 1 gas 1 with payload
          halt status
        on take_later
          sleep 10
          bind payload 0
          halt status
        """;

    [Fact]
    public void A_port_that_comes_with_a_message_is_held_once_it_is_bound()
    {
        TestKernel k = TestKernel.Script(Keeper);
        Bring(k, 1, "take", "friend", new Port(TestKernel.Id("b"), 7));
        Assert.Equal("0", Call(k, "use", "friend"));
        Envelope sent = k.Sent[^1];
        Assert.Equal((TestKernel.Id("b"), 7ul), (sent.To, sent.Grant));
        Assert.Equal("b#7", PortOf(k, "friend"));
    }

    [Fact]
    public void A_port_that_is_not_bound_is_gone_when_the_message_ends()
    {
        TestKernel k = TestKernel.Script(Keeper);
        Bring(k, 1, "forget", "", new Port(TestKernel.Id("b"), 0));
        Assert.Equal($"{(int)HostStatus.NotFound}", Call(k, "take", "friend"));
        Assert.Equal($"{(int)HostStatus.NoSuchPort}", Call(k, "use", "friend"));
        Assert.DoesNotContain(k.Sent, s => s.Kind == MessageKind.Send);
    }

    [Fact]
    public void A_port_stays_while_its_message_waits_also_over_a_recovery()
    {
        TestKernel k = TestKernel.Script(Keeper);
        Bring(k, 1, "take_later", "friend", new Port(TestKernel.Id("b"), 0));
        k.Checkpoint();
        k = k.Recover();
        k.Time += 10;
        k.Wake();
        k.Run();
        Assert.Equal("b", PortOf(k, "friend"));
    }

    [Fact]
    public void A_name_that_is_in_use_is_not_bound_again()
    {
        TestKernel k = TestKernel.Script(Keeper, ports: ["old"]);
        Bring(k, 1, "take", "old", new Port(TestKernel.Id("b"), 0));
        Assert.Equal("old", PortOf(k, "old"));
    }

    [Fact]
    public void What_is_passed_on_is_a_copy()
    {
        TestKernel k = TestKernel.Script(Keeper, ports: ["next", "p"]);
        Assert.Equal("0", Call(k, "pass", "p"));
        Assert.Equal([new Port(TestKernel.Id("p"), 0)], k.Sent[^1].Ports);
        Assert.Equal("p", PortOf(k, "p"));
    }

    [Fact]
    public void Nobody_passes_on_a_port_that_they_do_not_hold()
    {
        TestKernel k = TestKernel.Script(Keeper, ports: ["next"]);
        Assert.Equal($"{(int)HostStatus.NoSuchPort}", Call(k, "pass", "p"));
        Assert.Empty(k.Sent);
    }

    [Fact]
    public void A_trap_takes_back_what_was_bound_opened_and_revoked()
    {
        TestKernel k = TestKernel.Script("""
            on open
              open "a"
            on trap
              bind "b" 0
              open "c"
              revoke "a"
              set x "x"
              add x 1
            """);
        Call(k, "open");
        Bring(k, 1, "trap", "", new Port(TestKernel.Id("b"), 0));
        Assert.Equal(TrapKind.BadOperand, k.LastEnded.Trap);
        Assert.Equal("k#1", PortOf(k, "a"));
        Assert.Null(PortOf(k, "b"));
        Assert.Null(PortOf(k, "c"));
        Assert.Equal(DeliveryStatus.Taken, Through(k, 2, grant: 1));
        Assert.Contains(k.Effects, e => e is Effect.Ended { Status: ReplyStatus.Ok });
    }

    [Fact]
    public void What_comes_through_a_port_is_taken_until_it_is_revoked()
    {
        TestKernel k = TestKernel.Script(
            "on start\n halt \"in\"\non open\n open \"a\"\non close\n revoke \"a\"\n halt status");
        Call(k, "open");
        Through(k, 1, grant: 1, MessageKind.Call);
        Assert.Equal("in", TestKernel.Text(k.Sent[^1].Payload));
        Assert.Equal("0", Call(k, "close"));
        Assert.Equal($"{(int)HostStatus.NoSuchPort}", Call(k, "close"));

        Through(k, 2, grant: 1, MessageKind.Call, gas: 77);
        Envelope refusal = k.Sent[^1];
        Assert.Equal((ReplyStatus.PortRevoked, 77L), (refusal.Status, refusal.Gas));
        int before = k.Entries.OfType<JournalEntry.Ended>().Count();
        Through(k, 3, grant: 1);
        Assert.Equal(before, k.Entries.OfType<JournalEntry.Ended>().Count());
        Assert.Empty(k.Kernel.DeadLetters);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void A_grant_that_was_never_made_opens_nothing()
    {
        TestKernel k = TestKernel.Script("on start\n halt");
        Through(k, 1, grant: 9, MessageKind.Call);
        Assert.Equal(ReplyStatus.PortRevoked, k.Sent[^1].Status);
    }

    [Fact]
    public void Clients_bring_no_ports()
    {
        TestKernel k = TestKernel.Script("on start\n halt");
        Envelope message = new() { Kind = MessageKind.Send, To = k.Kernel.Id, Gas = 1 };
        Assert.Equal(DeliveryStatus.NotForClients,
            k.Deliver(message with { Ports = [new Port(TestKernel.Id("b"), 0)] }).Status);
        Assert.Equal(DeliveryStatus.NotForClients, k.Deliver(message with { Grant = 1 }).Status);
        Assert.Equal(DeliveryStatus.NotForClients, k.Deliver(message with { Kind = MessageKind.Timer }).Status);
    }

    [Fact]
    public void A_reply_brings_ports_to_who_awaits_it()
    {
        TestKernel k = TestKernel.Script(
            "on start\n call c \"p\" \"\" 1\n await x c\n arrived n f\n bind \"got\" 0\n halt n", ports: ["p"]);
        k.Call(gas: 9_000_000);
        k.Run();
        Envelope call = Assert.Single(k.Sent);
        k.Deliver(new Envelope
        {
            Kind = MessageKind.Reply, From = call.To, FromGeneration = 1, Number = 1, To = k.Kernel.Id,
            CallId = call.CallId, Ports = [new Port(TestKernel.Id("b"), 3)],
        });
        k.Run();
        Assert.Equal("1", TestKernel.Text(k.Answer.Payload));
        Assert.Equal("b#3", PortOf(k, "got"));
    }

    [Fact]
    public void A_callee_replies_with_ports()
    {
        TestKernel k = TestKernel.Script("on start\n open \"me\"\n reply \"here\" with \"me\"");
        Through(k, 1, grant: 0, MessageKind.Call);
        Assert.Equal([new Port(k.Kernel.Id, 1)], k.Sent[^1].Ports);
    }

    [Fact]
    public void A_broadcast_goes_to_every_port_of_the_group_in_the_order_of_their_names()
    {
        TestKernel k = TestKernel.Script(
            "on start\n broadcast n \"g\" \"e\" \"hi\" gas 5\n halt n", ports: ["g.b", "g.a", "g", "ga", "g.a.x"]);
        Effect.Answer answer = k.CallAndRun();
        Assert.Equal("3", TestKernel.Text(answer.Payload));
        Assert.Equal(["g.a", "g.a.x", "g.b"], k.Sent.Select(s => s.To.Value));
        Assert.All(k.Sent, s => Assert.Equal((5L, "e", 1ul), (s.Gas, s.Entry, s.Number)));
    }

    [Fact]
    public void A_broadcast_that_does_not_fit_goes_to_nobody()
    {
        TestKernel k = TestKernel.Script(
            "on start\n broadcast n \"g\" \"\" 1 gas 5", ports: ["g.a", "g.b"],
            limits: new KernelLimits { EffectsPerTurnMax = 1 });
        k.CallAndRun();
        Assert.Equal(TrapKind.LimitExceeded, k.LastEnded.Trap);
        Assert.Empty(k.Sent);
    }

    [Theory]
    [InlineData("0x7fffffffffffffff")]
    [InlineData("0x4000000000000000")]
    public void A_broadcast_of_more_gas_than_there_can_be_traps(string gas)
    {
        TestKernel k = TestKernel.Script(
            $"on start\n broadcast n \"g\" \"\" 1 gas {gas}", ports: ["g.a", "g.b"]);
        k.CallAndRun();
        Assert.Equal(TrapKind.OutOfGas, k.LastEnded.Trap);
        Assert.Empty(k.Sent);
    }

    [Fact]
    public void A_fork_has_its_parents_ports_and_its_own_ones_to_itself()
    {
        TestKernel k = TestKernel.Script("on start\n halt\non open\n open \"me\"", ports: ["p"]);
        Call(k, "open");
        k.Checkpoint();
        TestKernel fork = k.Fork("f");
        Assert.Equal("p", PortOf(fork, "p"));
        Assert.Equal("f#1", PortOf(fork, "me"));
        Through(fork, 1, grant: 1, MessageKind.Call);
        Assert.Equal(ReplyStatus.Ok, fork.Sent[^1].Status);
        Assert.Null(PortOf(k.Fork("g", OriginKind.Import), "me"));
    }

    [Theory]
    [InlineData("b", true)]
    [InlineData("b#1", true)]
    [InlineData("b#18446744073709551615", true)]
    [InlineData("b#", false)]
    [InlineData("b#0", false)]
    [InlineData("b#-1", false)]
    [InlineData("b#18446744073709551616", false)]
    [InlineData("#1", false)]
    [InlineData("B#1", false)]
    public void A_port_has_one_text(string text, bool isPort)
    {
        Assert.Equal(isPort, Port.TryParse(text, out Port port));
        Assert.True(!isPort || port.ToString() == text);
    }

    private static void Bring(TestKernel k, ulong number, string entry, string payload, Port port)
    {
        k.Deliver(new Envelope
        {
            Kind = MessageKind.Send, From = TestKernel.Id("a"), FromGeneration = 1, Number = number, To = k.Kernel.Id,
            Entry = entry, Payload = TestKernel.Bytes(payload), Gas = 1_000_000, Ports = [port],
        });
        k.Run();
    }

    private static DeliveryStatus Through(
        TestKernel k, ulong number, ulong grant, MessageKind kind = MessageKind.Send, long gas = 1_000_000)
    {
        DeliveryStatus status = k.Deliver(new Envelope
        {
            Kind = kind, From = TestKernel.Id("a"), FromGeneration = 1, Number = number, To = k.Kernel.Id, Gas = gas,
            CallId = kind == MessageKind.Call ? number : 0, Grant = grant,
        }).Status;
        k.Run();
        return status;
    }

    private static string Call(TestKernel k, string entry, string payload = "") =>
        TestKernel.Text(k.CallAndRun(payload, entry).Payload);

    private static string? PortOf(TestKernel k, string name) =>
        k.Kernel.CommittedTree.TryGet(TreeKeys.Of(TreeKeys.Ports + name), out ReadOnlyMemory<byte> port)
            ? TestKernel.Text(port)
            : null;
}
