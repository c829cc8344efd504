using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>One JSON document a line.</summary>
internal sealed class JsonOutput(IConsoleIo io) : IOutput
{
    public bool IsJson => true;

    public Screen? Attended => null;

    public void Result(JsonObject json, Action<Screen> text) => io.Out.Write(JsonForms.ToLine(json));

    public void Item(JsonObject json, Action<Screen> text) => io.Out.Write(JsonForms.ToLine(json));

    public void Note(string text)
    {
    }
}
