using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Shows live what kernels do.</summary>
internal sealed class TopCommand : CliCommand
{
    // Title, heads, and the line below the table.
    private const int LinesBesides = 4;
    private const string ClearScreen = "\u001b[H\u001b[J";

    private static readonly TimeSpan s_everyDefault = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_keysEvery = TimeSpan.FromMilliseconds(100);

    private static readonly string[] s_headers =
        ["ID", "ENGINE", "STATUS", ">INBOX", ">MESSAGES/S", ">GAS/S", ">GAS SPENT"];

    private readonly DurationOption _every = new("--every", "How often to look. Default: 1s.");

    private readonly Option<int> _count = new("--count")
    {
        HelpName = "N",
        Description = "Ends after so many looks. Default: 0, which is never.",
        DefaultValueFactory = _ => 0,
    };

    public TopCommand()
        : base("top", "Shows live which kernels spend most, until q or Ctrl-C.")
    {
        Add(_every);
        Add(_count);
    }

    public override string Remarks =>
        "Sorted by the gas spent since the look before. On a terminal it shows as many kernels as there is room for; "
        + "elsewhere all, as plain lines, and with --json one line a look. On a data folder its kernels run meanwhile. "
        + "The exit code is 0.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary top", "a live view of the kernels"),
        new("granary top --every 5s --count 12 --json", "a minute's figures for a program"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        TimeSpan every = parsed.GetValue(_every) ?? s_everyDefault;
        int left = parsed.GetValue(_count);
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        await using ActivityMeter meter = new(host, session.Io.Time);
        meter.Start();
        try
        {
            do
            {
                Show(session, host, await meter.LookAsync(cancellationToken));
            }
            while (--left != 0 && await WaitAsync(session.Io, every, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how one ends it.
        }
        return ExitCodes.Success;
    }

    // False when the user has pressed q.
    private static async Task<bool> WaitAsync(IConsoleIo io, TimeSpan every, CancellationToken cancellationToken)
    {
        long start = io.Time.GetTimestamp();
        while (io.Time.GetElapsedTime(start) is var waited && waited < every)
        {
            if (io.TakeKey() is 'q' or 'Q')
            {
                return false;
            }
            TimeSpan rest = every - waited;
            await Task.Delay(rest < s_keysEvery ? rest : s_keysEvery, io.Time, cancellationToken);
        }
        return true;
    }

    private static void Show(CliSession session, IKernelHost host, IReadOnlyList<Activity> all)
    {
        bool isLive = session.Io.OutIsTerminal && session.Io.Variable("TERM") != "dumb";
        int room = isLive ? Math.Max(1, session.Io.Height - LinesBesides) : all.Count;
        JsonObject json = new()
        {
            ["time"] = session.Io.Time.GetUtcNow().ToUnixTimeMilliseconds(),
            ["kernels"] = new JsonArray([.. all.Select(ToJson)]),
        };
        session.Output.Item(json, screen =>
        {
            int busy = all.Count(a => a.GasPerSecond > 0);
            string title = $"{host.Description}: {TextForms.Count(all.Count)} kernels, {TextForms.Count(busy)} busy, "
                + $"{Number(all.Sum(a => a.MessagesPerSecond))} messages/s, "
                + $"{Number(all.Sum(a => a.GasPerSecond))} gas/s";
            screen.Line((isLive ? ClearScreen : "") + title);
            screen.Table(s_headers, all.Take(room).Select(Row));
            screen.Line(isLive && all.Count > room ? $"and {TextForms.Count(all.Count - room)} more" : "");
        });
    }

    private static IReadOnlyList<string> Row(Activity activity) =>
    [
        activity.Kernel.Id.Value,
        activity.Kernel.Engine.ToString(),
        KernelText.Status(activity.Kernel.Status),
        TextForms.Count(activity.Kernel.InboxCount),
        Number(activity.MessagesPerSecond),
        Number(activity.GasPerSecond),
        TextForms.Count(activity.Kernel.GasSpent),
    ];

    private static JsonObject ToJson(Activity activity)
    {
        JsonObject json = JsonForms.Kernel(activity.Kernel);
        json["gasPerSecond"] = Math.Round(activity.GasPerSecond, 1);
        json["messagesPerSecond"] = Math.Round(activity.MessagesPerSecond, 1);
        return json;
    }

    private static string Number(double number) =>
        number is > 0 and < 10 ? number.ToString("0.0", CultureInfo.InvariantCulture) : TextForms.Count((long)number);
}
