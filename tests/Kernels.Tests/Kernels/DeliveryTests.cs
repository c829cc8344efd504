using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>What is taken, what is refused, and that nothing is taken twice.</summary>
public sealed class DeliveryTests
{
    private const string Log = """
        on start
          get s "s"
          join s payload
          put "s" s
          halt s
        """;

    [Fact]
    public void A_duplicate_is_acknowledged_again_and_does_nothing()
    {
        TestKernel k = TestKernel.Script(Log);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 1, payload: "x").Status);
        k.Run();
        ulong position = k.Kernel.Position;
        k.Effects.Clear();

        Assert.Equal(DeliveryStatus.Duplicate, k.DeliverFrom("a", 1, payload: "x").Status);
        Assert.Equal(new Effect.Acknowledge(TestKernel.Id("a"), 1, 1), Assert.Single(k.Effects));
        Assert.Equal(position, k.Kernel.Position);
        Assert.Equal("x", k.Data("s"));
    }

    [Fact]
    public void A_gap_is_refused_until_what_is_missing_has_come()
    {
        TestKernel k = TestKernel.Script(Log);
        Assert.Equal(DeliveryStatus.OutOfOrder, k.DeliverFrom("a", 2, payload: "2").Status);
        Assert.Empty(k.Effects);
        k.DeliverFrom("a", 1, payload: "1");
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 2, payload: "2").Status);
        k.Run();
        Assert.Equal("12", k.Data("s"));
    }

    [Fact]
    public void Senders_and_generations_are_counted_apart()
    {
        TestKernel k = TestKernel.Script(Log);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 1, payload: "a").Status);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("b", 1, payload: "b").Status);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 1, payload: "A", generation: 2).Status);
        Assert.Equal(DeliveryStatus.Duplicate, k.DeliverFrom("a", 1, payload: "a").Status);
        k.Run();
        k.Checkpoint();
        k.RestoreHere();
        Assert.Equal(DeliveryStatus.Duplicate, k.DeliverFrom("a", 1, payload: "A", generation: 2).Status);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 2, payload: "c").Status);
        k.Run();
        Assert.Equal("abAc", k.Data("s"));
    }

    [Fact]
    public void A_key_is_taken_once_and_its_reply_is_remembered()
    {
        TestKernel k = TestKernel.Script(Log);
        Delivery first = k.Call("x", key: "order-1");
        Assert.Equal(new Delivery(DeliveryStatus.Duplicate, first.Position), k.Call("x", key: "order-1"));
        Assert.False(k.Kernel.FindKeyed("order-1")!.Done);
        k.Run();
        Assert.Equal(new Delivery(DeliveryStatus.Duplicate, first.Position), k.Call("x", key: "order-1"));
        k.Checkpoint();
        k.RestoreHere();

        KeyedMessage keyed = k.Kernel.FindKeyed("order-1")!;
        Assert.True(keyed.Done);
        Assert.Equal("x", TestKernel.Text(keyed.Payload));
        Assert.Equal((k.Answer.GasUsed, k.Answer.Outcome, k.Answer.Chain), (keyed.GasUsed, keyed.Outcome, keyed.Chain));
        Assert.Equal(DeliveryStatus.Duplicate, k.Call("x", key: "order-1").Status);
        Assert.Equal("x", k.Data("s"));
    }

    [Fact]
    public void The_oldest_keys_are_forgotten_first()
    {
        TestKernel k = TestKernel.Script(Log, limits: new KernelLimits { IdempotencyKeysMax = 2 });
        foreach (string key in (string[])["1", "2", "3"])
        {
            k.Call(key, key: key);
            k.Run();
        }
        Assert.Null(k.Kernel.FindKeyed("1"));
        Assert.NotNull(k.Kernel.FindKeyed("2"));
        Assert.Equal(DeliveryStatus.Taken, k.Call("1", key: "1").Status);
    }

    [Theory]
    [InlineData("", "with space")]
    [InlineData("", "\ud800")]
    [InlineData("", "01234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("a/b", "")]
    public void A_name_or_key_that_is_none_is_refused(string entry, string key)
    {
        TestKernel k = TestKernel.Script(Log);
        Assert.Equal(DeliveryStatus.BadName, k.Send("x", entry, key: key).Status);
        Assert.False(k.Kernel.HasFresh);
    }

    [Fact]
    public void Clients_cannot_reply_nor_owe_gas_nor_pretend_a_chain()
    {
        TestKernel k = TestKernel.Script(Log);
        Envelope message = new() { Kind = MessageKind.Send, To = k.Kernel.Id };
        Assert.Equal(DeliveryStatus.NotForClients,
            k.Deliver(message with { Kind = MessageKind.Reply, CallId = 1 }).Status);
        Assert.Equal(DeliveryStatus.NotForClients, k.Deliver(message with { Gas = -1 }).Status);
        Assert.Equal(DeliveryStatus.NotForClients, k.Deliver(message with { CallChain = [k.Kernel.Id] }).Status);
    }

    [Fact]
    public void A_full_inbox_refuses_messages_but_not_replies()
    {
        TestKernel k = TestKernel.Script(
            "on start\n call c \"p\" \"\" 1\n await x c\n halt x", limits: new KernelLimits { InboxMessagesMax = 2 },
            ports: ["p"]);
        k.Call();
        k.Run();
        Assert.Equal(DeliveryStatus.Taken, k.Send().Status);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 1).Status);
        Assert.Equal(DeliveryStatus.InboxFull, k.Send().Status);
        Assert.Equal(DeliveryStatus.InboxFull, k.DeliverFrom("a", 2).Status);
        Assert.Equal(DeliveryStatus.Taken, k.ReplyTo(k.Sent[0], "yes").Status);
        k.Kernel.Step(GasMeter.Unlimited);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 2).Status);
    }

    [Fact]
    public void An_inbox_full_of_bytes_still_takes_its_first_message()
    {
        TestKernel k = TestKernel.Script("on start\n sleep 1000", limits: new KernelLimits { InboxBytesMax = 10 });
        k.Send(new string('a', 100));
        k.Run();
        Assert.Equal(DeliveryStatus.Taken, k.Send(new string('a', 100)).Status);
        Assert.Equal(DeliveryStatus.InboxFull, k.Send("a").Status);

        TestKernel small = TestKernel.Script("on start\n sleep 1000", limits: new KernelLimits { InboxBytesMax = 10 });
        small.Send();
        small.Run();
        Assert.Equal(DeliveryStatus.Taken, small.Send("123456").Status);
        Assert.Equal(DeliveryStatus.InboxFull, small.Send("12345").Status);
        Assert.Equal(DeliveryStatus.Taken, small.Send("1234").Status);
    }

    [Fact]
    public void A_payload_over_the_limit_is_refused_to_clients()
    {
        TestKernel k = TestKernel.Script(Log, limits: Small(100));
        Assert.Equal(DeliveryStatus.TooLarge, k.Send(new string('x', 101)).Status);
        Assert.Equal(DeliveryStatus.Taken, k.Send(new string('x', 100)).Status);
    }

    [Fact]
    public void A_message_of_another_kernel_that_is_too_large_or_ill_named_is_taken_and_traps()
    {
        // Refused, it would leave a gap in the numbers, and nothing that comes after it could ever be taken.
        TestKernel k = TestKernel.Script(Log, limits: Small(100));
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 1, MessageKind.Call, new string('x', 101)).Status);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 2, MessageKind.Call, entry: "no name").Status);
        Assert.Equal(DeliveryStatus.Taken, k.DeliverFrom("a", 3, MessageKind.Call, payload: "ok").Status);
        k.Run();

        Assert.Equal([ReplyStatus.Trapped, ReplyStatus.Trapped, ReplyStatus.Ok], k.Sent.Select(r => r.Status));
        Assert.Equal(1_000_000, k.Sent[0].Gas);
        Assert.Equal("trapped: LimitExceeded at payload, gas 0", TestKernel.Text(k.Sent[0].Payload));
        Assert.Equal(k.Kernel.Chain, k.Recover().Kernel.Chain);
    }

    [Fact]
    public void A_reply_that_is_too_large_ends_the_wait_with_refused()
    {
        TestKernel k = TestKernel.Script(
            "on start\n call c \"p\" \"\" 1\n await x c\n join x status\n halt x", limits: Small(100), ports: ["p"]);
        k.Call();
        k.Run();
        Assert.Equal(DeliveryStatus.Taken, k.ReplyTo(k.Sent[0], new string('x', 101)).Status);
        k.Run();
        Assert.Equal($"{(int)ReplyStatus.Refused}", TestKernel.Text(k.Answer.Payload));
        Assert.Equal(k.Kernel.Chain, k.Recover().Kernel.Chain);
    }

    private static KernelLimits Small(int payloadBytes) =>
        new() { Vm = VmLimits.Default with { PayloadBytesMax = payloadBytes } };
}
