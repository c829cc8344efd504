using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Timers: messages from a kernel's own clock.</summary>
public sealed class TimerTests
{
    private const string Program = """
        on once
          schedule "t" "tick" "hello" after 100
        on every
          schedule "t" "tick" "hello" after 100 every 50
        on stop
          unschedule "t"
          halt status
        on trap
          schedule "t" "tick" "" after 1
          unschedule "gone"
          set x "x"
          add x 1
        on tick
          arrived p n
          print payload
          print n
        on busy
          sleep 1000
        """;

    [Fact]
    public void A_timer_fires_once_when_it_is_due()
    {
        TestKernel k = TestKernel.Script(Program);
        k.CallAndRun(entry: "once");
        Assert.Equal(TestKernel.Start + 100, k.Kernel.WakeAt);
        k.Time += 99;
        Assert.False(k.Wake());
        k.Time += 1;
        Assert.True(k.Wake());
        k.Run();
        Assert.Equal(["hello", "1"], k.Prints);
        Assert.Null(k.Kernel.WakeAt);
    }

    [Fact]
    public void After_downtime_a_periodic_timer_fires_once_with_a_count()
    {
        TestKernel k = TestKernel.Script(Program);
        k.CallAndRun(entry: "every");
        k.Checkpoint();
        k = k.Recover();
        k.Time += 100 + (50 * 4) + 7;
        Assert.True(k.Wake());
        k.Run();
        Assert.False(k.Wake());
        Assert.Equal(["hello", "5"], k.Prints);
        Assert.Equal(TestKernel.Start + 100 + (50 * 5), k.Kernel.WakeAt);
    }

    [Fact]
    public void A_periodic_timer_has_one_message_waiting_at_most()
    {
        TestKernel k = TestKernel.Script(Program);
        k.CallAndRun(entry: "every");
        k.CallAndRunToWait("busy");
        for (int i = 0; i < 3; i++)
        {
            k.Time = k.Kernel.WakeAt!.Value;
            Assert.True(k.Wake());
        }
        Assert.Equal(1, k.Kernel.Summary.InboxCount);
        k.Time = TestKernel.Start + 1_000;
        while (k.Wake())
        {
            k.Run();
        }
        Assert.Equal(["hello", "19"], k.Prints);
        Assert.Equal(k.Kernel.Chain, k.Recover(k.Heads[0]).Kernel.Chain);
    }

    [Fact]
    public void Timers_wait_while_the_kernel_runs()
    {
        TestKernel k = TestKernel.Script("on start\n schedule \"t\" \"\" 1 after 0\non go\nagain:\n goto again");
        k.CallAndRun();
        k.Call(entry: "go", gas: GasMeter.Unlimited);
        k.Step();
        k.Time += 1;
        Assert.Null(k.Kernel.WakeAt);
        Assert.False(k.Wake());
        k.Command(new KernelCommand.Cancel());
        Assert.Equal(TestKernel.Start, k.Kernel.WakeAt);
    }

    [Fact]
    public void A_timer_can_be_removed_and_a_trap_undoes_both()
    {
        TestKernel k = TestKernel.Script(Program);
        k.CallAndRun(entry: "trap");
        Assert.Null(k.Kernel.WakeAt);
        k.CallAndRun(entry: "once");
        Assert.Equal("0", TestKernel.Text(k.CallAndRun(entry: "stop").Payload));
        Assert.Equal($"{(int)HostStatus.NotFound}", TestKernel.Text(k.CallAndRun(entry: "stop").Payload));
        Assert.Null(k.Kernel.WakeAt);
    }

    [Fact]
    public void An_operator_sets_and_clears_timers()
    {
        TestKernel k = TestKernel.Script(Program);
        KernelTimer timer = new(k.Time + 5, 0, "tick", TestKernel.Bytes("op"), 1_000_000);
        k.Command(new KernelCommand.SetTimer("o", timer));
        k.Time += 5;
        k.Wake();
        k.Run();
        Assert.Equal(["op", "1"], k.Prints);
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.SetTimer("o", null)));
        Assert.ThrowsAny<ArgumentException>(() => k.Command(new KernelCommand.SetTimer("a/b", timer)));
        Assert.ThrowsAny<ArgumentException>(
            () => k.Command(new KernelCommand.SetTimer("o", timer with { Period = -1 })));
        Assert.ThrowsAny<ArgumentException>(
            () => k.Command(new KernelCommand.SetTimer("o", timer with { Due = long.MaxValue })));
        Assert.ThrowsAny<ArgumentException>(
            () => k.Command(new KernelCommand.SetTimer("o", timer with { Due = long.MinValue, Period = 1 })));
        Assert.Empty(k.Kernel.Timers);
    }

    [Fact]
    public void Only_so_many_timers_are_set()
    {
        TestKernel k = TestKernel.Script(
            "on start\n schedule \"a\" \"\" 1 after 9\n schedule \"b\" \"\" 1 after 9\n schedule \"a\" \"\" 1 after 1\n"
            + "on more\n schedule \"c\" \"\" 1 after 9", limits: new KernelLimits { TimersMax = 2 });
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun().Status);
        k.CallAndRun(entry: "more");
        Assert.Equal(TrapKind.LimitExceeded, k.LastEnded.Trap);
        Assert.ThrowsAny<ArgumentException>(
            () => k.Command(new KernelCommand.SetTimer("c", new KernelTimer(1, 0, "", default, 1))));
    }

    [Fact]
    public void Timers_belong_to_the_state_that_forks_and_rollbacks_go_on_from()
    {
        TestKernel k = TestKernel.Script(Program);
        KernelHead without = k.Checkpoint();
        k.CallAndRun(entry: "once");
        k.Checkpoint();
        TestKernel fork = k.Fork("f");
        Assert.Equal(TestKernel.Start + 100, fork.Kernel.WakeAt);
        k.Command(new KernelCommand.Rollback(without.Root, null));
        Assert.Null(k.Kernel.WakeAt);
        Assert.Empty(k.Kernel.Timers);
    }

    [Fact]
    public void A_far_away_period_or_delay_is_cut_and_never_overflows()
    {
        TestKernel k = TestKernel.Script(
            "on start\n schedule \"t\" \"\" 1 after 0x7fffffffffffffff every 0x7fffffffffffffff gas 1");
        Assert.Equal(ReplyStatus.Ok, k.CallAndRun().Status);
        k.Time = k.Kernel.WakeAt!.Value;
        Assert.True(k.Wake());
        Assert.True(k.Kernel.WakeAt is null || k.Kernel.WakeAt > k.Time);
    }
}
