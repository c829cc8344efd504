using System.Text;

namespace Granary.Cli.Tests;

/// <summary>
/// <c>docs/cli.md</c> against the real commands. What follows its marker is made of them; GRANARY_BLESS=1 rewrites it.
/// </summary>
public sealed class ReferenceTests
{
    private const string Marker = "<!-- made of the commands by ReferenceTests; GRANARY_BLESS=1 rewrites it -->\n";

    [Fact]
    public void The_reference_says_what_the_commands_say()
    {
        string path = FindPath();
        string text = File.ReadAllText(path).ReplaceLineEndings("\n");
        int at = text.IndexOf(Marker, StringComparison.Ordinal);
        Assert.True(at > 0, $"{path} lacks its marker.");
        string whole = text[..(at + Marker.Length)] + Reference();
        if (Environment.GetEnvironmentVariable("GRANARY_BLESS") == "1")
        {
            File.WriteAllText(path, whole);
        }
        Assert.Equal(whole, File.ReadAllText(path).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void The_reference_mentions_each_command_option_and_exit_code()
    {
        string text = File.ReadAllText(FindPath());
        CommandTree tree = CommandTree.OfProcess();
        foreach (CliCommand command in tree.Commands.Concat(CommandTree.OfShell(new ShellState()).Commands))
        {
            Assert.Contains($"### {command.Name}\n", text);
            Assert.All(command.Options, o => Assert.Contains($"`{HelpText.OptionLabel(o)}`", text));
        }
        Assert.All(tree.Root.Options, o => Assert.Contains($"`{HelpText.OptionLabel(o)}`", text));
        Assert.All(ExitCodes.Table, row => Assert.Contains($"| {row.Code} | {row.Meaning} |", text));
    }

    private static string Reference()
    {
        StringBuilder text = new();
        CommandTree tree = CommandTree.OfProcess();
        text.Append("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
        foreach ((string code, string meaning) in ExitCodes.Table)
        {
            text.Append($"| {code} | {meaning} |\n");
        }
        text.Append("\n## Options of every command\n\n");
        Append(text, tree.Root.Options.Select(o => (HelpText.OptionLabel(o), o.Description)));
        text.Append("\n## Commands\n");
        foreach (CliCommand command in tree.Commands)
        {
            Append(text, command, "granary ");
        }
        text.Append("\n## Commands of the shell\n\nBesides these it has the commands above that work on kernels.\n");
        HashSet<string> known = [.. tree.Commands.Select(c => c.Name)];
        CommandTree shell = CommandTree.OfShell(new ShellState());
        foreach (CliCommand command in shell.Commands.Where(c => !known.Contains(c.Name)))
        {
            Append(text, command, "");
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, CliCommand command, string prefix)
    {
        text.Append($"\n### {command.Name}\n\n{command.Description}\n\n    {prefix}{HelpText.Usage(command)}\n");
        if (command.Arguments.Count + command.Options.Count > 0)
        {
            text.Append('\n');
        }
        Append(text, command.Arguments.Select(a => (a.Name, a.Description)));
        Append(text, command.Options.Select(o => (HelpText.OptionLabel(o), o.Description)));
        if (command.Remarks.Length > 0)
        {
            text.Append('\n').Append(command.Remarks.Replace("\n", "\n\n")).Append('\n');
        }
        text.Append('\n');
        foreach (CommandExample example in command.Examples)
        {
            text.Append($"    {example.Line}\n").Append($"        # {example.Meaning}\n");
        }
    }

    private static void Append(StringBuilder text, IEnumerable<(string Name, string? Description)> rows)
    {
        foreach ((string name, string? description) in rows)
        {
            text.Append($"- `{name}`: {description}\n");
        }
    }

    private static string FindPath()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "docs", "cli.md");
            if (File.Exists(path))
            {
                return path;
            }
        }
        throw new FileNotFoundException("docs/cli.md is not above the tests.");
    }
}
