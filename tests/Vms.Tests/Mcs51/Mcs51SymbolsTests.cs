namespace Granary.Vms.Mcs51.Tests;

public sealed class Mcs51SymbolsTests
{
    private static readonly IVmInspector s_inspector = new Mcs51Engine();

    [Theory]
    [InlineData("      Value  Global\nC:   0000047E  _main                 bench\n"
        + "C:   00000003  __sdcc_program_startup\nC:   00000500  s_CSEG\nD:   00000030  _x\n")]
    [InlineData("DEF _main 0x47E\nDEF __sdcc_program_startup 0x3\n")]
    [InlineData("M:bench\nL:G$main$0$0:47E\nL:G$__sdcc_program_startup$0$0:3\n")]
    public void The_files_that_sdcc_writes_give_names(string text)
    {
        VmSymbols symbols = s_inspector.ReadSymbols(text);

        Assert.Equal(2, symbols.Count);
        Assert.Equal(0x47E, symbols.Find("main"));
        Assert.Equal("main", symbols.Describe(0x47E));
        Assert.Equal("main+1c", symbols.Describe(0x49A));
        Assert.Equal("__sdcc_program_startup+7", symbols.Describe(0x0A));
        Assert.Equal("", symbols.Describe(0));
        Assert.Null(symbols.Find("x"));
    }

    [Fact]
    public void Lines_of_c_have_names_too() =>
        Assert.Equal("echo.c:33", s_inspector.ReadSymbols("L:C$echo.c$33$1_0$5:8A").Describe(0x8A));

    [Fact]
    public void A_file_without_names_is_refused() =>
        Assert.Throws<SourceException>(() => s_inspector.ReadSymbols("hello\nC: zz _main\nL:\nL:G:1"));

    [Fact]
    public void An_address_is_shown_as_its_instruction() =>
        Assert.Equal("003a  30 98 fd  jnb   scon.0,003a", s_inspector.Instruction(Mcs51Programs.Echo, 0x3A));
}
