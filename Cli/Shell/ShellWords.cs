using System.Text;

namespace Granary.Cli;

/// <summary>
/// Splits a line of the shell into words: spaces separate, single quotes keep everything, double quotes keep all but
/// <c>\"</c> and <c>\\</c>, and <c>#</c> at the beginning of a word begins a comment.
/// </summary>
internal static class ShellWords
{
    /// <exception cref="UsageException">A quote is not closed.</exception>
    public static List<string> Split(string line)
    {
        List<string> words = [];
        int at = 0;
        while (true)
        {
            while (at < line.Length && char.IsWhiteSpace(line[at]))
            {
                at++;
            }
            if (at == line.Length || line[at] == '#')
            {
                return words;
            }
            words.Add(Word(line, ref at));
        }
    }

    private static string Word(string line, ref int at)
    {
        StringBuilder word = new();
        while (at < line.Length && !char.IsWhiteSpace(line[at]))
        {
            char c = line[at++];
            if (c is '\'' or '"')
            {
                Quoted(line, c, word, ref at);
            }
            else
            {
                word.Append(c);
            }
        }
        return word.ToString();
    }

    private static void Quoted(string line, char quote, StringBuilder word, ref int at)
    {
        int from = at;
        while (at < line.Length && line[at] != quote)
        {
            bool isEscape = quote == '"' && line[at] == '\\' && at + 1 < line.Length
                && (line[at + 1] is '"' or '\\');
            at += isEscape ? 1 : 0;
            word.Append(line[at++]);
        }
        if (at == line.Length)
        {
            throw new UsageException($"The quote at character {from} is not closed.");
        }
        at++;
    }
}
