using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Lists kernels.</summary>
internal sealed class PsCommand : CliCommand
{
    public PsCommand()
        : base("ps", "Lists the kernels: what they are doing, what waits for them, what they have spent.")
    {
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary ps", "shows a table of the kernels"),
        new("granary ps --json", "the same as JSON; times are Unix milliseconds"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        List<KernelInfo> kernels = [];
        await foreach (KernelInfo kernel in host.ListAsync(cancellationToken))
        {
            kernels.Add(kernel);
        }
        JsonObject json = new() { ["kernels"] = new JsonArray([.. kernels.Select(JsonForms.Kernel)]) };
        session.Output.Result(json, screen => KernelText.Table(screen, kernels, session.Io.Time));
        if (kernels.Count == 0)
        {
            session.Output.Note($"No kernels in {host.Description}. Make one with: granary run FILE");
        }
        return ExitCodes.Success;
    }
}
