using System.Globalization;

namespace Granary.Vms;

/// <summary>Names an engine and the version of its semantics, for example <c>mova@1</c>.</summary>
/// <remarks>A version changes whenever the same code could run differently: results, gas or saved bytes.</remarks>
public readonly record struct EngineId(string Name, int Version)
{
    /// <summary>Reads <c>name@version</c>; the name is 1 to 32 of <c>a-z 0-9 -</c>, the version 1 or more.</summary>
    public static bool TryParse(string text, out EngineId id)
    {
        id = default;
        int at = text.IndexOf('@', StringComparison.Ordinal);
        if (at is < 1 or > 32)
        {
            return false;
        }
        foreach (char c in text.AsSpan(0, at))
        {
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-')
            {
                return false;
            }
        }
        ReadOnlySpan<char> digits = text.AsSpan(at + 1);
        if (!int.TryParse(digits, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int version) || version < 1)
        {
            return false;
        }
        id = new EngineId(text[..at], version);
        return true;
    }

    public override string ToString() => string.Create(NumberFormatInfo.InvariantInfo, $"{Name}@{Version}");
}
