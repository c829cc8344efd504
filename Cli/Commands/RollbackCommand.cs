using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Takes a kernel back.</summary>
internal sealed class RollbackCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Argument<CheckpointRef> _to = new("REF")
    {
        Description = CheckpointOption.RefHelp,
        CustomParser = result => CheckpointRef.Parse(result.Tokens[^1].Value),
    };

    public RollbackCommand()
        : base("rollback", "Takes a kernel's program, machine and data back to a snapshot; messages that wait, stay.")
    {
        Add(_id);
        Add(_to);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary rollback counter before-upgrade", "as it was then; the journal keeps what happened since")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.RollbackAsync(
            parsed.GetRequiredValue(_id), parsed.GetRequiredValue(_to), cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
