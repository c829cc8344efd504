using System.Text;

namespace Granary.Vms.Nock;

/// <summary>The text of <c>.nock</c> files: noun text with comments and words.</summary>
/// <remarks>
/// <c>%word</c> is the atom of the word's letters, <c>'text'</c> that of any text without a quote or line end;
/// both take the place of an atom.
/// </remarks>
internal static class NockText
{
    /// <summary>The text with blanks in place of comments, so that places stay what they are.</summary>
    public static char[] WithoutComments(string text)
    {
        char[] clean = text.ToCharArray();
        bool quoted = false;
        for (int i = 0; i < clean.Length; i++)
        {
            quoted = clean[i] == '\'' ? !quoted : quoted && clean[i] != '\n';
            if (quoted || clean[i] != ':' || i + 1 == clean.Length || clean[i + 1] != ':')
            {
                continue;
            }
            for (; i < clean.Length && clean[i] != '\n'; i++)
            {
                clean[i] = ' ';
            }
        }
        return clean;
    }

    /// <exception cref="NounFormatException">The text is not one noun.</exception>
    public static Noun Parse(ReadOnlySpan<char> text) => NounText.Parse(text, words: true);

    /// <summary>A word or a quoted text at a place, or null when there is none.</summary>
    public static Atom? TryWord(ReadOnlySpan<char> text, ref int at)
    {
        int start = at;
        int end = start + 1;
        if (text[start] == '\'')
        {
            while (end < text.Length && text[end] is not ('\'' or '\n'))
            {
                end++;
            }
            if (end == text.Length || text[end] == '\n')
            {
                throw new NounFormatException("The quote is not closed on its line.", start);
            }
            at = end + 1;
            return Cord(text[(start + 1)..end]);
        }
        if (text[start] != '%')
        {
            return null;
        }
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '-'))
        {
            end++;
        }
        if (end == start + 1)
        {
            throw new NounFormatException("A word follows %.", start);
        }
        at = end;
        return Cord(text[(start + 1)..end]);
    }

    private static Atom Cord(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return Atom.FromBytes(bytes);
    }
}
