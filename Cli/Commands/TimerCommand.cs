using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Sets, lists and clears the timers of a kernel.</summary>
internal sealed class TimerCommand : CliCommand
{
    private const string Set = "set";
    private const string List = "list";
    private const string Clear = "clear";

    private readonly Argument<string> _action = new("ACTION") { Description = "set, list or clear." };
    private readonly KernelArgument _id = new(description: "The kernel that gets the messages.");

    private readonly Argument<string?> _name = new("NAME")
    {
        Description = "The timer's name; setting one of the same name replaces it. With list: none.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Argument<string> _entry = new("ENTRY")
    {
        Description = "With set: the entry point. Default: the program's first.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "",
    };

    private readonly PayloadArguments _payload;

    private readonly DurationOption _after = new(
        "--after", "With set: how long until the first message. Default: as --every.");

    private readonly DurationOption _every = new(
        "--every", "With set: from one message to the next. Default: there is only one message.");

    private readonly GasOption _gas = new(KernelLimits.MessageGasDefault);

    public TimerCommand()
        : base("timer", "Has a kernel get a message later, or again and again.")
    {
        _action.AcceptOnlyFromAmong(Set, List, Clear);
        Add(_action);
        Add(_id);
        Add(_name);
        Add(_entry);
        _payload = new PayloadArguments(this);
        Add(_after);
        Add(_every);
        Add(_gas);
    }

    public override string Remarks =>
        "Timers are kept with the kernel and fire while kernels run, for example with 'granary up'. When they could "
        + "not for a while, a periodic timer fires once, with a count of how often it would have. A program that "
        + "schedules messages itself sets the same timers.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary timer set counter hourly add 5 --every 1h", "sends '5' to the entry 'add' each hour"),
        new("granary timer set door lock close --after 30s", "once, in half a minute"),
        new("granary timer list counter", "what is set, and when it fires"),
        new("granary timer clear counter hourly", "ends it"),
    ];

    public override Task<int> RunAsync(CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        string? name = parsed.GetValue(_name);
        return parsed.GetRequiredValue(_action) switch
        {
            Set => SetAsync(session, parsed, id, Need(name), cancellationToken),
            Clear => ClearAsync(session, id, Need(name), cancellationToken),
            _ => ListAsync(session, id, name, cancellationToken),
        };
    }

    private static string Need(string? name) =>
        name ?? throw new UsageException("Which timer?", "Give its name behind the kernel's id.");

    private async Task<int> SetAsync(
        CliSession session, ParseResult parsed, KernelId id, string name, CancellationToken cancellationToken)
    {
        TimeSpan? every = parsed.GetValue(_every);
        TimeSpan after = parsed.GetValue(_after) ?? every
            ?? throw new UsageException("When?", "Say --after TIME, --every TIME, or both.");
        if (every == TimeSpan.Zero)
        {
            throw new UsageException(
                "A timer does not fire every 0 seconds.", "Leave --every out to have it fire once.");
        }
        DateTimeOffset now = session.Io.Time.GetUtcNow();
        KernelTimer timer = new(
            (now + after).ToUnixTimeMilliseconds(), (long)(every?.TotalMilliseconds ?? 0),
            parsed.GetValue(_entry) ?? "", _payload.Read(session, parsed), parsed.GetValue(_gas));
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        await host.SetTimerAsync(id, name, timer, cancellationToken);
        session.Output.Result(
            JsonForms.Timer(new TimerInfo(name, timer)),
            screen => screen.Line($"{id} gets '{name}' {MessageText.When(timer, now)}."));
        return ExitCodes.Success;
    }

    private static async Task<int> ListAsync(
        CliSession session, KernelId id, string? name, CancellationToken cancellationToken)
    {
        if (name is not null)
        {
            throw new UsageException($"'{name}' is too much: 'granary timer list ID' lists all.");
        }
        IKernelHost host = await session.OpenAsync(HostAccess.Inspect, cancellationToken);
        IReadOnlyList<TimerInfo> timers = await host.ListTimersAsync(id, cancellationToken);
        JsonObject json = new() { ["timers"] = new JsonArray([.. timers.Select(JsonForms.Timer)]) };
        session.Output.Result(json, screen =>
        {
            if (timers.Count > 0)
            {
                MessageText.Timers(screen, timers, session.Io.Time);
            }
        });
        if (timers.Count == 0)
        {
            session.Output.Note($"{id} has no timers. Set one with: granary timer set {id} NAME ENTRY --after 10s");
        }
        return ExitCodes.Success;
    }

    private static async Task<int> ClearAsync(
        CliSession session, KernelId id, string name, CancellationToken cancellationToken)
    {
        IKernelHost host = await session.OpenAsync(HostAccess.Change, cancellationToken);
        await host.ClearTimerAsync(id, name, cancellationToken);
        session.Output.Result(
            new JsonObject { ["id"] = id.Value, ["cleared"] = name },
            screen => screen.Line($"{id} no longer has a timer '{name}'."));
        return ExitCodes.Success;
    }
}
