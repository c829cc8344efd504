using System.Text;

namespace Granary.Vms.Mova;

/// <summary>Code as assembler text that assembles back to the same bytes.</summary>
internal static class MovaDisassembler
{
    private const int CommentColumn = 20;

    public static string Disassemble(ReadOnlySpan<byte> code)
    {
        StringBuilder text = new();
        int count = code.Length / MovaOpcodes.InstructionBytes;
        for (int ip = 0; ip < count; ip++)
        {
            MovaInstruction instruction = MovaInstruction.Read(code[(ip * MovaOpcodes.InstructionBytes)..]);
            string words = Words(instruction);
            text.Append(words).Append(' ', Math.Max(1, CommentColumn - words.Length));
            text.Append("; ").Append(Comment(instruction, ip, count)).Append('\n');
        }
        ReadOnlySpan<byte> rest = code[(count * MovaOpcodes.InstructionBytes)..];
        if (!rest.IsEmpty)
        {
            text.Append("; left over, no whole instruction: ").Append(Convert.ToHexStringLower(rest)).Append('\n');
        }
        return text.ToString();
    }

    /// <summary>An instruction in the assembler's words; what has none is shown as data.</summary>
    public static string Words(MovaInstruction instruction)
    {
        MovaOpInfo info = MovaOpcodes.Info(instruction.Op);
        if (!MovaOpcodes.IsDefined(instruction.Op) || IgnoresOperand(instruction))
        {
            return $"{MovaAssembler.WordDirective} 0x{instruction.Word:x8}";
        }
        string name = info.Name.ToLowerInvariant();
        return info.TakesOperand ? $"{name} {instruction.Operand}" : name;
    }

    private static string Comment(MovaInstruction instruction, int ip, int count)
    {
        if (!MovaOpcodes.IsDefined(instruction.Op))
        {
            return $"{ip}: undefined opcode 0x{(byte)instruction.Op:x2}";
        }
        if (IgnoresOperand(instruction))
        {
            return $"{ip}: {MovaOpcodes.Info(instruction.Op).Name.ToLowerInvariant()}, its operand ignored";
        }
        if (instruction.Op != MovaOp.Goto)
        {
            return $"{ip}";
        }
        uint target = unchecked((uint)ip - (uint)instruction.Operand);
        return target < (uint)count ? $"{ip}: to {target}" : $"{ip}: ends the program";
    }

    private static bool IgnoresOperand(MovaInstruction instruction) =>
        !MovaOpcodes.Info(instruction.Op).TakesOperand && instruction.Operand != 0;
}
