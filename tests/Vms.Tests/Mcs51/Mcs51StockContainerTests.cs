using System.Text;

namespace Granary.Vms.Mcs51.Tests;

public sealed class Mcs51StockContainerTests
{
    private static readonly Mcs51Engine s_engine = new();
    private static readonly IVmProgram s_echo = s_engine.Load(Mcs51Programs.Echo, VmLimits.Default);

    [Fact]
    public void What_is_sent_comes_out_in_lines_and_as_the_reply()
    {
        Mcs51TestRun run = new(s_echo, Mcs51Programs.Serial(""), Mcs51Programs.Serial("Abz\n7"));

        Assert.IsType<VmExit.Suspended>(run.Run(() => 10_000_000, 10_000_000));

        Assert.Equal(["hi\n", "> ", "ABZ\n", "7"], run.Host.Prints.Select(Encoding.ASCII.GetString));
        Assert.Equal(["hi\n> ", "ABZ\n7"], run.Host.Replies.Select(r => Encoding.ASCII.GetString(r.Payload)));
    }

    [Fact]
    public void A_jump_to_itself_ends_the_program_and_its_memories_stay()
    {
        Mcs51TestRun run = new(s_echo, Mcs51Programs.Serial("xyz\u0004"));

        VmExit.Halted halted = Assert.IsType<VmExit.Halted>(run.Run(() => 10_000_000, 10_000_000));

        Assert.Equal("hi\n> XYZ", Encoding.ASCII.GetString(halted.Output.Span));
        Assert.Equal(3, run.Save().Memories["xdata"][0x1234]);
        Assert.IsType<VmExit.Halted>(run.RunSlice(1_000, 1_000));
    }

    [Fact]
    public void The_next_message_switches_an_ended_machine_on_afresh()
    {
        Mcs51TestRun run = new(s_echo, Mcs51Programs.Serial("\u0004"));
        run.Run(() => 10_000_000, 10_000_000);

        run.Container.Enter(Mcs51Programs.Serial("q"));
        run.Run(() => 10_000_000, 20_000_000);

        Assert.Equal("hi\n> hi\n> Q", run.Printed);
        Assert.Equal(0, run.Save().Memories["xdata"][0x1234]);
    }

    [Fact]
    public void Reset_keeps_the_memories_and_starts_at_the_beginning()
    {
        Mcs51TestRun run = new(
            s_echo, Mcs51Programs.Serial("ab"), new VmEntry("reset", default, ""), Mcs51Programs.Serial("\u0004"));

        Assert.IsType<VmExit.Halted>(run.Run(() => 10_000_000, 10_000_000));

        Assert.Equal("hi\n> ABhi\n> ", run.Printed);
        Assert.Equal(2, run.Save().Memories["xdata"][0x1234]);
    }

    [Fact]
    public void A_byte_takes_the_time_of_its_bits_at_the_baud_rate()
    {
        // SCON mode 1; timer 1 mode 2, reload fd: 3 cycles x 32 x 10 bits a byte. Sends two bytes and ends.
        byte[] code = Mcs51Programs.Image("759852758920758dfdd28e" + "3099fdc299759941" + "3099fdc299759942" + "80fe");
        Mcs51TestRun run = new(s_engine.Load(code, VmLimits.Default), Mcs51Programs.Serial(""));

        run.Run(() => 10_000_000, 10_000_000);

        // 8 for the set-up, 2+1+2 for each byte, and the wait for the first before the second is sent: turns of 2.
        long waited = run.GasUsed - 7 - 5 - 5 - GasSchedule.Print(2);
        Assert.InRange(waited, 960 - 4, 960 + 4);
    }

    [Fact]
    public void A_wait_as_compilers_write_it_waits_too()
    {
        // mov scon,#50; tmod 20; th1 ff; setb tr1; wait: jbc ri,got; sjmp wait; got: mov 30,sbuf; sjmp $
        byte[] code = Mcs51Programs.Image("759850758920758dffd28e" + "109802" + "80fb" + "859930" + "80fe");
        Mcs51TestRun run = new(
            s_engine.Load(code, VmLimits.Default), Mcs51Programs.Serial(""), Mcs51Programs.Serial("x"));

        Assert.IsType<VmExit.Halted>(run.Run(() => 1_000_000, 1_000_000));
        Assert.Equal((byte)'x', run.Save().Sections["cpu"][^(Mcs51State.ChipBytes - 0x30)]);
    }

    [Fact]
    public void Idle_mode_waits_and_power_down_ends()
    {
        // orl pcon,#01; mov a,#55; mov 30,a; orl pcon,#02; nop
        byte[] code = Mcs51Programs.Image("43870174 55f530 438702 00".Replace(" ", "", StringComparison.Ordinal));
        Mcs51TestRun run = new(s_engine.Load(code, VmLimits.Default), Mcs51Programs.Serial(""));

        Assert.IsType<VmExit.Suspended>(run.Run(() => 1_000_000, 1_000_000));
        Assert.Equal(0, run.Save().Sections["cpu"][^(Mcs51State.ChipBytes - 0x30)]);
        run.Container.Resume(new VmAnswer.Received(Mcs51Programs.Serial("")));
        Assert.IsType<VmExit.Halted>(run.Run(() => 1_000_000, 1_000_000));
        Assert.Equal(0x55, run.Save().Sections["cpu"][^(Mcs51State.ChipBytes - 0x30)]);
    }

