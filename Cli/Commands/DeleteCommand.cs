using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Deletes a kernel.</summary>
internal sealed class DeleteCommand : CliCommand
{
    private readonly KernelArgument _id = new();
    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "Do not ask." };

    public DeleteCommand()
        : base("delete", "Deletes a kernel with its state and journal. Its id is never used again.")
    {
        Add(_id);
        Add(_yes);
    }

    public override string Remarks => "On a terminal it asks first; without one it needs --yes.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary delete trial", "asks, and deletes 'trial'"),
        new("granary delete trial --yes", "deletes it without asking, for scripts"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        bool mayAsk = session.Io.InIsTerminal && session.Io.ErrorIsTerminal && !session.Output.IsJson;
        if (!parsed.GetValue(_yes) && !mayAsk)
        {
            throw new UsageException("There is no terminal to ask on whether to delete.", "Say --yes.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        KernelInfo kernel = await host.GetAsync(id, cancellationToken);
        if (!parsed.GetValue(_yes) && !await ConfirmAsync(session.Io, kernel, cancellationToken))
        {
            session.Output.Note("Nothing was deleted.");
            return ExitCodes.Success;
        }
        await host.DeleteAsync(id, cancellationToken);
        session.Output.Result(
            new JsonObject { ["id"] = id.Value, ["deleted"] = true }, screen => screen.Line($"{id} is deleted."));
        return ExitCodes.Success;
    }

    private static async Task<bool> ConfirmAsync(IConsoleIo io, KernelInfo kernel, CancellationToken cancellationToken)
    {
        io.Error.Write(
            $"Delete {kernel.Id} with its state and {TextForms.Count(kernel.Position)} journal entries, for ever? "
            + "[y/N] ");
        io.Error.Flush();
        string? answer = await ConsoleLines.ReadAsync(io, cancellationToken);
        return answer?.Trim() is "y" or "Y" or "yes";
    }
}
