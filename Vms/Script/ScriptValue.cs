using System.Globalization;

namespace Granary.Vms.Script;

/// <summary>What a variable or a literal holds: a signed 64-bit integer, or a byte string.</summary>
/// <remarks>Byte strings are never written to after they are made, so that values can share them.</remarks>
internal readonly struct ScriptValue
{
    /// <summary>The longest decimal text of an integer: a minus sign and 19 digits.</summary>
    public const int IntegerTextBytesMax = 20;

    private readonly byte[]? _bytes;

    public ScriptValue(long integer) => Integer = integer;

    public ScriptValue(byte[] bytes) => _bytes = bytes;

    public static ScriptValue Empty { get; } = new([]);

    public bool IsInteger => _bytes is null;

    /// <summary>The integer; 0 when this is a byte string.</summary>
    public long Integer { get; }

    /// <summary>Bytes that this value keeps alive: none for an integer.</summary>
    public int BytesHeld => _bytes?.Length ?? 0;

    /// <summary>The byte string, or null when this is an integer.</summary>
    public byte[]? Bytes => _bytes;

    /// <summary>The content as text: the bytes themselves, or the decimal text of the integer.</summary>
    /// <param name="scratch">Room for <see cref="IntegerTextBytesMax"/> bytes.</param>
    public ReadOnlySpan<byte> AsText(Span<byte> scratch)
    {
        if (_bytes is not null)
        {
            return _bytes;
        }
        Integer.TryFormat(scratch, out int written, default, NumberFormatInfo.InvariantInfo);
        return scratch[..written];
    }

    /// <summary>The content as an array of its own or a shared one that nobody writes to.</summary>
    public byte[] ToText()
    {
        Span<byte> scratch = stackalloc byte[IntegerTextBytesMax];
        return _bytes ?? AsText(scratch).ToArray();
    }

    /// <summary>Reads decimal text: an optional minus sign and digits, nothing else, within 64 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long integer)
    {
        integer = 0;
        bool negative = text.Length > 0 && text[0] == (byte)'-';
        ReadOnlySpan<byte> digits = negative ? text[1..] : text;
        if (digits.IsEmpty)
        {
            return false;
        }
        // Counted downwards, because the lowest integer has no positive counterpart.
        long value = 0;
        foreach (byte c in digits)
        {
            int digit = c - (byte)'0';
            if (digit is < 0 or > 9 || value < long.MinValue / 10 || value * 10 < long.MinValue + digit)
            {
                return false;
            }
            value = value * 10 - digit;
        }
        if (!negative && value == long.MinValue)
        {
            return false;
        }
        integer = negative ? value : -value;
        return true;
    }
}
