using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Granary.Cli;

/// <summary>
/// Keys of the state tree as text that can be typed: printable ASCII as it is, <c>\\</c> for a backslash, all other
/// bytes as <c>\xNN</c>. Reading also takes any other character, as its UTF-8.
/// </summary>
internal static class KeyText
{
    public static string Format(ReadOnlySpan<byte> key)
    {
        StringBuilder text = new(key.Length);
        foreach (byte b in key)
        {
            _ = b switch
            {
                (byte)'\\' => text.Append(@"\\"),
                >= 0x21 and <= 0x7E => text.Append((char)b),
                _ => text.Append(@"\x").Append(Convert.ToHexStringLower([b])),
            };
        }
        return text.ToString();
    }

    public static bool TryParse(string text, [NotNullWhen(true)] out byte[]? key)
    {
        key = null;
        List<byte> bytes = new(text.Length);
        Span<byte> utf8 = stackalloc byte[4];
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] == '\\')
            {
                if (!TryEscape(text, ref at, out byte escaped))
                {
                    return false;
                }
                bytes.Add(escaped);
                continue;
            }
            if (!Rune.TryGetRuneAt(text, at, out Rune rune))
            {
                return false;
            }
            bytes.AddRange(utf8[..rune.EncodeToUtf8(utf8)]);
            at += rune.Utf16SequenceLength;
        }
        key = [.. bytes];
        return true;
    }

    private static bool TryEscape(string text, ref int at, out byte escaped)
    {
        escaped = (byte)'\\';
        if (at + 1 < text.Length && text[at + 1] == '\\')
        {
            at += 2;
            return true;
        }
        Span<byte> one = stackalloc byte[1];
        if (at + 3 < text.Length && text[at + 1] == 'x'
            && Convert.FromHexString(text.AsSpan(at + 2, 2), one, out _, out _) == System.Buffers.OperationStatus.Done)
        {
            escaped = one[0];
            at += 4;
            return true;
        }
        return false;
    }
}
