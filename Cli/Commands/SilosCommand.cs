using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Lists the silos of a cluster.</summary>
internal sealed class SilosCommand : CliCommand
{
    public SilosCommand()
        : base("silos", "Lists the silos of the cluster that a node is of.")
    {
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary silos --url http://127.0.0.1:7411", "also those that stop, and those that are dead")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelCluster cluster = Require(await session.OpenAsync(HostAccess.Inspect, cancellationToken));
        IReadOnlyList<SiloInfo> silos = await cluster.ListSilosAsync(cancellationToken);
        JsonArray json = [.. silos.Select(s => new JsonObject
        {
            ["name"] = s.Name, ["address"] = s.Address, ["status"] = s.Status, ["answers"] = s.IsHere,
        })];
        session.Output.Result(
            new JsonObject { ["silos"] = json },
            screen => screen.Table(["SILO", "STATUS", "ADDRESS"], silos.Select(s => (IReadOnlyList<string>)
            [
                TextForms.WithoutControls(s.Name), TextForms.WithoutControls(s.Status),
                TextForms.WithoutControls(s.Address),
            ])));
        return ExitCodes.Success;
    }

    /// <exception cref="UsageException">The host is no cluster.</exception>
    public static IKernelCluster Require(IKernelHost host) => host as IKernelCluster ?? throw new UsageException(
        "These kernels run in one process, which has no silos.",
        "Name a silo with --url; 'granary cluster up' starts a cluster.");
}
