using System.CommandLine;

namespace Granary.Cli;

/// <summary>Turns what the parser did not understand into one sentence and one piece of advice.</summary>
internal static class UsageCheck
{
    /// <exception cref="UsageException">The command line is wrong.</exception>
    public static void Require(ParseResult parsed, bool inShell = false)
    {
        if (parsed.Errors.Count == 0)
        {
            return;
        }
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand && parsed.UnmatchedTokens is [string word, ..])
        {
            string near = Nearest(word, command.Subcommands.Select(c => c.Name)) is { } name
                ? $"Did you mean '{name}'? "
                : "";
            string all = inShell ? "help" : "granary --help";
            throw new UsageException($"There is no command '{word}'.", $"{near}All commands: {all}.");
        }
        string what = string.Join(' ', parsed.Errors.Select(e => EndSentence(e.Message)).Distinct());
        string help = inShell ? $"help {command.Name}"
            : command is RootCommand ? "granary --help"
            : $"granary {command.Name} --help";
        throw new UsageException(what, $"See {help}.");
    }

    /// <summary>The candidate that a mistyped word is nearest to, when one is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) => candidates
        .Select(candidate => (candidate, distance: Distance(word, candidate)))
        .Where(pair => pair.distance <= Math.Max(1, pair.candidate.Length / 3))
        .OrderBy(pair => pair.distance)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    private static string EndSentence(string text) => text.EndsWith('.') ? text : text + ".";

    // Insertions, deletions and exchanges of one character.
    private static int Distance(string a, string b)
    {
        int[] above = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int exchanged = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                row[j] = Math.Min(exchanged, Math.Min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.Length];
    }
}
