using System.Buffers;
using System.Globalization;

namespace Granary.Vms.Mova;

/// <summary>The assembler: a word for an instruction, one for its operand; <c>;</c> begins a comment.</summary>
internal sealed class MovaAssembler : IVmLanguage
{
    /// <summary>Puts four bytes into the code as they are; the disassembler needs it for undefined opcodes.</summary>
    public const string WordDirective = ".word";

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private static readonly string Mnemonics =
        string.Join(", ", MovaOpcodes.Defined.Select(op => MovaOpcodes.Info(op).Name.ToLowerInvariant()));

    public string Name => "mova assembler";

    public string FileExtension => ".movasm";

    /// <remarks>A text without words is a program without instructions, which ends at once.</remarks>
    public byte[] Compile(string text, VmLimits limits)
    {
        MovaCodeBuilder code = new(limits);
        MovaWords words = new(text);
        while (words.MoveNext())
        {
            MovaPlace at = words.Place;
            ReadOnlySpan<char> word = words.Current;
            if (Ascii(word, WordDirective))
            {
                code.Add(MovaInstruction.FromWord(ReadHexWord(ref words, at)), at);
                continue;
            }
            MovaOp op = FindOp(word);
            if (op == MovaOp.Undefined)
            {
                throw at.Error($"{MovaText.Quote(word)} is no instruction; there is {Mnemonics}.");
            }
            int operand = MovaOpcodes.Info(op).TakesOperand ? ReadOperand(ref words, op, at) : 0;
            code.Add(new MovaInstruction(op, operand), at);
        }
        return code.ToArray();
    }

    private static MovaOp FindOp(ReadOnlySpan<char> word)
    {
        foreach (MovaOp op in MovaOpcodes.Defined)
        {
            if (Ascii(word, MovaOpcodes.Info(op).Name))
            {
                return op;
            }
        }
        return MovaOp.Undefined;
    }

    /// <summary>A signed decimal number of which the low 24 bits are kept: -1 is 16777215.</summary>
    private static int ReadOperand(ref MovaWords words, MovaOp op, MovaPlace at)
    {
        if (!words.MoveNext())
        {
            throw at.Error($"{MovaOpcodes.Info(op).Name} lacks its operand, a decimal number.");
        }
        ReadOnlySpan<char> word = words.Current;
        // The digits are checked here because number parsing in .NET lets zero characters follow.
        ReadOnlySpan<char> digits = word is ['-' or '+', ..] ? word[1..] : word;
        if (digits.IsEmpty || digits.ContainsAnyExceptInRange('0', '9'))
        {
            throw words.Place.Error(
                $"{MovaText.Quote(word)} is no operand of {MovaOpcodes.Info(op).Name}; write a decimal number.");
        }
        if (!long.TryParse(word, NumberStyles.AllowLeadingSign, NumberFormatInfo.InvariantInfo, out long value))
        {
            throw words.Place.Error($"{MovaText.Quote(word)} is outside 64 bits, and an operand keeps only 24.");
        }
        return (int)(value & MovaOpcodes.OperandMax);
    }

    private static uint ReadHexWord(ref MovaWords words, MovaPlace at)
    {
        if (!words.MoveNext())
        {
            throw at.Error($"{WordDirective} lacks its value, such as 0x00000401.");
        }
        ReadOnlySpan<char> word = words.Current;
        if (word is ['0', 'x' or 'X', .. { Length: > 0 and <= 8 } digits]
            && !digits.ContainsAnyExcept(HexDigits)
            && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, NumberFormatInfo.InvariantInfo, out uint value))
        {
            return value;
        }
        throw words.Place.Error($"{MovaText.Quote(word)} is no value of {WordDirective}; write 0x and 1 to 8 digits.");
    }

    private static bool Ascii(ReadOnlySpan<char> word, string name) =>
        System.Text.Ascii.EqualsIgnoreCase(word, name);
}
