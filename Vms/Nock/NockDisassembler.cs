using System.Globalization;
using System.Text;

namespace Granary.Vms.Nock;

/// <summary>Code as text: the noun with a line for each cell that is wide.</summary>
internal static class NockDisassembler
{
    private const int LineChars = 100;
    private const int CharsMax = 4 << 20;

    /// <summary>The text reads back to the same code when the noun is not larger than some megabytes of it.</summary>
    public static string Disassemble(ReadOnlySpan<byte> code)
    {
        Noun noun;
        try
        {
            noun = NounJam.Cue(code);
        }
        catch (NounFormatException wrong)
        {
            return string.Create(NumberFormatInfo.InvariantInfo,
                $":: no jammed noun at bit {wrong.Position}: {wrong.Message}\n:: {Convert.ToHexStringLower(code)}\n");
        }
        StringBuilder text = new();
        // What to write next: a noun at a depth of indentation, or a closing bracket.
        Stack<(Noun? Noun, int Depth)> open = new();
        open.Push((noun, 0));
        while (open.TryPop(out (Noun? Noun, int Depth) next))
        {
            if (text.Length > CharsMax)
            {
                return text.Append(":: ... and more\n").ToString();
            }
            text.Append(' ', Math.Min(2 * next.Depth, LineChars));
            if (next.Noun is null)
            {
                text.Append("]\n");
                continue;
            }
            string line = NounText.Print(next.Noun, LineChars);
            if (next.Noun is Atom || (line.Length <= LineChars && !line.EndsWith("...", StringComparison.Ordinal)))
            {
                text.Append(next.Noun is Atom ? NounText.Print(next.Noun) : line).Append('\n');
                continue;
            }
            text.Append("[\n");
            open.Push((null, next.Depth));
            List<Noun> items = [];
            Noun rest = next.Noun;
            while (rest is Cell cell)
            {
                items.Add(cell.Head);
                rest = cell.Tail;
            }
            open.Push((rest, next.Depth + 1));
            for (int i = items.Count - 1; i >= 0; i--)
            {
                open.Push((items[i], next.Depth + 1));
            }
        }
        return text.ToString();
    }
}
