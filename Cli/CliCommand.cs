using System.CommandLine;

namespace Granary.Cli;

/// <summary>A command: its place in the command line, its examples, and what it does.</summary>
internal abstract class CliCommand(string name, string description) : Command(name, description)
{
    /// <summary>For its help; at least one.</summary>
    public abstract IReadOnlyList<CommandExample> Examples { get; }

    /// <summary>More for its help, in whole lines; may be empty.</summary>
    public virtual string Remarks => "";

    /// <returns>The exit code.</returns>
    public abstract Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken);
}
