using System.Globalization;

namespace Granary.Vms.Script;

/// <summary>Reads the small parts of code, and says at which offset one is wrong.</summary>
internal ref struct ScriptCodeReader(ReadOnlySpan<byte> code)
{
    private readonly ReadOnlySpan<byte> _code = code;

    public int Offset { get; private set; }

    public readonly bool AtEnd => Offset == _code.Length;

    public byte ReadByte() =>
        Offset < _code.Length ? _code[Offset++] : throw Invalid("The code is cut short.", Offset);

    /// <summary>Seven bits a byte, lowest first, in as few bytes as will do.</summary>
    public ulong ReadVarint()
    {
        int start = Offset;
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte b = ReadByte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                bool tooLarge = shift == 63 && b > 1;
                bool tooLong = shift > 0 && b == 0;
                return !tooLarge && !tooLong ? value : throw Invalid("A number is not in its shortest form.", start);
            }
        }
        throw Invalid("A number is over 64 bits.", start);
    }

    /// <summary>A number from <paramref name="min"/> to <paramref name="max"/>.</summary>
    public int ReadCount(string what, int min, int max)
    {
        int start = Offset;
        ulong value = ReadVarint();
        return value >= (ulong)min && value <= (ulong)max
            ? (int)value
            : throw Invalid($"{what} is {value}; it must be {min} to {max}.", start);
    }

    /// <summary>An integer, folded so that small ones of either sign are short.</summary>
    public long ReadInteger()
    {
        ulong folded = ReadVarint();
        return (long)(folded >> 1) ^ -(long)(folded & 1);
    }

    /// <summary>A length, then as many bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(string what, int bytesMax)
    {
        int length = ReadCount($"The length of {what}", 0, bytesMax);
        if (length > _code.Length - Offset)
        {
            throw Invalid("The code is cut short.", _code.Length);
        }
        ReadOnlySpan<byte> taken = _code.Slice(Offset, length);
        Offset += length;
        return taken;
    }

    public static InvalidCodeException Invalid(string what, int offset) =>
        new(what, string.Create(NumberFormatInfo.InvariantInfo, $"offset {offset}"));
}
