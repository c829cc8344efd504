using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>
/// Where a command puts what it found. Each thing comes both ways, as JSON for programs and as text for people, and the
/// output takes the one that the user asked for.
/// </summary>
internal interface IOutput
{
    /// <summary>True when text for people is not wanted.</summary>
    bool IsJson { get; }

    /// <summary>The command's one result.</summary>
    void Result(JsonObject json, Action<Screen> text);

    /// <summary>One of many: each is a JSON line.</summary>
    void Item(JsonObject json, Action<Screen> text);

    /// <summary>What the user should know besides the result; for people only, and on the error stream.</summary>
    void Note(string text);

    /// <summary>The screen for progress and questions, or null when nobody looks.</summary>
    Screen? Attended { get; }
}
