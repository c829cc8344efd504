using Granary.Vms;

namespace Granary.Cli;

/// <summary>A source file that does not compile, with the text so that the place can be shown.</summary>
internal sealed class SourceFileException(string path, string text, SourceException inner)
    : Exception(inner.Message, inner)
{
    public string Path { get; } = path;

    public string What { get; } = inner.What;

    public int Line { get; } = inner.Line;

    public int Column { get; } = inner.Column;

    /// <summary>The line in question, or empty when the text has no such line.</summary>
    public string SourceLine { get; } = FindLine(text, inner.Line);

    private static string FindLine(string text, int line)
    {
        int number = 0;
        foreach (ReadOnlySpan<char> candidate in text.AsSpan().EnumerateLines())
        {
            number++;
            if (number == line)
            {
                return candidate.ToString();
            }
        }
        return "";
    }
}
