using System.Globalization;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Values of the state tree as text for people.</summary>
internal static class ValueText
{
    private const int HexBytesMax = 64;

    private static ReadOnlySpan<byte> DataPrefix => "data/"u8;

    private static ReadOnlySpan<byte> MachinePrefix => "vm/"u8;

    /// <summary>In the form that was asked for; as hex when the value has no such form.</summary>
    public static string Format(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ValueForm form) => form switch
    {
        ValueForm.Auto => Auto(key, value),
        ValueForm.Text => TextForms.TryText(value, out string? text) ? Quote(text) : WholeHex(value),
        ValueForm.Cbor => CborText.TryFormat(value) ?? WholeHex(value),
        ValueForm.Int => TextForms.TryInteger(value, out ulong number) ? Integer(number) : WholeHex(value),
        _ => WholeHex(value),
    };

    // Programs store what they like, and 4 bytes that happen to be CBOR are more often a number; a machine's pages are
    // anything at all; all other keys hold the kernel's own records.
    private static string Auto(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return "(empty)";
        }
        bool isGuests = key.StartsWith(DataPrefix) || key.StartsWith(MachinePrefix);
        if (!isGuests && CborText.TryFormat(value) is { } cbor)
        {
            return cbor;
        }
        if (TextForms.TryText(value, out string? text))
        {
            return Quote(text);
        }
        if (value.Length is 4 or 8 && TextForms.TryInteger(value, out ulong number))
        {
            return $"{ShortHex(value)} ({Integer(number)})";
        }
        return ShortHex(value);
    }

    private static string Integer(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string ShortHex(ReadOnlySpan<byte> value) => value.Length <= HexBytesMax
        ? WholeHex(value)
        : $"{WholeHex(value[..HexBytesMax])}... ({TextForms.Bytes(value.Length)})";

    private static string WholeHex(ReadOnlySpan<byte> value) => TextForms.Hex(value);

    private static string Quote(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\t", "\\t", StringComparison.Ordinal) + "\"";
}
