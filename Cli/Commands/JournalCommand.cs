using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Shows a kernel's journal.</summary>
internal sealed class JournalCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Option<ulong> _after = new("--after")
    {
        HelpName = "N",
        Description = "Only entries above this position. Default: 0, from the beginning.",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<int?> _limit = new("--limit")
    {
        HelpName = "N",
        Description = "At most so many entries. Default: all.",
    };

    public JournalCommand()
        : base("journal", "Shows what a kernel was given and what came of it, entry by entry.")
    {
        Add(_id);
        Add(_after);
        Add(_limit);
    }

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary journal counter", "the whole journal, one entry a line"),
        new("granary journal counter --after 120 --limit 10 --json", "ten entries with all fields and hash chain"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        int? limit = parsed.GetValue(_limit);
        if (limit <= 0)
        {
            throw new UsageException($"--limit {limit} shows nothing.", "Use 1 or more.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        int count = 0;
        await foreach (JournalItem item in host.ReadJournalAsync(
            parsed.GetRequiredValue(_id), parsed.GetValue(_after), cancellationToken))
        {
            session.Output.Item(ToJson(item), screen =>
                screen.Line($"{item.Position,6}  {TextForms.WithoutControls(item.Text)}"));
            count++;
            if (count == limit)
            {
                session.Output.Note($"More with --after {item.Position}.");
                break;
            }
        }
        if (count == 0)
        {
            session.Output.Note("No such entries.");
        }
        return ExitCodes.Success;
    }

    private static JsonObject ToJson(JournalItem item)
    {
        JsonObject fields = [];
        foreach ((string name, string value) in item.Fields)
        {
            fields[name] = value;
        }
        return new JsonObject
        {
            ["position"] = item.Position,
            ["kind"] = item.Kind,
            ["text"] = item.Text,
            ["fields"] = fields,
            ["chain"] = item.Chain.ToString(),
        };
    }
}