    [Fact]
    public void A_wrong_answer_changes_nothing_and_the_wait_is_asked_for_again_free_of_charge()
    {
        Mcs51TestRun run = new(s_echo, Mcs51Programs.Serial(""));
        run.Run(() => 10_000_000, 10_000_000);
        string before = run.Outcome(VmExit.SliceEnded.Instance);

        run.Container.Resume(VmAnswer.Slept.Instance);
        run.Container.Resume(new VmAnswer.Replied(ReplyStatus.Ok, default));

        Assert.IsType<VmExit.Suspended>(run.RunSlice(0, 0));
        Assert.Equal(before, run.Outcome(VmExit.SliceEnded.Instance));
    }

    [Theory]
    [InlineData(0, "7fff0000", "00ff")] // mode 0: 13 bits; ff counts five bits of TL0
    [InlineData(1, "fffe0000", "ffff")]
    [InlineData(2, "40fe0000", "40ff")]
    public void Timer_0_counts_machine_cycles_in_its_mode(int mode, string start, string afterOne)
    {
        Mcs51Machine machine = new(Mcs51Variant.Stock, [0]);
        machine.State.PowerUp();
        machine.Sfr(Mcs51Registers.Tmod) = (byte)mode;
        machine.Sfr(Mcs51Registers.Th0) = Convert.FromHexString(start)[0];
        machine.Sfr(Mcs51Registers.Tl0) = (byte)(mode == 0 ? 0x1E : Convert.FromHexString(start)[1]);
        machine.Sfr(Mcs51Registers.Tcon) = Mcs51Registers.TconTr0;

        machine.State.Clock = 1;
        machine.Timers.Sync();
        string expected = mode == 0 ? "7f1f" : afterOne;
        Assert.Equal(expected, $"{machine.Sfr(Mcs51Registers.Th0):x2}{machine.Sfr(Mcs51Registers.Tl0):x2}");
        Assert.Equal(0, machine.Sfr(Mcs51Registers.Tcon) & Mcs51Registers.TconTf0);

        machine.State.Clock = 1_000_000;
        machine.Timers.Sync();
        Assert.NotEqual(0, machine.Sfr(Mcs51Registers.Tcon) & Mcs51Registers.TconTf0);
    }

    [Fact]
    public void Timers_looked_at_often_or_once_say_the_same()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            Mcs51Machine often = new(Mcs51Variant.Stock, [0]);
            random.NextBytes(often.State.Chip.AsSpan(Mcs51Registers.Tcon, 6));
            Mcs51Machine once = new(Mcs51Variant.Stock, [0]);
            often.State.Chip.CopyTo(once.State.Chip, 0);
            for (int i = 0; i < 300; i++)
            {
                often.State.Clock += random.Next(1, 5);
                often.Timers.Sync();
            }
            once.State.Clock = often.State.Clock;
            once.Timers.Sync();
            Assert.True(once.State.Chip.AsSpan().SequenceEqual(often.State.Chip), $"seed {seed}");
        }
    }

    [Fact]
    public void An_unknown_entry_traps_by_its_name()
    {
        Mcs51TestRun run = new(s_echo, new VmEntry("go\nto", default, ""));
        run.Replace();

        VmExit.Trapped trapped = Assert.IsType<VmExit.Trapped>(run.RunSlice(10, 10));
        Assert.Equal(TrapKind.NoSuchEntry, trapped.Kind);
        Assert.Equal("entry go?to", trapped.Site.Text);
    }

    [Fact]
    public void More_input_than_the_queue_takes_traps()
    {
        Mcs51TestRun run = new(s_echo, new VmEntry("serial", new byte[Mcs51Serial.InputBytesMax + 1], ""));
        run.Replace();

        Assert.Equal(TrapKind.LimitExceeded, Assert.IsType<VmExit.Trapped>(run.RunSlice(10, 10)).Kind);
    }

    [Fact]
    public void Code_beyond_the_image_is_no_operations_and_the_counter_wraps()
    {
        // inc 30 at 0000, then nothing: round and round.
        Mcs51TestRun run = new(s_engine.Load(new byte[] { 0x05, 0x30 }, VmLimits.Default), Mcs51Programs.Serial(""));

        VmExit.Trapped trapped = Assert.IsType<VmExit.Trapped>(run.Run(() => 200_000, 200_000, replace: false));

        Assert.Equal(TrapKind.OutOfGas, trapped.Kind);
        Assert.Equal(200_000, run.GasUsed);
        Assert.Equal("pc 0d44, NOP", trapped.Site.Text);
    }
}
