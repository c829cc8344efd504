using System.Globalization;
using System.Text;

namespace Granary.Vms.Mcs51;

/// <summary>Code as text. What no jump or call leads to is shown as data.</summary>
internal static class Mcs51Disassembler
{
    private const int DataBytesPerLine = 16;

    public static string Mnemonic(byte opcode)
    {
        Mcs51Mnemonic mnemonic = Mcs51Opcodes.Info(opcode).Mnemonic;
        return mnemonic == Mcs51Mnemonic.Undefined ? "opcode a5" : mnemonic.ToString().ToUpperInvariant();
    }

    /// <summary>The whole image, or why there is none.</summary>
    public static string Disassemble(ReadOnlySpan<byte> rom, Mcs51Variant variant)
    {
        if (rom.Length > Mcs51Decoder.CodeBytesMax)
        {
            return $"; {rom.Length} bytes: more than an 8051 can address\n";
        }
        bool[] isCode = FindCode(rom, variant);
        StringBuilder text = new();
        for (int at = 0; at < rom.Length;)
        {
            if (isCode[at])
            {
                AppendLine(text, rom, at);
                at += Math.Min(Mcs51Opcodes.Info(rom[at]).Size, rom.Length - at);
                continue;
            }
            int end = at;
            while (end < rom.Length && !isCode[end])
            {
                end++;
            }
            AppendData(text, rom, at, end);
            at = end;
        }
        return text.ToString();
    }

    /// <summary>One instruction: address, bytes, text.</summary>
    public static string Line(ReadOnlySpan<byte> rom, int at)
    {
        StringBuilder text = new();
        AppendLine(text, rom, at);
        return text.ToString().TrimEnd('\n');
    }

    private static void AppendLine(StringBuilder text, ReadOnlySpan<byte> rom, int at)
    {
        int size = Mcs51Opcodes.Info(ByteAt(rom, at)).Size;
        text.Append(NumberFormatInfo.InvariantInfo, $"{at:x4}  ");
        for (int i = 0; i < 3; i++)
        {
            text.Append(i < size ? $"{ByteAt(rom, at + i):x2} " : "   ");
        }
        text.Append(' ');
        AppendInstruction(text, rom, at);
        text.Append('\n');
    }

    private static void AppendInstruction(StringBuilder text, ReadOnlySpan<byte> rom, int at)
    {
        byte opcode = ByteAt(rom, at);
        ref readonly Mcs51OpInfo info = ref Mcs51Opcodes.Info(opcode);
        if (info.Mnemonic == Mcs51Mnemonic.Undefined)
        {
            text.Append(".db   a5");
            return;
        }
        text.Append(Mnemonic(opcode).ToLowerInvariant());
        if (info.First == Mcs51Operand.None)
        {
            return;
        }
        text.Append(' ', Math.Max(1, 6 - info.Mnemonic.ToString().Length));
        int operandAt = at + 1;
        if (opcode == Mcs51Opcodes.MovDirectDirect)
        {
            text.Append(Direct(ByteAt(rom, at + 2))).Append(',').Append(Direct(ByteAt(rom, at + 1)));
            return;
        }
        AppendOperand(text, rom, at, info.First, ref operandAt);
        if (info.Second != Mcs51Operand.None)
        {
            text.Append(',');
            AppendOperand(text, rom, at, info.Second, ref operandAt);
        }
        if (info.Third != Mcs51Operand.None)
        {
            text.Append(',');
            AppendOperand(text, rom, at, info.Third, ref operandAt);
        }
    }

    private static void AppendOperand(
        StringBuilder text, ReadOnlySpan<byte> rom, int at, Mcs51Operand operand, ref int operandAt)
    {
        byte opcode = ByteAt(rom, at);
        byte value = ByteAt(rom, operandAt);
        text.Append(operand switch
        {
            Mcs51Operand.A => "a",
            Mcs51Operand.AB => "ab",
            Mcs51Operand.C => "c",
            Mcs51Operand.Dptr => "dptr",
            Mcs51Operand.R => $"r{opcode & 7}",
            Mcs51Operand.AtR => $"@r{opcode & 1}",
            Mcs51Operand.AtDptr => "@dptr",
            Mcs51Operand.AtADptr => "@a+dptr",
            Mcs51Operand.AtAPc => "@a+pc",
            Mcs51Operand.Direct => Direct(value),
            Mcs51Operand.Immediate => $"#{value:x2}",
            Mcs51Operand.Bit => Bit(value),
            Mcs51Operand.NotBit => "/" + Bit(value),
            Mcs51Operand.Immediate16 => $"#{Mcs51Decoder.Target(rom, at):x4}",
            _ => $"{Mcs51Decoder.Target(rom, at):x4}",
        });
        operandAt += operand is >= Mcs51Operand.Direct and <= Mcs51Operand.Relative ? 1 : 0;
    }

    private static string Direct(byte address) => Mcs51Text.SfrName(address)?.ToLowerInvariant() ?? $"{address:x2}";

    private static string Bit(byte bit) => $"{Direct((byte)Mcs51Decoder.BitByte(bit))}.{bit & 7}";

    private static void AppendData(StringBuilder text, ReadOnlySpan<byte> rom, int start, int end)
    {
        for (int at = start; at < end;)
        {
            int same = rom[at..end].IndexOfAnyExcept(rom[at]);
            int run = same < 0 ? end - at : same;
            text.Append(NumberFormatInfo.InvariantInfo, $"{at:x4}            .db  ");
            if (run > DataBytesPerLine)
            {
                text.Append(NumberFormatInfo.InvariantInfo, $" {rom[at]:x2} ; {run} times\n");
                at += run;
                continue;
            }
            int stop = Math.Min(at + DataBytesPerLine, end);
            for (; at < stop; at++)
            {
                text.Append(NumberFormatInfo.InvariantInfo, $" {rom[at]:x2}");
            }
            text.Append('\n');
        }
    }

    // Follows every jump and call; where DPTR leads nobody knows.
    private static bool[] FindCode(ReadOnlySpan<byte> rom, Mcs51Variant variant)
    {
        bool[] isCode = new bool[rom.Length];
        Stack<int> open = new([0]);
        if (variant == Mcs51Variant.Dacrs)
        {
            open.Push(Mcs51Layout.ExitGate);
            open.Push(Mcs51Layout.ApiGate);
        }
        while (open.TryPop(out int at))
        {
            while (at < rom.Length && !isCode[at])
            {
                isCode[at] = true;
                ref readonly Mcs51OpInfo info = ref Mcs51Opcodes.Info(rom[at]);
                bool isJump = info.Mnemonic is >= Mcs51Mnemonic.Ajmp and <= Mcs51Mnemonic.Djnz;
                if (isJump && info.First != Mcs51Operand.None && info.First != Mcs51Operand.AtADptr)
                {
                    open.Push(Mcs51Decoder.Target(rom, at));
                }
                bool isEnd = info.Mnemonic is Mcs51Mnemonic.Ajmp or Mcs51Mnemonic.Ljmp or Mcs51Mnemonic.Sjmp
                    or Mcs51Mnemonic.Jmp or Mcs51Mnemonic.Ret or Mcs51Mnemonic.Reti;
                at = isEnd ? rom.Length : at + info.Size;
            }
        }
        return isCode;
    }

    private static byte ByteAt(ReadOnlySpan<byte> rom, int at) =>
        (at & 0xFFFF) < rom.Length ? rom[at & 0xFFFF] : (byte)0;
}
