using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Lets a kernel run again.</summary>
internal sealed class ResumeCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    public ResumeCommand()
        : base("resume", "Lets a paused kernel run again.") => Add(_id);

    public override IReadOnlyList<CommandExample> Examples { get; } =
        [new("granary resume clock", "it goes on where it was when kernels run, for example with granary serve")];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.ResumeAsync(parsed.GetRequiredValue(_id), cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
