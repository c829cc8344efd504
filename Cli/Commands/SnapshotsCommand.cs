using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Lists kept checkpoints.</summary>
internal sealed class SnapshotsCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    public SnapshotsCommand()
        : base("snapshots", "Lists the snapshots of a kernel, oldest first.") => Add(_id);

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary snapshots counter", "names, positions and roots for fork, rollback and state --at")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        IReadOnlyList<SnapshotInfo> snapshots = await host.ListSnapshotsAsync(id, cancellationToken);
        JsonObject json = new() { ["snapshots"] = new JsonArray([.. snapshots.Select(JsonForms.Snapshot)]) };
        session.Output.Result(json, screen => SnapshotText.Table(screen, snapshots));
        if (snapshots.Count == 0)
        {
            session.Output.Note($"{id} has no snapshots. Make one with: granary snapshot {id} NAME");
        }
        return ExitCodes.Success;
    }
}
