using System.Globalization;
using System.Text;

namespace Granary.Vms.Script;

/// <summary>
/// Code as text that assembles to the same code: same names and lines; labels are called after their lines.
/// </summary>
internal static class ScriptDisassembler
{
    /// <summary>Bytes of broken code that are shown.</summary>
    private const int ShownBytesMax = 4_096;

    private const int BytesPerRow = 16;

    public static string Disassemble(ReadOnlySpan<byte> code)
    {
        // Code is shown under whatever limits it was loaded; its own length bounds every part of it.
        int bound = Math.Max(code.Length, 1);
        VmLimits limits = VmLimits.Default with
        {
            CodeBytesMax = bound,
            ValueBytesMax = bound,
            NameBytesMax = bound,
        };
        try
        {
            return Show(ScriptDecoder.Decode(code, limits));
        }
        catch (InvalidCodeException broken)
        {
            return ShowBroken(code, broken);
        }
    }

    /// <summary>A byte string as a literal of the language.</summary>
    public static void AppendLiteral(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        text.Append('"');
        foreach (byte b in bytes)
        {
            switch (b)
            {
                case (byte)'\n':
                    text.Append(@"\n");
                    break;
                case (byte)'\t':
                    text.Append(@"\t");
                    break;
                case (byte)'"' or (byte)'\\':
                    text.Append('\\').Append((char)b);
                    break;
                case >= 0x20 and < 0x7F:
                    text.Append((char)b);
                    break;
                default:
                    text.Append(NumberFormatInfo.InvariantInfo, $"\\x{b:x2}");
                    break;
            }
        }
        text.Append('"');
    }

    public static string Instruction(ScriptProgram program, int at)
    {
        StringBuilder text = new();
        AppendInstruction(text, program, program.Instructions[at]);
        return text.ToString();
    }

    private static string Show(ScriptProgram program)
    {
        HashSet<int> targets = [];
        foreach (ScriptInstruction instruction in program.Instructions)
        {
            if (instruction.Op is ScriptOp.Goto or ScriptOp.If)
            {
                targets.Add(instruction.Op == ScriptOp.Goto ? instruction.A : instruction.D);
            }
        }
        StringBuilder text = new();
        int line = 1;
        for (int h = 0; h < program.Handlers.Length; h++)
        {
            ScriptHandler handler = program.Handlers[h];
            GoToLine(text, ref line, handler.Line);
            text.Append("on ").Append(handler.Name);
            for (int i = handler.Start; program.Instructions[i].Op != ScriptOp.End; i++)
            {
                GoToLine(text, ref line, program.Instructions[i].Line);
                text.Append("  ");
                if (targets.Contains(i))
                {
                    AppendLabel(text, program, i);
                    text.Append(": ");
                }
                AppendInstruction(text, program, program.Instructions[i]);
            }
        }
        return text.Append('\n').ToString();
    }

    private static void GoToLine(StringBuilder text, ref int line, int wanted)
    {
        text.Append('\n', wanted - line);
        line = wanted;
    }

    private static void AppendLabel(StringBuilder text, ScriptProgram program, int target) =>
        text.Append(NumberFormatInfo.InvariantInfo, $"line{program.Instructions[target].Line}");

    private static void AppendInstruction(StringBuilder text, ScriptProgram program, in ScriptInstruction instruction)
    {
        ref readonly ScriptOpInfo info = ref ScriptOpcodes.Info(instruction.Op);
        text.Append(info.Name);
        for (int i = 0; i < info.Operands.Length; i++)
        {
            int operand = instruction[i];
            if (operand == ScriptInstruction.Absent)
            {
                continue;
            }
            text.Append(' ');
            if (ScriptOpcodes.Keyword(info.Operands[i]) is { } keyword)
            {
                text.Append(keyword).Append(' ');
            }
            switch (info.Operands[i])
            {
                case ScriptOperand.Comparison:
                    text.Append(ScriptOpcodes.Comparisons[operand]);
                    break;
                case ScriptOperand.Target or ScriptOperand.GotoTarget:
                    AppendLabel(text, program, operand);
                    break;
                default:
                    AppendValue(text, program, operand);
                    break;
            }
        }
    }

    private static void AppendValue(StringBuilder text, ScriptProgram program, int operand)
    {
        if (operand >= 0)
        {
            text.Append(program.Variables[operand]);
        }
        else if (program.Constants[~operand] is { Bytes: { } bytes })
        {
            AppendLiteral(text, bytes);
        }
        else
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"{program.Constants[~operand].Integer}");
        }
    }

    private static string ShowBroken(ReadOnlySpan<byte> code, InvalidCodeException broken)
    {
        StringBuilder text = new();
        text.Append("# not Script code: ").Append(broken.Message).Append('\n');
        ReadOnlySpan<byte> shown = code[..Math.Min(code.Length, ShownBytesMax)];
        for (int i = 0; i < shown.Length; i += BytesPerRow)
        {
            ReadOnlySpan<byte> row = shown.Slice(i, Math.Min(BytesPerRow, shown.Length - i));
            text.Append(NumberFormatInfo.InvariantInfo, $"# {i:x6}  {Convert.ToHexStringLower(row)}\n");
        }
        if (code.Length > shown.Length)
        {
            text.Append(NumberFormatInfo.InvariantInfo, $"# and {code.Length - shown.Length} bytes more\n");
        }
        return text.ToString();
    }
}
