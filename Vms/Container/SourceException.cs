using System.Globalization;

namespace Granary.Vms;

/// <summary>A text that cannot be turned into code.</summary>
/// <param name="what">What is wrong, for a person.</param>
/// <param name="line">Line, from 1.</param>
/// <param name="column">Column, from 1.</param>
public sealed class SourceException(string what, int line, int column)
    : Exception(string.Create(NumberFormatInfo.InvariantInfo, $"line {line}, column {column}: {what}"))
{
    public string What { get; } = what;

    public int Line { get; } = line;

    public int Column { get; } = column;
}
