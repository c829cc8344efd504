using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Writes a kernel to a file.</summary>
internal sealed class ExportCommand : CliCommand
{
    private readonly KernelArgument _id = new();
    private readonly Argument<string> _file = new("FILE") { Description = "The bundle to write." };
    private readonly Option<bool> _force = new("--force") { Description = "Replace the file when it exists." };

    public ExportCommand()
        : base("export", "Writes a kernel with code, journal and snapshots to a file: a bundle.")
    {
        Add(_id);
        Add(_file);
        Add(_force);
    }

    public override string Remarks =>
        "The kernel stays, and is written as it is at a safe point even in mid-message. A bundle can be imported "
        + "elsewhere, where it goes on with the next instruction, and checked by anybody with 'granary verify'.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary export counter counter.granary", "elsewhere: granary import counter.granary")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        string path = parsed.GetRequiredValue(_file);
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        BundleInfo bundle = await Files.WriteAsync(
            path, parsed.GetValue(_force), output => host.ExportAsync(id, output, cancellationToken));
        JsonObject json = new()
        {
            ["id"] = bundle.Id.Value,
            ["file"] = path,
            ["position"] = bundle.Position,
            ["root"] = bundle.Root.ToString(),
            ["chain"] = bundle.Chain.ToString(),
            ["bytes"] = bundle.Bytes,
        };
        session.Output.Result(json, screen => screen.Line(
            $"{bundle.Id} is in {path} ({TextForms.Bytes(bundle.Bytes)}), position {bundle.Position}, "
            + $"root {bundle.Root}"));
        return ExitCodes.Success;
    }
}
