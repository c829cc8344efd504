namespace Granary.Cli;

/// <summary>The user asked for something that cannot be, or named a file that cannot be read or written.</summary>
internal sealed class UsageException(string what, string advice = "")
    : Exception(advice.Length == 0 ? what : $"{what} {advice}")
{
    public string What { get; } = what;

    public string Advice { get; } = advice;
}
