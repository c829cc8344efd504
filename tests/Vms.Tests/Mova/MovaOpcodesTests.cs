namespace Granary.Vms.Mova.Tests;

public sealed class MovaOpcodesTests
{
    [Fact]
    public void Stored_numbers_never_change() =>
        Assert.Equal(
            ["0 Undefined", "1 Put", "2 Add", "3 Goto", "4 Print", "5 Sleep"],
            Enum.GetValues<MovaOp>().Select(op => $"{(byte)op} {op}"));

    [Fact]
    public void The_table_defines_exactly_the_five_instructions()
    {
        IEnumerable<MovaOp> defined =
            Enumerable.Range(0, 256).Select(op => (MovaOp)op).Where(MovaOpcodes.IsDefined);

        Assert.Equal(MovaOpcodes.Defined, defined);
        Assert.Equal(["PUT 0 1", "ADD 1 0", "GOTO 0 0", "PRINT 1 0", "SLEEP 0 0"],
            MovaOpcodes.Defined.Select(MovaOpcodes.Info).Select(i => $"{i.Name} {i.Needs} {i.Change}"));
    }
}
