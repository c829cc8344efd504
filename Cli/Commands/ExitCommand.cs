using System.CommandLine;

namespace Granary.Cli;

/// <summary>In the shell: leaves it.</summary>
internal sealed class ExitCommand : CliCommand
{
    private readonly ShellState _state;

    public ExitCommand(ShellState state)
        : base("exit", "Leaves the shell; kernels are saved where they are.")
    {
        _state = state;
        Aliases.Add("quit");
    }

    public override IReadOnlyList<CommandExample> Examples { get; } = [new("exit", "leaves the shell")];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        _state.IsExiting = true;
        return Task.FromResult(ExitCodes.Success);
    }
}
