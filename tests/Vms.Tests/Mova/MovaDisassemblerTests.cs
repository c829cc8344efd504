namespace Granary.Vms.Mova.Tests;

public sealed class MovaDisassemblerTests
{
    [Fact]
    public void Each_instruction_is_a_line_with_its_place()
    {
        byte[] code = new MovaAssembler().Compile(
            "put 0 add 1 print sleep 1000 goto 3 goto 6 .word 0x000123ff .word 0x00000504", VmLimits.Default);

        Assert.Equal(
            """
            put 0               ; 0
            add 1               ; 1
            print               ; 2
            sleep 1000          ; 3
            goto 3              ; 4: to 1
            goto 6              ; 5: ends the program
            .word 0x000123ff    ; 6: undefined opcode 0xff
            .word 0x00000504    ; 7: print, its operand ignored
            ; left over, no whole instruction: 0102

            """,
            MovaTestRun.Engine.Disassemble((byte[])[.. code, 1, 2]));
    }

    [Fact]
    public void Random_code_assembles_back_to_the_same_bytes()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Random random = new(seed);
            byte[] code = new byte[random.Next(100) * 4];
            random.NextBytes(code);
            for (int i = 0; i < code.Length; i += 4)
            {
                code[i] = (byte)(random.Next(4) == 0 ? random.Next(256) : random.Next(7));
            }
            string text = MovaTestRun.Engine.Disassemble(code);
            byte[] back = new MovaAssembler().Compile(text, VmLimits.Default);
            Assert.True(code.AsSpan().SequenceEqual(back), $"seed {seed}:\n{text}");
        }
    }
}
