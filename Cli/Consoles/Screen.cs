using Spectre.Console;

namespace Granary.Cli;

/// <summary>Writes text for people: lines that are never wrapped, tables, and colour on terminals.</summary>
internal sealed class Screen
{
    // Wide enough that nothing is cut: programs read lines, and people copy hashes.
    private const int TableWidth = 10_000;

    private readonly TextWriter _writer;
    private readonly bool _ansi;
    private readonly bool _colour;
    private readonly int _width;
    private bool _isMidLine;

    private Screen(TextWriter writer, bool isTerminal, IConsoleIo io)
    {
        _writer = writer;
        IsTerminal = isTerminal;
        _width = io.Width;
        _ansi = isTerminal && io.Variable("TERM") != "dumb";
        _colour = _ansi && string.IsNullOrEmpty(io.Variable("NO_COLOR"));
    }

    public bool IsTerminal { get; }

    public static Screen OfOut(IConsoleIo io) => new(io.Out, io.OutIsTerminal, io);

    public static Screen OfError(IConsoleIo io) => new(io.Error, io.ErrorIsTerminal, io);

    public void Line(string text) => _writer.Write(text + "\n");

    /// <summary>What a program printed, as it is; on a terminal without what would command the terminal.</summary>
    public void Guest(string text)
    {
        _writer.Write(IsTerminal ? TextForms.WithoutControls(text) : text);
        _isMidLine = text.Length == 0 ? _isMidLine : text[^1] != '\n';
    }

    /// <summary>On a terminal: ends the line that a program left open.</summary>
    public void EndGuestLine()
    {
        if (_isMidLine && IsTerminal)
        {
            _writer.Write("\n");
        }
        _isMidLine = false;
    }

    public string Paint(string text, ScreenColour colour) =>
        _colour ? $"\u001b[{(int)colour}m{text}\u001b[0m" : text;

    /// <summary>A table without lines; columns that begin with '>' are flush right.</summary>
    public void Table(IReadOnlyList<string> headers, IEnumerable<IReadOnlyList<string>> rows)
    {
        Table table = new Table().Border(TableBorder.None);
        foreach (string header in headers)
        {
            bool right = header.StartsWith('>');
            TableColumn column = new(new Text(right ? header[1..] : header, new Style(decoration: Decoration.Bold)))
            {
                Alignment = right ? Justify.Right : Justify.Left,
                NoWrap = true,
            };
            table.AddColumn(column);
        }
        foreach (IReadOnlyList<string> row in rows)
        {
            table.AddRow(row.Select(cell => new Text(cell)));
        }
        using StringWriter lines = new();
        NewConsole(lines, TableWidth).Write(table);
        foreach (string line in lines.ToString().Split('\n')[..^1])
        {
            Line(line.TrimEnd());
        }
    }

    /// <summary>Spectre's console over the same writer, for progress bars.</summary>
    public IAnsiConsole ToAnsiConsole() => NewConsole(_writer, _width);

    private IAnsiConsole NewConsole(TextWriter writer, int width)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = _ansi ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = _colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = _ansi ? InteractionSupport.Yes : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        return console;
    }
}
