using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>Results as text on standard output, notes on the error stream.</summary>
internal sealed class TextOutput(IConsoleIo io, bool isQuiet) : IOutput
{
    private readonly Screen _out = Screen.OfOut(io);
    private readonly Screen _error = Screen.OfError(io);

    public bool IsJson => false;

    public Screen? Attended => _error.IsTerminal && !isQuiet ? _error : null;

    public void Result(JsonObject json, Action<Screen> text) => text(_out);

    public void Item(JsonObject json, Action<Screen> text) => text(_out);

    public void Note(string text)
    {
        if (!isQuiet)
        {
            _out.EndGuestLine();
            _error.Line(text);
        }
    }
}
