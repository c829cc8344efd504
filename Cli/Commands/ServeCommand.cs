using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Runs all kernels in the foreground.</summary>
internal sealed class ServeCommand : CliCommand
{
    public ServeCommand()
        : base("serve", "Runs all kernels of the data folder in the foreground until Ctrl-C.")
    {
    }

    public override string Remarks =>
        "Every line of output begins with its kernel's id. Ctrl-C stops at safe points and saves; the next 'serve' "
        + "goes on where they were. The exit code is then 0. No other process can use the folder meanwhile; "
        + "'granary up' runs the kernels for many at once.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary serve", "runs all kernels and shows what they print"),
        new("granary serve --json", "the same as one JSON event a line"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        EventStream? started = null;
        try
        {
            Task StartAsync(IKernelHost opened)
            {
                started = EventStream.Start(opened, null, cancellationToken);
                return Task.CompletedTask;
            }

            IKernelHost host = await session.OpenInProcessAsync(
                o => o with { BeforeRun = StartAsync }, folderDefault: null, cancellationToken);
            await AnnounceAsync(session, host, cancellationToken);
            while (started is not null && await started.NextAsync() is { } e)
            {
                Show(session.Output, e);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            session.Output.Note("Stopping; kernels are saved where they are.");
        }
        finally
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }
        }
        return ExitCodes.Success;
    }

    private static async Task AnnounceAsync(CliSession session, IKernelHost host, CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (KernelInfo _ in host.ListAsync(cancellationToken))
        {
            count++;
        }
        session.Output.Note($"Serving {count} kernels of {host.Description}; Ctrl-C stops.");
        if (session.Output.IsJson)
        {
            session.Output.Item(
                new JsonObject { ["event"] = "serving", ["kernels"] = count, ["host"] = host.Description },
                static _ => { });
        }
    }

    private static void Show(IOutput output, KernelEvent e)
    {
        // Between messages the status changes all the time; people want to see what is out of the ordinary.
        bool isRoutine = e is { Kind: KernelEventKind.StatusChanged, Status: <= KernelStatus.Awaiting }
            || (e.Kind == KernelEventKind.Ended && EndedMessage.Of(e).IsOk);
        if (output.IsJson || !isRoutine)
        {
            output.Item(JsonForms.Event(e), screen => EventText.Prefixed(screen, e));
        }
    }
}
