using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>In the shell: runs the copy that <c>debug</c> took.</summary>
internal sealed class StepCommand : CliCommand
{
    private const long StepsToBreak = 10_000_000;
    private const int TraceLinesMax = 1_000;

    // The registers; memories come after them and are what 'rstate' and 'debug' show.
    private const int RegisterLines = 4;

    private readonly ShellState _state;
    private readonly KernelArgument _id = new();

    private readonly Option<long?> _count = new("--count")
    {
        HelpName = "N",
        Description = "How many instructions at most. Default: 1, or ten million with --to.",
    };

    private readonly Option<string?> _to = new("--to")
    {
        HelpName = "ADDRESS",
        Description = "Breaks at this address: hexadecimal, or a name of the symbol file.",
    };

    public StepCommand(ShellState state)
        : base("step", "Runs the copy of a machine that 'debug' took, by instructions or to a break.")
    {
        _state = state;
        Add(_id);
        Add(_count);
        Add(_to);
    }

    public override string Remarks =>
        "Shows the instructions that ran (the last thousand), then the registers and the next instruction. What the "
        + "copy prints is shown; what it sends goes nowhere. 'wstate ID OTHER' then writes the copy, as it is, into a "
        + "kernel.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("step device", "one instruction"),
        new("step device --to putchar", "runs until putchar begins"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        DebugSession debug = _state.Debugged(id)
            ?? throw new UsageException($"There is no copy of {id}.", $"Take one with: debug {id} FILE");
        long? to = parsed.GetValue(_to) is { } text ? debug.Address(text) : null;
        long count = parsed.GetValue(_count) ?? (to is null ? 1 : StepsToBreak);
        Queue<long> positions = new();
        VmExit? exit = null;
        long steps = 0;
        while (steps < count && exit is null && (steps == 0 || debug.Position != to))
        {
            cancellationToken.ThrowIfCancellationRequested();
            long position = debug.Position;
            exit = debug.Step();
            if (exit is null)
            {
                steps++;
                positions.Enqueue(position);
            }
            if (positions.Count > TraceLinesMax)
            {
                positions.Dequeue();
            }
        }
        Show(session, id, debug, exit, steps, [.. positions.Select(debug.Instruction)]);
        if (exit is not VmExit.Trapped)
        {
            _state.Keep(id, new MachineState(debug.Engine, DebugSession.Status(exit), debug.Save(), debug.Describe()));
        }
        return Task.FromResult(ExitCodes.Success);
    }

    private static void Show(
        CliSession session, KernelId id, DebugSession debug, VmExit? exit, long steps, List<string> trace)
    {
        string printed = string.Concat(debug.Host.Printed.Select(p => TextForms.Lenient(p)));
        debug.Host.Printed.Clear();
        string registers = exit is VmExit.Trapped
            ? ""
            : string.Join('\n', debug.Describe().Split('\n').Take(RegisterLines));
        string next = debug.Instruction();
        JsonObject json = new()
        {
            ["id"] = id.Value,
            ["steps"] = steps,
            ["position"] = debug.Position,
            ["instruction"] = next,
            ["exit"] = exit is null ? null : DebugSession.Describe(exit),
            ["printed"] = printed,
            ["text"] = registers,
            ["trace"] = new JsonArray([.. trace.Select(line => JsonValue.Create(line))]),
        };
        session.Output.Result(json, screen =>
        {
            foreach (string line in trace)
            {
                screen.Line(TextForms.WithoutControls(line));
            }
            if (printed.Length > 0)
            {
                screen.Line($"printed: {TextForms.WithoutControls(printed.TrimEnd('\n'))}");
            }
            if (exit is not null)
            {
                screen.Line(TextForms.WithoutControls(DebugSession.Describe(exit)));
            }
            screen.Line(TextForms.WithoutControls(registers));
            screen.Line($"next: {TextForms.WithoutControls(next)}");
        });
    }
}
