using System.Globalization;
using System.Text;

namespace Granary.Kernels;

/// <summary>Canonical CBOR as text for people: the diagnostic notation of RFC 8949, section 8.</summary>
public static class CborText
{
    public const int DepthMax = 32;
    public const int CharsMax = 4096;
    public const int BytesMax = 64 * 1024;

    private const string Cut = "...";

    /// <summary>
    /// One item such as <c>["a", 12, h'00ff']</c>; cut off with three dots behind <see cref="CharsMax"/> characters.
    /// Null when the bytes are not exactly one item of what <see cref="CborReader"/> reads, are more than
    /// <see cref="BytesMax"/>, or nest deeper than <see cref="DepthMax"/>.
    /// </summary>
    public static string? TryFormat(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > BytesMax)
        {
            return null;
        }
        StringBuilder text = new();
        CborReader reader = new(bytes);
        try
        {
            if (!TryWriteItem(ref reader, text, bytes.Length, DepthMax))
            {
                return null;
            }
            reader.ExpectEnd();
        }
        catch (CborException)
        {
            return null;
        }
        if (text.Length > CharsMax)
        {
            // Half a surrogate pair would be no valid text.
            text.Length = char.IsHighSurrogate(text[CharsMax - 1]) ? CharsMax - 1 : CharsMax;
            text.Append(Cut);
        }
        return text.ToString();
    }

    private static bool TryWriteItem(ref CborReader reader, StringBuilder text, int bytesMax, int depthLeft)
    {
        if (depthLeft == 0)
        {
            return false;
        }
        switch (reader.PeekType())
        {
            case CborType.UnsignedInteger:
                Append(text, reader.ReadUInt64().ToString(NumberFormatInfo.InvariantInfo));
                return true;
            case CborType.NegativeInteger:
                Append(text, reader.ReadInt64().ToString(NumberFormatInfo.InvariantInfo));
                return true;
            case CborType.Bytes:
                AppendBytes(text, reader.ReadBytes(bytesMax));
                return true;
            case CborType.Text:
                AppendText(text, reader.ReadText(bytesMax));
                return true;
            case CborType.Bool:
                Append(text, reader.ReadBool() ? "true" : "false");
                return true;
            case CborType.Null:
                reader.TryReadNull();
                Append(text, "null");
                return true;
            case CborType.Undefined:
                reader.TryReadUndefined();
                Append(text, "undefined");
                return true;
            case CborType.Tag:
                Append(text, reader.ReadTag().ToString(NumberFormatInfo.InvariantInfo));
                Append(text, "(");
                bool written = TryWriteItem(ref reader, text, bytesMax, depthLeft - 1);
                Append(text, ")");
                return written;
            case CborType.Array:
                return TryWriteArray(ref reader, text, bytesMax, depthLeft);
            default:
                return false;
        }
    }

    private static bool TryWriteArray(ref CborReader reader, StringBuilder text, int bytesMax, int depthLeft)
    {
        int count = reader.ReadArray();
        Append(text, "[");
        for (int i = 0; i < count; i++)
        {
            Append(text, i == 0 ? "" : ", ");
            if (!TryWriteItem(ref reader, text, bytesMax, depthLeft - 1))
            {
                return false;
            }
        }
        Append(text, "]");
        return true;
    }

    // Behind the limit the items are still read, because half of a value is no reason to call the rest CBOR.
    private static void Append(StringBuilder text, string part)
    {
        if (text.Length <= CharsMax)
        {
            text.Append(part);
        }
    }

    private static void AppendBytes(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        if (text.Length <= CharsMax)
        {
            text.Append("h'").Append(Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, CharsMax)])).Append('\'');
        }
    }

    private static void AppendText(StringBuilder text, string content)
    {
        if (text.Length > CharsMax)
        {
            return;
        }
        text.Append('"');
        foreach (char unit in content.AsSpan(0, Math.Min(content.Length, CharsMax)))
        {
            if (unit is '"' or '\\')
            {
                text.Append('\\').Append(unit);
            }
            else if (char.IsControl(unit))
            {
                text.Append("\\u").Append(((int)unit).ToString("x4", NumberFormatInfo.InvariantInfo));
            }
            else
            {
                text.Append(unit);
            }
        }
        text.Append('"');
    }
}
