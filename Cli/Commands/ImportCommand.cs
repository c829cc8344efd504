using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Makes a kernel of a bundle.</summary>
internal sealed class ImportCommand : CliCommand
{
    private readonly Argument<string> _file = new("FILE") { Description = "The bundle, written by 'granary export'." };
    private readonly NameOption _as = new("--as", "The kernel's id here. Default: the id it had.");

    public ImportCommand()
        : base("import", "Makes a kernel of a bundle; it goes on with the next instruction.")
    {
        Add(_file);
        Add(_as);
    }

    public override string Remarks =>
        "It comes without ports, because the kernels behind them are others here; give them with 'granary port'.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary import counter.granary --as counter-2", "makes 'counter-2' of the bundle")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using FileStream bundle = Files.OpenRead(parsed.GetRequiredValue(_file));
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.ImportAsync(bundle, parsed.GetValue(_as), cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
