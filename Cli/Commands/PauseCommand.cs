using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Stops a kernel.</summary>
internal sealed class PauseCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    public PauseCommand()
        : base("pause", "Stops running a kernel at the next safe point; it still takes messages.") => Add(_id);

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary pause clock", "it stands still until: granary resume clock")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.PauseAsync(parsed.GetRequiredValue(_id), cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
