namespace Granary.Cli;

/// <summary>No reply came in the time that the user gave.</summary>
internal sealed class CallTimeoutException(string what, string advice) : Exception($"{what} {advice}")
{
    public string What { get; } = what;

    public string Advice { get; } = advice;
}
