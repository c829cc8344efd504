using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Ends a message.</summary>
internal sealed class CancelCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Option<ulong?> _message = new("--message")
    {
        HelpName = "N",
        Description = "The message that stands at this position of the journal, which may still wait. Default: the one "
            + "that the kernel is handling.",
    };

    public CancelCommand()
        : base("cancel", "Ends a message of a kernel as if it had trapped.")
    {
        Add(_id);
        Add(_message);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary cancel clock", "a message that never ends is ended; changes since the last commit are undone"),
        new("granary cancel clock --message 17", "the one that was taken at position 17, before it is begun"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.CancelAsync(
            parsed.GetRequiredValue(_id), parsed.GetValue(_message), cancellationToken);
        session.Output.Result(JsonForms.Kernel(kernel), screen => screen.Line(KernelText.Line(kernel)));
        return ExitCodes.Success;
    }
}
