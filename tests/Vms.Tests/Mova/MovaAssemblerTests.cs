namespace Granary.Vms.Mova.Tests;

public sealed class MovaAssemblerTests
{
    [Theory]
    [InlineData("PUT 3 ; three\n# a whole line\nprint;done", "0103000004000000")]
    [InlineData("add +7", "02070000")]
    [InlineData("add -1", "02ffffff")]
    [InlineData("put 16777217", "01010000")]
    [InlineData(".word 0x12345678\r\n.WORD 0X1", "7856341201000000")]
    [InlineData(" \n ; nothing", "")]
    public void Text_becomes_code(string source, string hex) => Assert.Equal(hex, Assemble(source));

    [Theory]
    [InlineData("put 1\n  jump 2", 2, 3, "'jump' is no instruction; there is put, add, goto, print, sleep.")]
    [InlineData("print 3", 1, 7, "'3' is no instruction; there is put, add, goto, print, sleep.")]
    [InlineData("print\n add", 2, 2, "ADD lacks its operand, a decimal number.")]
    [InlineData("put - 1", 1, 5, "'-' is no operand of PUT; write a decimal number.")]
    [InlineData("put add", 1, 5, "'add' is no operand of PUT; write a decimal number.")]
    [InlineData("put 0x10", 1, 5, "'0x10' is no operand of PUT; write a decimal number.")]
    [InlineData("sleep 1\0", 1, 7, "'1\\u0000' is no operand of SLEEP; write a decimal number.")]
    [InlineData("put \u0661", 1, 5, "'\\u0661' is no operand of PUT; write a decimal number.")]
    [InlineData("put 99999999999999999999", 1, 5,
        "'99999999999999999999' is outside 64 bits, and an operand keeps only 24.")]
    [InlineData(".word", 1, 1, ".word lacks its value, such as 0x00000401.")]
    [InlineData(".word 12", 1, 7, "'12' is no value of .word; write 0x and 1 to 8 digits.")]
    [InlineData(".word 0x123456789", 1, 7, "'0x123456789' is no value of .word; write 0x and 1 to 8 digits.")]
    [InlineData("# put\n\tpr\u0131nt", 2, 2, "'pr\\u0131nt' is no instruction; there is put, add, goto, print, sleep.")]
    public void A_wrong_text_is_refused_with_place_and_reason(string source, int line, int column, string what)
    {
        SourceException e = Assert.Throws<SourceException>(() => Assemble(source));

        Assert.Equal((line, column, what), (e.Line, e.Column, e.What));
    }

    [Fact]
    public void Code_over_the_limit_is_refused_where_it_goes_over()
    {
        SourceException e = Assert.Throws<SourceException>(() => new MovaAssembler()
            .Compile("put 1\nput 2\nput 3", VmLimits.Default with { CodeBytesMax = 11 }));

        Assert.Equal("line 3, column 1: The code grows over its limit of 11 bytes here.", e.Message);
    }

    private static string Assemble(string source) =>
        Convert.ToHexStringLower(new MovaAssembler().Compile(source, VmLimits.Default));
}
