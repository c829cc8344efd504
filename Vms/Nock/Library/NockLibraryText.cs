using System.Globalization;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>A piece of the library's source: a word, or a list of pieces.</summary>
internal sealed record NockLibraryText(string Word, IReadOnlyList<NockLibraryText> Items)
{
    public bool IsList => Word.Length == 0;

    /// <summary>The first word of a list.</summary>
    public string Form => IsList && Items.Count > 0 ? Items[0].Word : "";

    /// <summary>The lists of a text, one after the other; <c>;</c> begins a comment.</summary>
    public static IReadOnlyList<NockLibraryText> ReadAll(string text)
    {
        Stack<List<NockLibraryText>> open = new();
        open.Push([]);
        foreach (string line in text.Split('\n'))
        {
            string code = line.Split(';')[0].Replace("(", " ( ", StringComparison.Ordinal)
                .Replace(")", " ) ", StringComparison.Ordinal);
            foreach (string word in code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            {
                if (word == "(")
                {
                    open.Push([]);
                }
                else if (word == ")")
                {
                    List<NockLibraryText> items = open.Pop();
                    open.Peek().Add(new NockLibraryText("", items));
                }
                else
                {
                    open.Peek().Add(new NockLibraryText(word, []));
                }
            }
        }
        return open.Count == 1
            ? open.Pop()
            : throw new InvalidOperationException("The library's text ends inside a list.");
    }

    /// <summary>The atom of a number or of a word in quotes; null for any other word.</summary>
    public Atom? TryAtom()
    {
        if (Word.Length > 2 && Word[0] == '\'')
        {
            return Atom.FromText(Word[1..^1]);
        }
        return BigInteger.TryParse(Word, NumberStyles.None, NumberFormatInfo.InvariantInfo, out BigInteger number)
            ? Atom.FromBigInteger(number)
            : null;
    }
}
