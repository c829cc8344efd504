namespace Granary.Vms.Mcs51.Tests;

public sealed class Mcs51OpcodesTests
{
    [Fact]
    public void All_opcodes_but_one_are_defined_and_have_the_size_of_their_operands()
    {
        IEnumerable<int> undefined = Enumerable.Range(0, 256)
            .Where(i => Mcs51Opcodes.Info((byte)i).Mnemonic == Mcs51Mnemonic.Undefined);
        Assert.Equal([0xA5], undefined);
        Assert.All(Enumerable.Range(0, 256), i => Assert.InRange(Mcs51Opcodes.Info((byte)i).Size, 1, 3));
    }

    [Fact]
    public void The_fast_loop_knows_every_instruction_but_the_reserved_one_and_reti()
    {
        IEnumerable<int> slow = Enumerable.Range(0, 256)
            .Where(i => Mcs51FastForms.Of((byte)i).Op == Mcs51FastOp.Slow);
        Assert.Equal([0x32, 0xA5], slow);
    }

    [Fact]
    public void A_decoded_instruction_takes_eight_bytes() =>
        Assert.Equal(8, System.Runtime.CompilerServices.Unsafe.SizeOf<Mcs51Instruction>());

    [Fact]
    public void Stored_phases_never_change() =>
        Assert.Equal(
            ["0 Off", "1 Running", "2 Waiting", "3 UnknownEntry", "4 TooMuchInput"],
            Enum.GetValues<Mcs51Phase>().Select(p => $"{(byte)p} {p}"));

    [Fact]
    public void Stored_phases_of_contracts_never_change() =>
        Assert.Equal(
            ["0 Idle", "1 Entered", "2 Running"],
            Enum.GetValues<Mcs51DacrsPhase>().Select(p => $"{(byte)p} {p}"));
}
