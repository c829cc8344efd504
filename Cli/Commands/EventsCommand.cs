using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Follows events.</summary>
internal sealed class EventsCommand : CliCommand
{
    private readonly OptionalKernelArgument _id = new("ID", "Only events of this kernel. Default: of all.");

    private readonly Option<ulong?> _after = new("--after")
    {
        HelpName = "EVENT",
        Description = "Goes on behind the event of this id, as far as the node still has what came since. Default: "
            + "from now on.",
    };

    private readonly Option<int> _count = new("--count")
    {
        HelpName = "N",
        Description = "Ends after so many events. Default: 0, which is never.",
        DefaultValueFactory = _ => 0,
    };

    public EventsCommand()
        : base("events", "Follows what kernels print, log, emit and become, until Ctrl-C.")
    {
        Add(_id);
        Add(_after);
        Add(_count);
    }

    public override string Remarks =>
        "With --json each event is one line; its 'id' is for --after. A stream from a node goes on when the connection "
        + "or the node comes back; where events are missing it says so. On a data folder its kernels run meanwhile. "
        + "The exit code after Ctrl-C is 0.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary events", "all events as they come"),
        new("granary events counter --json --after 1843200000000000017", "one kernel's, for a program that was away"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId? id = parsed.GetValue(_id);
        int left = parsed.GetValue(_count);
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        if (id is { } kernel)
        {
            // Watching a kernel that is not there would wait for ever.
            await host.GetAsync(kernel, cancellationToken);
        }
        session.Output.Note($"Events of {id?.Value ?? "all kernels"} of {host.Description}; Ctrl-C ends.");
        try
        {
            await foreach (KernelEvent e in host.WatchAsync(id, parsed.GetValue(_after), cancellationToken))
            {
                session.Output.Item(ToJson(e), screen => EventText.Prefixed(screen, e));
                if (--left == 0)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how one ends it.
        }
        return ExitCodes.Success;
    }

    // As text: programs read JSON numbers with 53 bits.
    private static JsonObject ToJson(KernelEvent e)
    {
        JsonObject json = JsonForms.Event(e);
        json["id"] = e.EventId.ToString(NumberFormatInfo.InvariantInfo);
        return json;
    }
}
