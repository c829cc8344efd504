using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Keeps a kernel as it is.</summary>
internal sealed class SnapshotCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Argument<string> _name = new("NAME")
    {
        Description = "The name by which to find it again.",
    };

    public SnapshotCommand()
        : base("snapshot", "Keeps a kernel as it is now, at a safe point even in mid-message, under a name.")
    {
        Add(_id);
        Add(_name);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary snapshot counter before-upgrade", "later: granary rollback counter before-upgrade")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        SnapshotInfo snapshot = await host.SnapshotAsync(id, parsed.GetRequiredValue(_name), cancellationToken);
        session.Output.Result(
            JsonForms.Snapshot(snapshot), screen => screen.Line(SnapshotText.Line(id, snapshot)));
        return ExitCodes.Success;
    }
}
