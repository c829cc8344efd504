using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Has a kernel go to another silo.</summary>
internal sealed class MigrateCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Option<string> _to = new("--to")
    {
        HelpName = "SILO", Description = "The silo's name; 'granary silos' lists them.", Required = true,
    };

    public MigrateCommand()
        : base("migrate", "Has a kernel go to another silo of its cluster, in the middle of whatever it does.")
    {
        Add(_id);
        Add(_to);
    }

    public override string Remarks =>
        "The program stops at a safe point and goes on there with the next instruction; who calls it notices a short "
        + "delay. Name any silo of the cluster with --url.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary migrate counter --to silo-2 --url http://127.0.0.1:7411", "returns when it is there")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        IKernelCluster cluster = SilosCommand.Require(
            await session.OpenAsync(HostAccess.Change, cancellationToken));
        KernelPlace place = await cluster.MigrateAsync(id, parsed.GetRequiredValue(_to), cancellationToken);
        session.Output.Result(
            new JsonObject { ["kernel"] = place.Id.Value, ["silo"] = place.Silo },
            screen => screen.Line($"{place.Id} is at {TextForms.WithoutControls(place.Silo)}."));
        return ExitCodes.Success;
    }
}
