using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Every bound of a kernel, from below and from above; and that what a host gives is checked.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData("emit \"t\" 1")]
    [InlineData("send \"p\" \"\" 1 gas 1")]
    [InlineData("call c \"p\" \"\" 1 gas 1")]
    public void A_turn_makes_only_so_many_effects(string effect)
    {
        KernelLimits limits = new() { EffectsPerTurnMax = 3 };
        Assert.Equal(TrapKind.None, Repeat(effect, 3, limits).Trap);
        Assert.Equal(TrapKind.LimitExceeded, Repeat(effect, 4, limits).Trap);
    }

    [Theory]
    [InlineData("emit \"t\" \"12345\"")]
    [InlineData("send \"p\" \"\" \"12345\" gas 1")]
    [InlineData("reply \"12345\"")]
    public void A_turn_lets_out_only_so_many_bytes(string effect)
    {
        Assert.Equal(TrapKind.None, Repeat(effect, 1, new KernelLimits { EffectBytesPerTurnMax = 5 }).Trap);
        Assert.Equal(TrapKind.LimitExceeded, Repeat(effect, 1, new KernelLimits { EffectBytesPerTurnMax = 4 }).Trap);
    }

    [Fact]
    public void A_turn_sends_no_more_than_an_outbox_holds()
    {
        foreach (KernelLimits limits in (KernelLimits[])[new() { OutboxMessagesMax = 2 }, new() { OutboxBytesMax = 2 }])
        {
            Assert.Equal(TrapKind.None, Repeat("send \"p\" \"\" 1 gas 1", 2, limits).Trap);
            Assert.Equal(TrapKind.LimitExceeded, Repeat("send \"p\" \"\" 1 gas 1", 3, limits).Trap);
        }
    }

    [Theory]
    [InlineData("halt")]
    [InlineData("sleep 0")]
    [InlineData("receive")]
    [InlineData("receive timeout 0")]
    public void Nothing_is_begun_while_what_it_may_send_does_not_fit_into_the_outbox(string end)
    {
        KernelLimits limits = new() { OutboxMessagesMax = 5, EffectsPerTurnMax = 3 };
        TestKernel k = TestKernel.Script(
            $"on start\nagain:\n send \"p\" \"\" 1 gas 1\n {end}\n goto again", limits: limits, ports: ["p"]);
        for (int i = 0; i < 6; i++)
        {
            k.Send();
            k.Run();
            while (k.Wake())
            {
                k.Run();
            }
        }
        Assert.Equal(3, k.Sent.Count);
        Assert.False(k.Kernel.CanStep);
        Assert.Null(k.Kernel.WakeAt);
        k.Checkpoint();
        TestKernel again = k.Recover();

        // Two are still on their way: one more fits.
        k.Acknowledge(k.Sent[0]);
        k.Run();
        Assert.Equal(4, k.Sent.Count);
        again.Acknowledge(k.Sent[0]);
        again.Run();
        Assert.Equal(k.Kernel.Chain, again.Kernel.Chain);
        Assert.Equal(TrapKind.None, k.LastEnded.Trap);
    }

    [Fact]
    public void Only_so_many_calls_are_open()
    {
        KernelLimits limits = new() { OpenCallsMax = 2 };
        Assert.Equal(TrapKind.None, Repeat("call c \"p\" \"\" 1 gas 1", 2, limits).Trap);
        Assert.Equal(TrapKind.LimitExceeded, Repeat("call c \"p\" \"\" 1 gas 1", 3, limits).Trap);
        Assert.Equal(TrapKind.LimitExceeded, Repeat("call c \"k\" \"\" 1 gas 1", 3, limits).Trap);
        Assert.Equal(TrapKind.LimitExceeded, Repeat("call c \"p\" \"\" 1 gas 1\n sleep 0", 3, limits).Trap);
    }

    [Fact]
    public void A_chain_of_calls_is_only_so_long()
    {
        TestKernel k = TestKernel.Script("on start\n call c \"p\" \"\" 1\n await x c\n halt status",
            limits: new KernelLimits { CallDepthMax = 2 }, ports: ["p"]);
        k.DeliverFrom("b", 1, MessageKind.Call, chain: ["a", "b"], gas: 9_000_000);
        k.Run();
        Assert.Equal($"{(int)ReplyStatus.CallCycle}", TestKernel.Text(Assert.Single(k.Sent).Payload));
    }

    [Fact]
    public void Data_has_a_quota_and_what_is_deleted_or_undone_is_free_again()
    {
        TestKernel k = TestKernel.Script("""
            on put
              put "k1" payload
            on over
              put "k2" "xxxxxxxx"
              put "k1" payload
            on drop
              delete "k1"
            """, limits: new KernelLimits { DataBytesMax = 12 });
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun("1234567890").Status);
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun("0987654321").Status);
        Assert.Equal(TrapKind.LimitExceeded, RunCall(k, "12345678901"));
        k.Checkpoint();
        k.RestoreHere();
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun("").Status);
        Assert.Equal(TrapKind.LimitExceeded, RunCall(k, "1", "over"));
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun("1234567890").Status);
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun(entry: "drop").Status);
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun("1234567890").Status);
    }

    [Theory]
    [InlineData("a/b", "x")]
    [InlineData("", "x")]
    [InlineData("p", "")]
    public void A_port_without_a_name_or_a_target_is_refused_and_nothing_happens(string name, string target)
    {
        TestKernel k = TestKernel.Script("on start\n halt");
        KernelId id = target.Length == 0 ? KernelId.Client : TestKernel.Id(target);
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.SetPort(name, id)));
        Assert.False(k.Kernel.HasFresh);
    }

    [Fact]
    public void Only_so_many_ports_are_held()
    {
        TestKernel k = TestKernel.Script("on start\n halt", limits: new KernelLimits { PortsMax = 2 }, ports: ["a"]);
        k.Command(new KernelCommand.SetPort("b", TestKernel.Id("b")));
        k.Command(new KernelCommand.SetPort("a", TestKernel.Id("c")));
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.SetPort("c", TestKernel.Id("c"))));
        k.Command(new KernelCommand.SetPort("a", null));
        k.Command(new KernelCommand.SetPort("c", TestKernel.Id("c")));
    }

    [Fact]
    public void A_port_is_needed_to_send_and_can_be_given_and_taken()
    {
        TestKernel k = TestKernel.Script("on start\n send \"p\" \"\" 1 gas 1\n halt status");
        Assert.Equal($"{(int)HostStatus.NoSuchPort}", TestKernel.Text(k.CallAndRun().Payload));
        k.Command(new KernelCommand.SetPort("p", TestKernel.Id("peer")));
        Assert.Equal("0", TestKernel.Text(k.CallAndRun().Payload));
        Assert.Equal(TestKernel.Id("peer"), Assert.Single(k.Sent).To);
        k.Command(new KernelCommand.SetPort("p", null));
        Assert.Equal($"{(int)HostStatus.NoSuchPort}", TestKernel.Text(k.CallAndRun().Payload));
    }

    [Fact]
    public void Limits_that_could_not_be_stored_are_refused_at_birth()
    {
        KernelLimits limits = new() { Vm = VmLimits.Default with { ValueBytesMax = 100 << 20 } };
        Assert.ThrowsAny<ArgumentException>(() => TestKernel.Script("on start\n halt", limits: limits));
    }

    [Fact]
    public void All_the_gas_there_is_can_be_moved_around_without_overflow()
    {
        TestKernel k = TestKernel.Script("""
            on start
              gas g
              sub g 100000
              call c "p" "" 1 gas g
              await x c
              gas g
              sub g 100000
              call c "p" "" 1 gas g
              await x c
            """, ports: ["p"]);
        for (int i = 0; i < 3; i++)
        {
            k.Effects.Clear();
            k.Call(gas: GasMeter.Unlimited);
            k.Run();
            k.ReplyTo(k.Sent[^1], "", number: (ulong)(2 * i) + 1, gas: k.Sent[^1].Gas);
            k.Run();
            k.ReplyTo(k.Sent[^1], "", number: (ulong)(2 * i) + 2, gas: k.Sent[^1].Gas);
            k.Run();
            Assert.Equal(ReplyStatus.Ok, k.Answer.Status);
        }
        Assert.InRange(k.Kernel.GasSpent, 1, 300_000);
        Assert.InRange(k.Kernel.GasSinceCheckpoint, 1, 300_000);
    }

    [Fact]
    public void Half_done_effects_of_any_allowed_size_can_be_stored()
    {
        TestKernel k = TestKernel.Script("""
            on start
              text big 1 width 1000000
            again:
              emit "t" big
              add n 1
              if n < 30 goto again
            """, limits: new KernelLimits { EffectBytesPerTurnMax = 64 << 20 });
        k.Send(gas: GasMeter.Unlimited);
        while (k.Kernel.CanStep)
        {
            k.Kernel.Step(50_000_000);
            k.Checkpoint();
            k.RestoreHere();
        }
        Assert.Equal(30, k.Effects.OfType<Effect.Emit>().Count());
    }

    [Fact]
    public void Randomness_is_reproducible_and_differs_by_kernel_generation_message_and_draw()
    {
        const string source = "on start\n random a\n random b\n put \"a\" a\n put \"b\" b";
        HashSet<string> all = [];
        void Draw(TestKernel k)
        {
            Assert.Equal(ReplyStatus.Ok, k.CallAndRun().Status);
            Assert.True(all.Add(k.Data("a")!));
            Assert.True(all.Add(k.Data("b")!));
        }
        TestKernel one = TestKernel.Script(source, "one");
        KernelHead head = one.Checkpoint();
        Draw(one);
        string first = one.Data("a")!;
        Draw(one);
        Draw(TestKernel.Script(source, "two"));
        one.Command(new KernelCommand.Rollback(head.Root, null));
        Draw(one);

        Assert.Equal(one.AllData(), one.Recover(one.Heads[0]).AllData());
        TestKernel same = TestKernel.Script(source, "one");
        same.Checkpoint();
        same.CallAndRun();
        Assert.Equal(first, same.Data("a"));
    }

    private static JournalEntry.Ended Repeat(string instruction, int times, KernelLimits limits)
    {
        TestKernel k = TestKernel.Script(
            "on start\n" + string.Concat(Enumerable.Repeat(instruction + "\n", times)), limits: limits,
            ports: ["p", "k"]);
        k.Call();
        k.Run();
        while (k.Wake())
        {
            k.Run();
        }
        return k.LastEnded;
    }

    private static TrapKind RunCall(TestKernel k, string payload = "", string entry = "")
    {
        k.CallAndRunToEnd(payload, entry);
        return k.LastEnded.Trap;
    }
}
