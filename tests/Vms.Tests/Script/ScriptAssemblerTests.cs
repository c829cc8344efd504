using System.Globalization;
using System.Text;
using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

public sealed class ScriptAssemblerTests
{
    [Theory]
    [InlineData("", 1, 1, "There is no handler; begin one with 'on start'.")]
    [InlineData("# only a comment", 1, 1, "There is no handler; begin one with 'on start'.")]
    [InlineData("set a 1", 1, 1, "An instruction before the first handler; begin one with 'on start'.")]
    [InlineData("on", 1, 3,
        "'on' wants the name of an entry point: a letter, then letters, digits and . _ -, 64 at most.")]
    [InlineData("on 5", 1, 4,
        "'on' wants the name of an entry point: a letter, then letters, digits and . _ -, 64 at most.")]
    [InlineData("on a\non a", 2, 4, "The handler 'a' is there twice.")]
    [InlineData("on a b", 1, 6, "'b' is too much: 'on' ends before it.")]
    [InlineData("on a\n  sett a 1", 2, 3, "There is no instruction 'sett'.")]
    [InlineData("on a\n  5", 2, 3, "There is no instruction '5'.")]
    [InlineData("on a\n  set", 2, 6, "'set' wants a variable instead of the end of the line.")]
    [InlineData("on a\n  set 5 6", 2, 7, "'set' wants a variable instead of '5'.")]
    [InlineData("on a\n  set a", 2, 8,
        "'set' wants a value (a variable, an integer or a \"text\") instead of the end of the line.")]
    [InlineData("on a\n  set a 1 2", 2, 11, "'2' is too much: 'set' ends before it.")]
    [InlineData("on a\n  set A 1", 2, 7,
        "'A' cannot be a variable: names are small letters, digits and _, 64 at most, with no digit in front.")]
    [InlineData("on a\n  set gas 1", 2, 7, "'gas' cannot be a variable: the word has a meaning of its own.")]
    [InlineData("on a\n  goto b", 2, 8, "There is no label 'b'.")]
    [InlineData("on a\n  goto 5", 2, 8, "'goto' wants a label instead of '5'.")]
    [InlineData("on a\nx: halt\nx: halt", 3, 1, "The label 'x' is there twice.")]
    [InlineData("on a\nX: halt", 2, 1,
        "'X' cannot be a label: names are small letters, digits and _, 64 at most, with no digit in front.")]
    [InlineData("on a\nhalt: halt", 2, 1, "'halt' cannot be a label: the word has a meaning of its own.")]
    [InlineData("on a\n x:", 2, 2, "The label 'x' has no instruction behind it; write 'halt' there.")]
    [InlineData("on a\n x:\non b", 2, 2, "The label 'x' has no instruction behind it; write 'halt' there.")]
    [InlineData("on a\n  if a = 5 goto a", 2, 8, "A single '='. Comparison is '=='; assignment is 'set x 1'.")]
    [InlineData("on a\n  if a 5 goto a", 2, 8, "'if' wants one of == != < <= > >= instead of '5'.")]
    [InlineData("on a\n  if a == 5 a", 2, 13, "'if' wants 'goto' and a label behind its comparison, not 'a'.")]
    [InlineData("on a\n  print 'x'", 2, 9, "The character ''' means nothing here; text stands in double quotes.")]
    [InlineData("on a\n  print \u0001", 2, 9, "The character U+0001 means nothing here; text stands in double quotes.")]
    [InlineData("on a\n  print \"x", 2, 9, "The text has no closing double quote on this line.")]
    [InlineData("on a\n  print \"x\\", 2, 11,
        @"An unknown escape; there are \n, \t, \\, \"" and \x with two hexadecimal digits.")]
    [InlineData("on a\n  print \"\\x4g\"", 2, 10,
        @"An unknown escape; there are \n, \t, \\, \"" and \x with two hexadecimal digits.")]
    [InlineData("on a\n  print 12a", 2, 9, "'12a' is no integer; write it as 12, -12 or 0x0c.")]
    [InlineData("on a\n  print -", 2, 9, "'-' is no integer; write it as 12, -12 or 0x0c.")]
    [InlineData("on a\n  print 0x", 2, 9, "'0x' is no integer; write it as 12, -12 or 0x0c.")]
    [InlineData("on a\n  print 9223372036854775808", 2, 9,
        "'9223372036854775808' does not fit in 64 bits with a sign.")]
    [InlineData("on a\n  print -9223372036854775809", 2, 9,
        "'-9223372036854775809' does not fit in 64 bits with a sign.")]
    [InlineData("on a\n  receive later 5", 2, 11, "'later' is too much: 'receive' ends before it.")]
    [InlineData("on a\n  receive timeout", 2, 18,
        "'receive' wants a value (a variable, an integer or a \"text\") instead of the end of the line.")]
    [InlineData("on a\n  send \"p\" \"e\" 1 timeout 5 gas 6", 2, 28,
        "'gas' is there twice or too late; 'send' takes gas, timeout, with in this order.")]
    [InlineData("on a\n  reply 1 with \"p\" with \"q\"", 2, 20,
        "'with' is there twice or too late; 'reply' takes with in this order.")]
    [InlineData("on a\n  reply 1 gas 5", 2, 11, "'gas' is too much: 'reply' ends before it.")]
    [InlineData("on a\n  broadcast n \"g\" \"e\" 1 with \"p\"", 2, 25,
        "'with' is too much: 'broadcast' ends before it.")]
    [InlineData("on a\n  schedule \"t\" \"e\" 1 every 5", 2, 22,
        "'schedule' wants 'after' and a number of milliseconds behind its payload, not 'every'.")]
    [InlineData("on a\n  set after 1", 2, 7, "'after' cannot be a variable: the word has a meaning of its own.")]
    public void A_mistake_is_named_with_line_and_column(string source, int line, int column, string what)
    {
        SourceException error = Assert.Throws<SourceException>(() => Assemble(source));
        Assert.Equal((line, column, what), (error.Line, error.Column, error.What));
    }

    [Fact]
    public void Half_of_a_surrogate_pair_is_refused()
    {
        SourceException error = Assert.Throws<SourceException>(() => Assemble("on a\n  print \"\ud800\""));
        Assert.Equal((2, 10), (error.Line, error.Column));
    }

    [Fact]
    public void Carriage_returns_comments_and_blank_lines_change_nothing_but_line_numbers()
    {
        byte[] plain = Assemble("on a\n\n  set x 1\n\n  halt x");
        Assert.Equal(plain, Assemble("on a ; comment\r\n# comment\r\n\tset x 1#comment\r\nlabel:\r\n  halt x\r\n"));
    }

    [Fact]
    public void A_comment_sign_inside_text_is_text() =>
        Assert.Contains((byte)'#', Assemble("on a\n  print \"# ;\""));

    [Fact]
    public void The_limit_of_variables_is_exact()
    {
        StringBuilder source = new("on a\n");
        for (int i = 0; i < 59; i++)
        {
            source.Append(CultureInfo.InvariantCulture, $"  set v{i} 1\n");
        }
        Assemble(source.ToString());
        SourceException error = Assert.Throws<SourceException>(() => Assemble(source + "  set w 1"));
        Assert.Equal("'w' is one variable too many; the limit is 59.", error.What);
        Assert.Equal((61, 7), (error.Line, error.Column));
    }

    [Fact]
    public void The_limit_of_lines_is_exact()
    {
        string lines = "on a" + new string('\n', ScriptNames.LinesMax - 1);
        Assemble(lines + "  halt\n");
        SourceException error = Assert.Throws<SourceException>(() => Assemble(lines + "\n  halt"));
        Assert.Equal(ScriptNames.LinesMax + 1, error.Line);
    }

    [Fact]
    public void Limits_of_sizes_hold()
    {
        VmLimits limits = VmLimits.Default with { CodeBytesMax = 60, ValueBytesMax = 4, NameBytesMax = 3 };
        ScriptAssembler.Assemble("on abc\n  print \"1234\"", limits);
        Assert.Throws<SourceException>(() => ScriptAssembler.Assemble("on abcd", limits));
        Assert.Throws<SourceException>(() => ScriptAssembler.Assemble("on a\n  print \"12345\"", limits));
        Assert.Throws<SourceException>(() => ScriptAssembler.Assemble("on a" + new string(' ', 57), limits));
        string dense = "on a\n" + string.Concat(Enumerable.Repeat("halt\n", 11));
        Assert.Throws<SourceException>(() => ScriptAssembler.Assemble(dense, limits with { CodeBytesMax = 30 }));
    }

    private static byte[] Assemble(string source) => ScriptAssembler.Assemble(source, VmLimits.Default);
}
