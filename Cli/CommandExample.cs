namespace Granary.Cli;

/// <summary>A line that one can type, and what it does.</summary>
internal sealed record CommandExample(string Line, string Meaning);
