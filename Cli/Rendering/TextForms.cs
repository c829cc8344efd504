using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>Bytes, times and amounts as text for people.</summary>
internal static class TextForms
{
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The text when the bytes are UTF-8 without control characters other than tab and line ends.</summary>
    public static bool TryText(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!TryUtf8(bytes, out string? candidate)
            || candidate.Any(c => char.IsControl(c) && c is not ('\t' or '\n' or '\r')))
        {
            return false;
        }
        text = candidate;
        return true;
    }

    /// <summary>The text when the bytes are UTF-8.</summary>
    public static bool TryUtf8(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (!System.Text.Unicode.Utf8.IsValid(bytes))
        {
            return false;
        }
        text = s_strict.GetString(bytes);
        return true;
    }

    /// <summary>What a program wrote, with what is not UTF-8 replaced.</summary>
    public static string Lenient(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Text as it is, other bytes as <c>0x...</c>.</summary>
    public static string TextOrHex(ReadOnlySpan<byte> bytes) => TryText(bytes, out string? text) ? text : Hex(bytes);

    /// <summary>As <see cref="TextOrHex"/>, without the line end that whoever prints it adds.</summary>
    public static string TextLineOrHex(ReadOnlySpan<byte> bytes)
    {
        string text = TextOrHex(bytes);
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    public static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>Escape sequences and other controls replaced, so that a program cannot command the terminal.</summary>
    public static string WithoutControls(string text)
    {
        if (!text.Any(IsCommanding))
        {
            return text;
        }
        return string.Create(text.Length, text, static (span, source) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = IsCommanding(source[i]) ? '\uFFFD' : source[i];
            }
        });
    }

    /// <summary>A whole number of 1 to 8 bytes, little-endian and unsigned.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        if (bytes.Length is 0 or > 8)
        {
            return false;
        }
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        bytes.CopyTo(wide);
        value = BinaryPrimitives.ReadUInt64LittleEndian(wide);
        return true;
    }

    public static string Gas(long gas) => gas == GasMeter.Unlimited ? "unlimited" : Count(gas);

    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    public static string Count(ulong count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A point in time, Unix milliseconds.</summary>
    public static string Time(long unixMilliseconds)
    {
        bool inRange = unixMilliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            && unixMilliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return inRange
            ? DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds)
                .ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
            : unixMilliseconds.ToString(CultureInfo.InvariantCulture) + " ms";
    }

    /// <summary>How long until a point in time: <c>in 4 s</c>, or <c>due</c>.</summary>
    public static string Until(long unixMilliseconds, long now)
    {
        if (unixMilliseconds <= now)
        {
            return "due";
        }
        decimal left = (decimal)unixMilliseconds - now;
        return left switch
        {
            < 1_000 => string.Create(CultureInfo.InvariantCulture, $"in {left} ms"),
            < 120_000 => string.Create(CultureInfo.InvariantCulture, $"in {left / 1_000:0.#} s"),
            < 7_200_000 => string.Create(CultureInfo.InvariantCulture, $"in {left / 60_000:0} min"),
            < 172_800_000 => string.Create(CultureInfo.InvariantCulture, $"in {left / 3_600_000:0} h"),
            _ => string.Create(CultureInfo.InvariantCulture, $"in {left / 86_400_000:0} d"),
        };
    }

    /// <summary>A span of time as one would type it: <c>1h</c>, <c>90s</c>, <c>1500ms</c>.</summary>
    public static string Duration(long milliseconds) => milliseconds switch
    {
        _ when milliseconds % 3_600_000 == 0 => Whole(milliseconds / 3_600_000, "h"),
        _ when milliseconds % 60_000 == 0 => Whole(milliseconds / 60_000, "m"),
        _ when milliseconds % 1_000 == 0 => Whole(milliseconds / 1_000, "s"),
        _ => Whole(milliseconds, "ms"),
    };

    public static string Bytes(long bytes) => bytes switch
    {
        1 => "1 byte",
        < 10_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} bytes"),
        < 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1024.0:N1} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:N1} MiB"),
    };

    private static string Whole(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");

    private static bool IsCommanding(char c) => char.IsControl(c) && c is not ('\t' or '\n' or '\r');
}
