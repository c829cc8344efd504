using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

public sealed class ScriptSnapshotTests
{
    // Six variables; instructions: 0 set, 1 sleep, 2 end.
    private static readonly IVmProgram Program = new ScriptEngine().Load(
        ScriptAssembler.Assemble("on start\n  set a \"x\"\n  sleep 5", VmLimits.Default), VmLimits.Default);

    private const string SixIntegers = "06000000" + "000000000000000000" + "000000000000000000" + "000000000000000000"
        + "000000000000000000" + "000000000000000000" + "000000000000000000";

    [Fact]
    public void A_fresh_machine_is_ten_bytes_and_halts_when_run()
    {
        SnapshotBuffer saved = new();
        Program.Start().Save(saved);
        Assert.Equal("01000000000000000000", Convert.ToHexStringLower(saved.Sections["state"]));
        GasMeter gas = new(1, 1);
        Assert.Same(VmExit.Halted.Empty, Program.Restore(saved).Run(ref gas, new TestHost(VmLimits.Default)));
    }

    [Fact]
    public void A_machine_restored_in_its_wait_asks_again_without_paying_again()
    {
        IVmContainer restored = Program.Restore(Section("010201000000" + SixIntegers));
        GasMeter gas = new(0, 0);
        VmExit exit = restored.Run(ref gas, new TestHost(VmLimits.Default));
        Assert.Equal(new VmExit.Suspended(new HostRequest.Sleep(5)), exit);
        Assert.Equal(0, gas.Used);
    }

    [Fact]
    public void An_answer_that_nobody_waits_for_changes_nothing()
    {
        IVmContainer machine = Program.Start();
        machine.Resume(VmAnswer.Slept.Instance);
        SnapshotBuffer saved = new();
        machine.Save(saved);
        Assert.Equal(10, saved.Sections["state"].Length);
    }

    [Theory]
    [InlineData("", "Cut short: 1 bytes wanted, 0 left.")]
    [InlineData("02", "Format version 2 is not 1.")]
    [InlineData("0106", "There is no phase 6.")]
    [InlineData("010103000000", "A count of 3 is over its limit of 2.")]
    [InlineData("0101ffffffff", "A count of 4294967295 is over its limit of 2.")]
    [InlineData("01000100000000000000", "An idle machine stands at instruction 1 instead of 0.")]
    [InlineData("010000000000" + SixIntegers, "The machine has 6 variables; in its phase it has 0.")]
    [InlineData("01010000000005000000", "The machine has 5 variables; in its phase it has 6.")]
    [InlineData("01010000000007000000", "A count of 7 is over its limit of 6.")]
    [InlineData("0101000000000600000002", "There is no kind of value 2.")]
    [InlineData("0101000000000600000001ffffff7f", "A block of 2147483647 bytes is over its limit of 1048576.")]
    [InlineData("010100000000060000000105000000", "Cut short: 5 bytes wanted, 0 left.")]
    [InlineData("010100000000" + SixIntegers + "00", "1 bytes follow the end.")]
    [InlineData("010200000000" + SixIntegers, "Instruction 0 is none that waits.")]
    [InlineData("010502000000" + SixIntegers, "Instruction 2 is none that waits.")]
    public void A_broken_snapshot_is_refused(string section, string message)
    {
        SnapshotFormatException error =
            Assert.Throws<SnapshotFormatException>(() => Program.Restore(Section(section)));
        Assert.Equal(message, error.Message);
    }

    [Fact]
    public void A_snapshot_without_its_section_is_refused()
    {
        Assert.Throws<SnapshotFormatException>(() => Program.Restore(new SnapshotBuffer()));
        Assert.Throws<SnapshotFormatException>(() => new ScriptEngine().Describe(new SnapshotBuffer()));
    }

    [Fact]
    public void Variables_of_a_snapshot_have_a_limit_together()
    {
        VmLimits small = VmLimits.Default with { SnapshotBytesMax = ScriptSnapshot.OverheadBytesMax + 4 };
        IVmProgram program = new ScriptEngine().Load(
            ScriptAssembler.Assemble("on start", VmLimits.Default), small);
        // Five variables, the payload first: "abcd" just fits, and not a byte more in the next one.
        const string head = "010100000000" + "05000000" + "0104000000" + "61626364";
        const string rest = "0100000000" + "000000000000000000" + "000000000000000000";
        program.Restore(Section(head + "0100000000" + rest));
        Assert.Throws<SnapshotFormatException>(() => program.Restore(Section(head + "0101000000" + "65" + rest)));
    }

    [Fact]
    public void A_description_shows_the_state()
    {
        IVmContainer machine = Program.Start();
        machine.Enter(new VmEntry("", new byte[100], "k1"));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        machine.Run(ref gas, new TestHost(VmLimits.Default));
        SnapshotBuffer saved = new();
        machine.Save(saved);
        string zeros = string.Concat(Enumerable.Repeat(@"\x00", 64));
        Assert.Equal($"""
            phase Waiting
            instruction 1
            payload = "{zeros}" and 36 bytes more
            sender = "k1"
            entry = "start"
            ok = 0
            status = 0
            variable 5 = "x"

            """.ReplaceLineEndings("\n"), new ScriptEngine().Describe(saved));
    }

    private static SnapshotBuffer Section(string hex)
    {
        SnapshotBuffer buffer = new();
        buffer.WriteSection("state", Convert.FromHexString(hex));
        return buffer;
    }
}
