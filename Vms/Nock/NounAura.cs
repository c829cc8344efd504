using System.Globalization;
using System.Numerics;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>
/// Atoms in four of Urbit's notations: <c>ud</c> 1.234, <c>ux</c> 0x1.2345, <c>uv</c> 0v9.38ljo, <c>uw</c> 0w4.14141.
/// Digits are grouped by three (ud), four (ux) or five (uv, uw), counted from the right.
/// </summary>
public static class NounAura
{
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-~";

    /// <summary>The notations there are.</summary>
    public static IReadOnlyList<string> Names { get; } = ["ud", "ux", "uv", "uw"];

    /// <summary>The atom in a notation of <see cref="Names"/>.</summary>
    public static string Print(Atom atom, string aura) => aura switch
    {
        "ud" => Group(atom.ToBigInteger().ToString(NumberFormatInfo.InvariantInfo), 3),
        "ux" => "0x" + Group(Power(atom, 4), 4),
        "uv" => "0v" + Group(Power(atom, 5), 5),
        "uw" => "0w" + Group(Power(atom, 6), 5),
        _ => throw new ArgumentException($"There is no notation '{aura}'.", nameof(aura)),
    };

    /// <summary>Reads exactly what <see cref="Print"/> writes.</summary>
    public static bool TryParse(string text, string aura, out Atom atom)
    {
        (string prefix, int bits) = aura switch
        {
            "ud" => ("", 0),
            "ux" => ("0x", 4),
            "uv" => ("0v", 5),
            "uw" => ("0w", 6),
            _ => throw new ArgumentException($"There is no notation '{aura}'.", nameof(aura)),
        };
        atom = Atom.Zero;
        if (!text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }
        string digits = text[prefix.Length..].Replace(".", "", StringComparison.Ordinal);
        int radix = bits == 0 ? 10 : 1 << bits;
        if (digits.Length == 0 || digits.Any(c => Digits.IndexOf(c, StringComparison.Ordinal) is var d
            && (d < 0 || d >= radix)))
        {
            return false;
        }
        atom = bits == 0
            ? Atom.FromBigInteger(BigInteger.Parse(digits, NumberStyles.None, NumberFormatInfo.InvariantInfo))
            : FromPower(digits, bits);
        // Leading zeros and dots in other places are no notation of anything.
        return Print(atom, aura) == text;
    }

    private static string Power(Atom atom, int bits)
    {
        int count = (int)Math.Max(1, (atom.BitLength + bits - 1) / bits);
        return string.Create(count, (atom, bits), static (text, state) =>
        {
            for (int i = 0; i < text.Length; i++)
            {
                int digit = 0;
                for (int bit = state.bits - 1; bit >= 0; bit--)
                {
                    digit = (digit << 1) | (state.atom.Bit(((long)i * state.bits) + bit) ? 1 : 0);
                }
                text[text.Length - 1 - i] = Digits[digit];
            }
        });
    }

    private static Atom FromPower(string digits, int bits)
    {
        ulong[] words = new ulong[((long)digits.Length * bits / 64) + 1];
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = Digits.IndexOf(digits[digits.Length - 1 - i], StringComparison.Ordinal);
            for (int bit = 0; bit < bits; bit++)
            {
                long position = ((long)i * bits) + bit;
                words[position / 64] |= ((ulong)(digit >> bit) & 1) << (int)(position % 64);
            }
        }
        return Atom.FromWords(words);
    }

    private static string Group(string digits, int size)
    {
        StringBuilder text = new();
        for (int i = 0; i < digits.Length; i++)
        {
            if (i > 0 && (digits.Length - i) % size == 0)
            {
                text.Append('.');
            }
            text.Append(digits[i]);
        }
        return text.ToString();
    }
}
