using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Shows what a machine did with a message.</summary>
internal sealed class TraceCommand : CliCommand
{
    private readonly KernelArgument _id = new();

    private readonly Argument<ulong> _message = new("MESSAGE")
    {
        Description = "The journal position of the message: 'granary journal' shows it, and 'granary send' says it.",
    };

    private readonly Option<ulong> _after = new("--after")
    {
        HelpName = "N",
        Description = "Only steps behind this one. Default: 0, from the first.",
        DefaultValueFactory = _ => 0,
    };

    private readonly Option<int> _limit = new("--limit")
    {
        HelpName = "N",
        Description = "At most so many steps. Default: 1000.",
        DefaultValueFactory = _ => 1_000,
    };

    public TraceCommand()
        : base("trace", "Shows what a machine did with a past message, instruction by instruction.")
    {
        Add(_id);
        Add(_message);
        Add(_after);
        Add(_limit);
    }

    public override string Remarks =>
        "The journal is executed again from the checkpoint before the message, so a trace needs no preparation and "
        + "changes nothing. Columns: step, gas used before it, address, instruction, then what the engine shows (of "
        + "EVM: gas left, refund, account, memory size, stack with its top last).";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary trace world 12", "the transaction that came as message 12"),
        new("granary trace counter 4 --after 1000 --limit 50 --json", "fifty more steps, one JSON object a line"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        int limit = parsed.GetValue(_limit);
        if (limit <= 0)
        {
            throw new UsageException($"--limit {limit} shows nothing.", "Use 1 or more.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        TraceQuery query = new(
            parsed.GetRequiredValue(_id), parsed.GetRequiredValue(_message), parsed.GetValue(_after));
        int count = 0;
        await foreach (TraceStep step in host.TraceAsync(query, cancellationToken))
        {
            if (count == limit)
            {
                session.Output.Note(FormattableString.Invariant($"More with --after {query.After + (ulong)count}."));
                break;
            }
            session.Output.Item(ToJson(step), screen => screen.Line(TextForms.WithoutControls(ToText(step))));
            count++;
        }
        if (count == 0)
        {
            session.Output.Note("No such steps.");
        }
        return ExitCodes.Success;
    }

    private static string ToText(TraceStep step)
    {
        string indent = new(' ', 2 * Math.Clamp(step.Step.Depth - 1, 0, 20));
        return string.Create(
            NumberFormatInfo.InvariantInfo,
            $"{step.Number,6}  {step.Gas,10}  {indent}{step.Step.Position:x4}  {step.Step.Instruction,-20}  ")
            + string.Join("  ", step.Step.Values.Select(v => $"{v.Key}={v.Value}"));
    }

    private static JsonObject ToJson(TraceStep step)
    {
        JsonObject values = [];
        foreach ((string name, string value) in step.Step.Values)
        {
            values[name] = value;
        }
        return new JsonObject
        {
            ["step"] = step.Number,
            ["gas"] = step.Gas,
            ["depth"] = step.Step.Depth,
            ["position"] = step.Step.Position,
            ["instruction"] = step.Step.Instruction,
            ["values"] = values,
        };
    }
}
