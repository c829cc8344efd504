using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Simulation;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>Simulates kernels on failing nodes.</summary>
internal sealed class SimulateCommand : CliCommand
{
    private const int ScenarioBytesMax = 4 << 20;

    private readonly Argument<string?> _scenario = new("SCENARIO")
    {
        Description = "A JSON file: kernels, who sends them what, and what must hold at the end (docs/simulator.md). "
            + "Default: built-in kernels that pay, count, order, register, sleep and call.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<int> _seeds = new("--seeds")
    {
        HelpName = "N", Description = "How many histories to try. Default: 100.", DefaultValueFactory = _ => 100,
    };

    private readonly Option<ulong> _seed = new("--seed")
    {
        HelpName = "S", Description = "The first seed. Default: 1.", DefaultValueFactory = _ => 1,
    };

    private readonly Option<int> _nodes = new("--nodes")
    {
        HelpName = "N", Description = "How many nodes share the kernels. Default: 3.", DefaultValueFactory = _ => 3,
    };

    private readonly Option<string> _faults = new("--faults")
    {
        HelpName = "LIST",
        Description = "What goes wrong: 'all', 'none', or names with commas between them; '-NAME' takes one out. "
            + $"Names: {string.Join(", ", SimFaults.Names)}. Default: all.",
        DefaultValueFactory = _ => "all",
    };

    private readonly Option<bool> _keepGoing = new("--keep-going")
    {
        Description = "Go on with the next seed after one that went wrong.",
    };

    private readonly Option<string?> _trace = new("--trace")
    {
        HelpName = "FILE", Description = "Write every event of a seed, and the journals, to a file; only of one seed.",
    };

    public SimulateCommand()
        : base("simulate", "Runs kernels on simulated nodes that fail, and checks that nothing is lost or doubled.")
    {
        Add(_scenario);
        Add(_seeds);
        Add(_seed);
        Add(_nodes);
        Add(_faults);
        Add(_keepGoing);
        Add(_trace);
    }

    public override string Remarks =>
        "Real kernels run over a simulated network, store and clock in one thread. All that happens follows from the "
        + "seed: the same seed gives the same history again, on any machine. The exit code is 3 when something was "
        + "violated; then it says what, and how to see it again.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary simulate --seeds 1000", "a thousand histories of the built-in kernels"),
        new("granary simulate bank.json --seeds 500", "your own kernels"),
        new("granary simulate --faults crash,drop --nodes 5", "only some faults, on five nodes"),
        new("granary simulate --faults all,-skew", "all faults but one"),
        new("granary simulate --seeds 1 --seed 42 --trace events.txt", "one history again, with all its events"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        Request request = Read(session, parsed);
        if (parsed.GetValue(_trace) is not { } path)
        {
            return await RunAsync(session, request, null, cancellationToken);
        }
        return await Files.WriteAsync(path, force: true, async file =>
        {
            await using StreamWriter writer = new(file, leaveOpen: true);
            return await RunAsync(session, request, writer.WriteLine, cancellationToken);
        });
    }

    private Request Read(CliSession session, ParseResult parsed)
    {
        string list = parsed.GetRequiredValue(_faults);
        SimFault faults = SimFaults.Parse(list, out string unknown) ?? throw new UsageException(
            $"There is no fault '{unknown}'.", $"Known are: {string.Join(", ", SimFaults.Names)}.");
        (int seeds, int nodes) = (parsed.GetRequiredValue(_seeds), parsed.GetRequiredValue(_nodes));
        if (seeds < 1)
        {
            throw new UsageException($"{seeds} seeds are none.", "Try at least one.");
        }
        if (nodes is < 1 or > SimulationOptions.NodesMax)
        {
            throw new UsageException($"{nodes} nodes cannot be.", $"Use 1 to {SimulationOptions.NodesMax}.");
        }
        if (parsed.GetValue(_trace) is not null && seeds != 1)
        {
            throw new UsageException("--trace is for one seed.", "Add --seeds 1 and --seed S.");
        }
        string? file = parsed.GetValue(_scenario);
        return new Request(
            file, file is null ? null : ReadScenario(file, session.Engines), parsed.GetRequiredValue(_seed), seeds,
            nodes, faults, parsed.GetValue(_keepGoing));
    }

