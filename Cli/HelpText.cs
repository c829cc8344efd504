using System.CommandLine;

namespace Granary.Cli;

/// <summary>Help pages, made from the command tree.</summary>
internal static class HelpText
{
    private const int NameWidth = 26;
    private const int TextWidth = 82;

    public static void Write(Screen screen, CommandTree tree, Command command)
    {
        List<string> lines = command is CliCommand one ? OfCommand(tree, one) : OfRoot(tree);
        foreach (string line in lines)
        {
            screen.Line(line);
        }
    }

    /// <summary>The overview of the shell.</summary>
    public static IEnumerable<string> OfShell(CommandTree shell) =>
    [
        "A lone '.' instead of a kernel's id means the one that was bound last. 'help COMMAND' tells more.",
        "",
        .. Rows(shell.Commands.Select(c => (Usage(c), c.Description ?? ""))),
    ];

    /// <summary>One command of the shell.</summary>
    public static IEnumerable<string> OfShellCommand(CliCommand command) => Page(command, "");

    /// <summary>For example <c>send ID [ENTRY] [PAYLOAD] [options]</c>.</summary>
    public static string Usage(Command command)
    {
        IEnumerable<string> arguments = command.Arguments.Select(argument =>
            argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name);
        string options = command.Options.Count > 0 ? " [options]" : "";
        return string.Join(' ', [command.Name, .. arguments]) + options;
    }

    /// <summary>For example <c>--gas N</c>, or <c>--output, -o FILE</c>.</summary>
    public static string OptionLabel(Option option)
    {
        IEnumerable<string> names = [option.Name, .. option.Aliases.Where(a => a.StartsWith('-')).Order()];
        string value = option.ValueType == typeof(bool) || option.HelpName is null ? "" : " " + option.HelpName;
        return string.Join(", ", names) + value;
    }

    private static List<string> OfRoot(CommandTree tree)
    {
        return
        [
            $"granary {GranaryCli.Version}: {tree.Root.Description}",
            "",
            "Usage: granary COMMAND [arguments] [options]",
            "",
            "Commands:",
            .. Rows(tree.Commands.Select(c => (c.Name, c.Description ?? ""))),
            "",
            "Options:",
            .. Rows(tree.Root.Options.Select(o => (OptionLabel(o), o.Description ?? ""))),
            "",
            "Examples:",
            .. ExampleLines([
                new CommandExample("granary run hello.mova", "runs a program; what it does survives a crash"),
                new CommandExample("granary ps", "shows the kernels of the data folder"),
                new CommandExample("granary send --help", "shows what a command can do"),
            ]),
            "",
            "Exit codes:",
            .. Rows(ExitCodes.Table.Select(row => (row.Code, row.Meaning))),
        ];
    }

    private static List<string> OfCommand(CommandTree tree, CliCommand command) =>
        [.. Page(command, "granary "), "", .. GlobalOptionLines(tree)];

    private static List<string> Page(CliCommand command, string prefix)
    {
        List<string> lines = [.. Wrap(command.Description ?? "", NameWidth + TextWidth), ""];
        if (command.Remarks.Length > 0)
        {
            lines.AddRange(command.Remarks.Split('\n').SelectMany(r => Wrap(r, NameWidth + TextWidth)));
            lines.Add("");
        }
        lines.Add($"Usage: {prefix}{Usage(command)}");
        if (command.Arguments.Count > 0)
        {
            lines.AddRange(["", "Arguments:"]);
            lines.AddRange(Rows(command.Arguments.Select(a => (a.Name, a.Description ?? ""))));
        }
        if (command.Options.Count > 0)
        {
            lines.AddRange(["", "Options:"]);
            lines.AddRange(Rows(command.Options.Select(o => (OptionLabel(o), o.Description ?? ""))));
        }
        lines.AddRange(["", "Examples:"]);
        lines.AddRange(ExampleLines(command.Examples));
        return lines;
    }

    private static IEnumerable<string> GlobalOptionLines(CommandTree tree) =>
    [
        "Options of every command:",
        .. Rows(tree.Root.Options.Where(o => o.Recursive).Select(o => (OptionLabel(o), o.Description ?? ""))),
    ];

    private static IEnumerable<string> ExampleLines(IEnumerable<CommandExample> examples) =>
        examples.SelectMany(example => new[] { $"  {example.Line}", $"      {example.Meaning}" });

    private static IEnumerable<string> Rows(IEnumerable<(string Name, string Text)> rows)
    {
        foreach ((string name, string text) in rows)
        {
            bool fits = name.Length < NameWidth - 2;
            string label = fits ? ("  " + name).PadRight(NameWidth) : "";
            if (!fits)
            {
                yield return "  " + name;
            }
            string indent = new(' ', NameWidth);
            bool isFirst = fits;
            foreach (string line in Wrap(text, TextWidth))
            {
                yield return ((isFirst ? label : indent) + line).TrimEnd();
                isFirst = false;
            }
        }
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = word;
            }
            else
            {
                line = line.Length == 0 ? word : $"{line} {word}";
            }
        }
        yield return line;
    }
}
