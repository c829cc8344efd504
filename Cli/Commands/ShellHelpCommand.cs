using System.CommandLine;
using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <summary>In the shell: what one can type.</summary>
internal sealed class ShellHelpCommand : CliCommand
{
    private readonly Argument<string?> _command = new("COMMAND")
    {
        Description = "The command to tell more of.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public ShellHelpCommand()
        : base("help", "Lists the commands of the shell, or tells more of one.") => Add(_command);

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("help wstate", "what wstate does and takes")];

    public static void Write(IOutput output, IEnumerable<string> lines)
    {
        string text = string.Join('\n', lines);
        output.Result(new JsonObject { ["text"] = text }, screen => screen.Line(text));
    }

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        CommandTree shell = CommandTree.OfShell(new ShellState());
        string? name = parsed.GetValue(_command);
        if (name is null)
        {
            Write(session.Output, HelpText.OfShell(shell));
            return Task.FromResult(ExitCodes.Success);
        }
        CliCommand command = shell.Commands.FirstOrDefault(c => c.Name == name)
            ?? throw new UsageException($"There is no command '{name}'.", "All commands: help.");
        Write(session.Output, HelpText.OfShellCommand(command));
        return Task.FromResult(ExitCodes.Success);
    }
}