    private static SimScenario ReadScenario(string path, VmEngines engines)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        try
        {
            return ScenarioReader.Read(Files.Read(path, ScenarioBytesMax), name =>
            {
                ProgramFile program = ProgramFile.Read(Path.Combine(folder, name), engineText: null, engines);
                return (program.Engine.Id, program.Code);
            });
        }
        catch (ScenarioException error)
        {
            throw new UsageException($"{path}: {error.Message}", "See docs/simulator.md.");
        }
    }

    private static async Task<int> RunAsync(
        CliSession session, Request request, Action<string>? line, CancellationToken cancellationToken)
    {
        SimulationTotals totals = new();
        List<SimulationReport> violated = [];
        string digest = "";
        Stopwatch watch = Stopwatch.StartNew();
        await SimulateBar.RunAsync(session.Output.Attended, request.Seeds, advance => Task.Run(
            () =>
            {
                Simulator simulator = new(
                    new SimulationOptions { Nodes = request.Nodes, Faults = request.Faults }, session.Engines);
                for (int i = 0; i < request.Seeds && (violated.Count == 0 || request.KeepsGoing); i++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    SimulationReport report = Run(simulator, request, request.First + (ulong)i, line);
                    totals.Add(report);
                    digest = report.Digest;
                    if (report.Violations.Count > 0)
                    {
                        violated.Add(report);
                    }
                    advance(totals, watch.Elapsed);
                }
            },
            cancellationToken));
        TimeSpan real = watch.Elapsed;
        session.Output.Result(
            ToJson(request, totals, violated, digest, real),
            screen => Write(screen, request, totals, violated, digest, real));
        return violated.Count == 0 ? ExitCodes.Success : ExitCodes.NotAccepted;
    }

    private static SimulationReport Run(Simulator simulator, Request request, ulong seed, Action<string>? line)
    {
        try
        {
            return request.Scenario is { } scenario
                ? simulator.Run(seed, scenario, line)
                : simulator.Run(seed, line);
        }
        catch (Exception error) when (error is ArgumentException or InvalidCodeException)
        {
            throw new UsageException($"{request.File}: {error.Message}");
        }
    }

    private static JsonObject ToJson(
        Request request, SimulationTotals totals, List<SimulationReport> violated, string digest, TimeSpan real) =>
        new()
        {
            ["seeds"] = totals.Seeds,
            ["firstSeed"] = request.First,
            ["nodes"] = request.Nodes,
            ["turns"] = totals.Turns,
            ["events"] = totals.Events,
            ["recoveries"] = totals.Recoveries,
            ["virtualSeconds"] = Math.Round(totals.Virtual.TotalSeconds, 3),
            ["seconds"] = Math.Round(real.TotalSeconds, 3),
            ["turnsPerSecond"] = Math.Round(totals.TurnsPerSecond(real)),
            ["timesReal"] = Math.Round(totals.TimesReal(real), 1),
            ["faults"] = new JsonObject(totals.Faults.Select(f =>
                KeyValuePair.Create(f.Key, (JsonNode?)JsonValue.Create(f.Value)))),
            ["digest"] = totals.Seeds == 1 ? digest : null,
            ["violated"] = new JsonArray([.. violated.Select(report => new JsonObject
            {
                ["seed"] = report.Seed,
                ["violations"] = new JsonArray([.. report.Violations.Select(v => JsonValue.Create(v))]),
                ["digest"] = report.Digest,
                ["again"] = request.Again(report.Seed),
            })]),
        };

    private static void Write(
        Screen screen, Request request, SimulationTotals totals, List<SimulationReport> violated, string digest,
        TimeSpan real)
    {
        foreach (SimulationReport report in violated)
        {
            screen.Line(screen.Paint(
                string.Create(NumberFormatInfo.InvariantInfo, $"seed {report.Seed} violates:"), ScreenColour.Red));
            foreach (string violation in report.Violations)
            {
                screen.Line("  " + TextForms.WithoutControls(violation));
            }
            screen.Line($"  again: {request.Again(report.Seed)}");
        }
        string verdict = violated.Count == 0
            ? screen.Paint("nothing violated", ScreenColour.Green)
            : screen.Paint($"{violated.Count} violated", ScreenColour.Red);
        screen.Line($"{TextForms.Count(totals.Seeds)} seeds: {verdict}");
        screen.Line(string.Create(
            NumberFormatInfo.InvariantInfo,
            $"{TextForms.Count(totals.Turns)} turns, {TextForms.Count(totals.Recoveries)} recoveries, "
            + $"{TextForms.Count((long)totals.Virtual.TotalSeconds)} s simulated in "
            + $"{real.TotalSeconds:F1} s: {totals.TurnsPerSecond(real):F0} turns a second, "
            + $"{totals.TimesReal(real):F0} times real time"));
        screen.Line("faults: " + string.Join(
            ", ", totals.Faults.Where(f => f.Value > 0).Select(f => $"{f.Key} {TextForms.Count(f.Value)}")
                .DefaultIfEmpty("none")));
        if (totals.Seeds == 1)
        {
            screen.Line($"digest: {digest}");
        }
    }

    private sealed record Request(
        string? File, SimScenario? Scenario, ulong First, int Seeds, int Nodes, SimFault Faults, bool KeepsGoing)
    {
        /// <summary>The command that shows a seed once more.</summary>
        public string Again(ulong seed)
        {
            string text = "granary simulate";
            text += File is null ? "" : $" {File}";
            text += string.Create(NumberFormatInfo.InvariantInfo, $" --seeds 1 --seed {seed}");
            text += Nodes == 3 ? "" : string.Create(NumberFormatInfo.InvariantInfo, $" --nodes {Nodes}");
            return text + (Faults == SimFault.All ? "" : $" --faults {SimFaults.ToText(Faults)}");
        }
    }
}
