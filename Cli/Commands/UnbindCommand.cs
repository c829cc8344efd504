using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>In the shell: no longer shows a kernel's output.</summary>
internal sealed class UnbindCommand : CliCommand
{
    private readonly ShellState _state;
    private readonly OptionalKernelArgument _id = new("ID", "The kernel. Default: the one bound last.");

    public UnbindCommand(ShellState state)
        : base("unbind", "No longer shows a kernel's output; it runs on.")
    {
        _state = state;
        Add(_id);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("unbind clock", "'clock' runs on unseen")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetValue(_id) ?? _state.Current
            ?? throw new UsageException("No kernel is bound.", "Bind one with: bind ID");
        if (!await _state.UnbindAsync(id))
        {
            string bound = string.Join(", ", _state.Bound);
            throw new UsageException($"{id} is not bound.", bound.Length == 0 ? "None is." : $"Bound are: {bound}.");
        }
        session.Output.Result(new JsonObject { ["id"] = id.Value }, s => s.Line($"{id} is no longer bound."));
        return ExitCodes.Success;
    }
}
