using System.Globalization;
using System.Numerics;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>
/// Nouns as text: an atom is a decimal number, in which dots between digits mean nothing; a cell is <c>[a b]</c>, and
/// <c>[a b c]</c> is <c>[a [b c]]</c>; white space separates.
/// </summary>
public static class NounText
{
    /// <summary>Atoms longer than this are printed as hexadecimal when the room is limited: decimal takes time that
    /// grows with the square.</summary>
    private const int DecimalBitsMax = 1 << 14;

    /// <summary>Reads a text that holds exactly one noun.</summary>
    /// <exception cref="NounFormatException">It does not; the position is a character.</exception>
    public static Noun Parse(ReadOnlySpan<char> text) => Parse(text, words: false);

    /// <param name="words">Allow <c>%word</c> and <c>'text'</c> for atoms.</param>
    internal static Noun Parse(ReadOnlySpan<char> text, bool words)
    {
        // The open cells: the parts found so far of each, one after the other, and where each begins.
        List<Noun> parts = [];
        List<int> open = [];
        int at = 0;
        while (true)
        {
            at = SkipBlanks(text, at);
            if (at == text.Length)
            {
                break;
            }
            if (open.Count == 0 && parts.Count > 0)
            {
                throw new NounFormatException("A second noun follows the first.", at);
            }
            char c = text[at];
            if (c == '[')
            {
                open.Add(parts.Count);
                at++;
            }
            else if (c == ']')
            {
                Close(parts, open, at++);
            }
            else
            {
                parts.Add((words ? NockText.TryWord(text, ref at) : null) ?? ParseAtom(text, ref at));
            }
        }
        if (open.Count > 0)
        {
            throw new NounFormatException($"The text ends inside {open.Count} open cells.", at);
        }
        return parts.Count == 1 ? parts[0] : throw new NounFormatException("There is no noun.", at);
    }

    /// <summary>The noun with the fewest brackets, atoms in decimal without dots.</summary>
    /// <param name="noun">The noun; shared parts are printed as often as they occur.</param>
    /// <param name="charsMax">When the text would be longer it ends early, with <c>...</c>.</param>
    public static string Print(Noun noun, int charsMax = int.MaxValue)
    {
        StringBuilder text = new();
        // A null closes a cell. The tail of a cell goes on without a bracket of its own.
        Stack<(Noun? Noun, bool IsTail)> open = new();
        open.Push((noun, false));
        while (open.TryPop(out (Noun? Noun, bool IsTail) next))
        {
            if (text.Length > charsMax)
            {
                return text.Append("...").ToString();
            }
            switch (next.Noun)
            {
                case null:
                    text.Append(']');
                    break;
                case Atom atom:
                    text.Append(PrintAtom(atom, charsMax));
                    break;
                case Cell cell:
                    if (!next.IsTail)
                    {
                        text.Append('[');
                        open.Push((null, false));
                    }
                    open.Push((cell.Tail, true));
                    open.Push((cell.Head, false));
                    continue;
            }
            if (open.TryPeek(out (Noun? Noun, bool IsTail) after) && after.Noun is not null)
            {
                text.Append(' ');
            }
        }
        return text.ToString();
    }

    private static string PrintAtom(Atom atom, int charsMax) =>
        charsMax < int.MaxValue && atom.BitLength > DecimalBitsMax
            ? string.Create(NumberFormatInfo.InvariantInfo,
                $"0x{atom.Word(atom.WordCount - 1):x}...({atom.ByteLength} bytes)")
            : atom.ToBigInteger().ToString(NumberFormatInfo.InvariantInfo);

    private static void Close(List<Noun> parts, List<int> open, int at)
    {
        if (open.Count == 0)
        {
            throw new NounFormatException("This bracket closes nothing.", at);
        }
        int first = open[^1];
        open.RemoveAt(open.Count - 1);
        if (parts.Count - first < 2)
        {
            throw new NounFormatException("A cell has at least two parts.", at);
        }
        Noun cell = parts[^1];
        for (int i = parts.Count - 2; i >= first; i--)
        {
            cell = new Cell(parts[i], cell);
        }
        parts.RemoveRange(first, parts.Count - first);
        parts.Add(cell);
    }

    private static Atom ParseAtom(ReadOnlySpan<char> text, ref int at)
    {
        int start = at;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || IsInnerDot(text, at, start)))
        {
            at++;
        }
        if (at == start || (at < text.Length && text[at] is not ('[' or ']') && !IsBlank(text[at])))
        {
            throw new NounFormatException("An atom is a decimal number.", at);
        }
        ReadOnlySpan<char> digits = text[start..at];
        if (digits.Contains('.'))
        {
            digits = digits.ToString().Replace(".", "", StringComparison.Ordinal);
        }
        return digits.Length <= 19
            ? Atom.Of(ulong.Parse(digits, NumberStyles.None, NumberFormatInfo.InvariantInfo))
            : Atom.FromBigInteger(BigInteger.Parse(digits, NumberStyles.None, NumberFormatInfo.InvariantInfo));
    }

    private static bool IsInnerDot(ReadOnlySpan<char> text, int at, int start) => text[at] == '.' && at > start
        && char.IsAsciiDigit(text[at - 1]) && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);

    private static int SkipBlanks(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && IsBlank(text[at]))
        {
            at++;
        }
        return at;
    }

    private static bool IsBlank(char c) => c is ' ' or (>= '\t' and <= '\r');
}
