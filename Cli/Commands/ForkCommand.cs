using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Copies a kernel.</summary>
internal sealed class ForkCommand : CliCommand
{
    private readonly KernelArgument _id = new();
    private readonly Argument<KernelId> _newId = new("NEWID")
    {
        Description = "The id of the copy.",
        CustomParser = result => IdText.Parse(result),
    };

    private readonly CheckpointOption _from = new("--from", "A snapshot to copy instead of the present.");

    public ForkCommand()
        : base("fork", "Makes a copy of a kernel that goes on by itself from where it is.")
    {
        Add(_id);
        Add(_newId);
        Add(_from);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary fork counter trial", "'trial' goes on from where 'counter' is"),
        new("granary fork counter trial --from before-upgrade", "'trial' goes on from a snapshot"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.ForkAsync(
            parsed.GetRequiredValue(_id), parsed.GetRequiredValue(_newId), parsed.GetValue(_from), cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
