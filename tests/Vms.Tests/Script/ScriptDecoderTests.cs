using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

public sealed class ScriptDecoderTests
{
    [Theory]
    [InlineData("", "The code is cut short.", "offset 0")]
    [InlineData("02", "Format version 2 is not 1; this is no Script code.", "offset 0")]
    [InlineData("01", "The code is cut short.", "offset 1")]
    [InlineData("013c", "The number of variables is 60; it must be 0 to 59.", "offset 1")]
    [InlineData("01010141", "A variable's name is malformed, reserved or there twice.", "offset 2")]
    [InlineData("010103736574", "A variable's name is malformed, reserved or there twice.", "offset 2")]
    [InlineData("0101026f6b", "A variable's name is malformed, reserved or there twice.", "offset 2")]
    [InlineData("010201610161", "A variable's name is malformed, reserved or there twice.", "offset 4")]
    [InlineData("0100", "The code is cut short.", "offset 2")]
    [InlineData("010000", "The number of handlers is 0; it must be 1 to 65535.", "offset 2")]
    [InlineData("01008000", "A number is not in its shortest form.", "offset 2")]
    [InlineData("0100ffffffffffffffffff02", "A number is not in its shortest form.", "offset 2")]
    [InlineData("0100ffffffffffffffffffff", "A number is over 64 bits.", "offset 2")]
    [InlineData("010001000161", "A step of lines is 0; it must be 1 to 65535.", "offset 3")]
    [InlineData("01000101013500", "A handler's name is malformed or there twice.", "offset 4")]
    [InlineData("01000201016100010161", "A handler's name is malformed or there twice.", "offset 8")]
    [InlineData("010001010161010100", "There is no instruction 0x00.", "offset 8")]
    [InlineData("01000101016101010f", "There is no instruction 0x0f.", "offset 8")]
    [InlineData("0100010101610101ff", "There is no instruction 0xff.", "offset 8")]
    [InlineData("01000101016101010105", "0x05 is no value of this place and no variable's number.", "offset 9")]
    [InlineData("0100010101610101014000", "0x40 is no value of this place and no variable's number.", "offset 9")]
    [InlineData("010001010161010101004200", "0x42 is no value of this place and no variable's number.", "offset 10")]
    [InlineData("0102016101620101016101010106", "Variable 6 appears before variable 5.", "offset 13")]
    [InlineData("01010161010101610000", "Bytes follow the last handler.", "offset 9")]
    [InlineData("010101610101016100", "The variable 'a' is never used.", "offset 9")]
    [InlineData("010001010161010101004105ff", "The code is cut short.", "offset 13")]
    [InlineData("01000101016101010b01", "A jump goes to instruction 1 of 1.", "offset 10")]
    [InlineData("01000101016101010c0006000000", "A comparison is 6; it must be 0 to 5.", "offset 10")]
    public void Broken_code_is_refused_with_its_place(string code, string what, string where)
    {
        InvalidCodeException error = Assert.Throws<InvalidCodeException>(() => Decode(code));
        Assert.Equal((what, where), (error.What, error.Where));
    }

    [Fact]
    public void Line_numbers_have_a_limit()
    {
        // Two handlers, the first on the last line that there can be.
        InvalidCodeException error = Assert.Throws<InvalidCodeException>(() => Decode("010002ffff0301610001016200"));
        Assert.Equal("Line 65536 is over the limit of 65535.", error.What);
    }

    [Fact]
    public void Limits_of_sizes_hold()
    {
        byte[] code = ScriptAssembler.Assemble("on abc\n  print \"1234\"", VmLimits.Default);
        VmLimits exact = VmLimits.Default with { CodeBytesMax = code.Length, ValueBytesMax = 4, NameBytesMax = 3 };
        ScriptDecoder.Decode(code, exact);
        Assert.Throws<InvalidCodeException>(
            () => ScriptDecoder.Decode(code, exact with { CodeBytesMax = code.Length - 1 }));
        Assert.Throws<InvalidCodeException>(() => ScriptDecoder.Decode(code, exact with { ValueBytesMax = 3 }));
        Assert.Throws<InvalidCodeException>(() => ScriptDecoder.Decode(code, exact with { NameBytesMax = 2 }));
    }

    [Fact]
    public void Entry_points_are_the_handlers_in_order()
    {
        byte[] code = ScriptAssembler.Assemble("on zeta\non alpha\n  halt\non Beta.2", VmLimits.Default);
        Assert.Equal(["zeta", "alpha", "Beta.2"], new ScriptEngine().Load(code, VmLimits.Default).EntryPoints);
    }

    private static ScriptProgram Decode(string code) =>
        ScriptDecoder.Decode(Convert.FromHexString(code), VmLimits.Default);
}
