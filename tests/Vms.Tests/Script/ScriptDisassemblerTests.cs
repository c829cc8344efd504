using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

public sealed class ScriptDisassemblerTests
{
    public static IEnumerable<object[]> Vectors => ScriptConformanceTests.Vectors;

    [Theory, MemberData(nameof(Vectors))]
    public void The_text_assembles_to_the_same_code(string file, string name)
    {
        byte[] code = ScriptVectors.Compile(ScriptConformanceTests.Find(file, name));
        string text = new ScriptEngine().Disassemble(code);
        Assert.Equal(code, ScriptAssembler.Assemble(text, VmLimits.Default));
    }

    [Fact]
    public void The_text_keeps_names_and_lines()
    {
        const string source = """
            # Adds up.
            on add
            again:
              add sum 0x10
              if sum < "\x41\"" goto again
              text shown sum width 3
              call c "out" "" shown gas 5
              send "out" "e" 1 timeout shown with "a b"
              schedule "t" "e" "" after 0x10 gas 3
              schedule "t" "e" "" after 1 every sum

            on end
              halt
            """;
        const string expected = """

            on add

              line4: add sum 16
              if sum < "A\"" goto line4
              text shown sum width 3
              call c "out" "" shown gas 5
              send "out" "e" 1 timeout shown with "a b"
              schedule "t" "e" "" after 16 gas 3
              schedule "t" "e" "" after 1 every sum

            on end
              halt

            """;
        byte[] code = ScriptAssembler.Assemble(source, VmLimits.Default);
        Assert.Equal(expected.ReplaceLineEndings("\n"), new ScriptEngine().Disassemble(code));
    }

    [Fact]
    public void Broken_code_is_shown_as_bytes()
    {
        string text = new ScriptEngine().Disassemble(new byte[] { 1, 0, 1, 1, 1, 0xFF });
        Assert.Equal("""
            # not Script code: A handler's name is malformed or there twice. (at offset 4)
            # 000000  0100010101ff

            """.ReplaceLineEndings("\n"), text);
    }

    [Fact]
    public void Much_broken_code_is_shown_in_part()
    {
        string text = new ScriptEngine().Disassemble(new byte[100_000]);
        Assert.EndsWith("# and 95904 bytes more\n", text, StringComparison.Ordinal);
        Assert.True(text.Length < 20_000);
    }
}
