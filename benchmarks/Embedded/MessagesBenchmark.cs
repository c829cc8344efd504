using System.Text;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// Durable messages through a host in this process, beside a bare SQLite append of the very entries that they left.
/// </summary>
/// <remarks>
/// A message leaves two entries (received, ended). The bare append writes them one row each, in transactions of as many
/// messages as are in flight here: more to a flush than the host can gather, because its messages never all wait at the
/// same moment.
/// </remarks>
internal sealed class MessagesBenchmark : IBenchmark
{
    private const int Kernels = 8;
    private const int EntriesPerMessage = 2;
    private const string Program = """
        on hit
            halt payload
        """;

    private static readonly byte[] _payload = Encoding.ASCII.GetBytes("sixteen bytes ok");

    public string Name => "messages";

    public string Summary => "durable messages a second over SQLite, beside a bare append of the same bytes";

    public async Task RunAsync(BenchmarkRun run)
    {
        (int InFlight, int Messages)[] loads = run.Pick<(int, int)[]>(
            [(1, 1_000), (16, 16_000), (256, 100_000)], [(1, 20), (16, 100), (256, 600)]);
        using DataFolder folder = new();
        using DataFolder bareFolder = new();
        using BareJournal bare = new(bareFolder.File("bare.db"));
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        foreach (bool isCall in new[] { false, true })
        {
            foreach ((int inFlight, int messages) in loads)
            {
                await RunAsync(run, folder, host, bare, new Load(isCall, inFlight, messages));
            }
        }
    }

    private static async Task RunAsync(
        BenchmarkRun run, DataFolder folder, EmbeddedHost host, BareJournal bare, Load load)
    {
        KernelId[] kernels = new KernelId[Kernels];
        for (int i = 0; i < Kernels; i++)
        {
            kernels[i] = await Programs.DeployAsync(
                host, FormattableString.Invariant($"k{i}-{load.Verb}-{load.InFlight}"), Programs.Script, Program);
        }
        await FloodAsync(host, kernels, load with { Messages = Math.Min(load.Messages, 20 * load.InFlight) });
        List<JournalRecord> entries = await CollectAsync(host, folder, kernels, load);
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.OfAsync(load.Messages, () => FloodAsync(host, kernels, load)),
            () => Task.FromResult(Reading.Of(
                load.Messages, () => bare.Append(entries, load.InFlight * EntriesPerMessage))));
        bool judged = load is { IsCall: false, InFlight: 256 };
        run.Report(
            $"{load.Verb}, {load.InFlight} in flight", "k/s", "bare append", readings, r => r.PerSecond / 1e3,
            s => judged
                ?
                [
                    Goal.AtLeast("floor: k/s", 20, s.Ours.Median), Goal.AtLeast("floor: ratio", 0.333, s.Ratio.Median),
                    Goal.AtLeast("aim: k/s", 50, s.Ours.Median), Goal.AtLeast("aim: ratio", 0.5, s.Ratio.Median),
                ]
                : []);
        run.Report(
            $"{load.Verb}, {load.InFlight} in flight, CPU", "us/msg", "bare append", readings,
            r => r.ProcessorNanoseconds / 1e3, note: "processor time of the whole process for each message");
    }

    /// <summary>Sends or calls until all are answered, and makes sure that all were handled.</summary>
    private static async Task FloodAsync(EmbeddedHost host, KernelId[] kernels, Load load)
    {
        ulong before = await PositionsAsync(host, kernels);
        int next = -1;
        async Task SendAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < load.Messages; i = Interlocked.Increment(ref next))
            {
                MessageRequest request = new() { To = kernels[i % kernels.Length], Entry = "hit", Payload = _payload };
                if (!load.IsCall)
                {
                    await host.SendAsync(request);
                    continue;
                }
                CallResult result = await host.CallAsync(request);
                BenchmarkRun.Check(
                    result.Status == ReplyStatus.Ok && result.Payload.Span.SequenceEqual(_payload), true, "an echo");
            }
        }
        await Task.WhenAll(Enumerable.Range(0, load.InFlight).Select(_ => Task.Run(SendAsync)));
        // A send is acknowledged when it is durable; a call behind all of them is answered when they are handled.
        foreach (KernelId kernel in kernels)
        {
            await Programs.CallAsync(host, kernel, "hit");
        }
        ulong expected = (ulong)(load.Messages + kernels.Length) * EntriesPerMessage;
        ulong written = await PositionsAsync(host, kernels) - before;
        // Checkpoints, which are taken now and then, leave an entry of their own.
        bool allHandled = written >= expected && written < expected + 100;
        BenchmarkRun.Check(allHandled, true, $"that {written} entries are {expected}");
    }

    private static async Task<ulong> PositionsAsync(EmbeddedHost host, KernelId[] kernels)
    {
        ulong sum = 0;
        foreach (KernelId kernel in kernels)
        {
            sum += (await host.GetAsync(kernel)).Position;
        }
        return sum;
    }

    /// <summary>The entries that the messages left, repeated until there are as many as a round leaves.</summary>
    private static async Task<List<JournalRecord>> CollectAsync(
        EmbeddedHost host, DataFolder folder, KernelId[] kernels, Load load)
    {
        List<JournalRecord> left = [];
        using DataFolder copy = folder.CopyAsByCrash();
        await using SqliteStore store = SqliteStore.Open(copy.File("granary.db"));
        foreach (KernelId kernel in kernels)
        {
            await foreach (JournalRecord record in store.ReadJournalAsync(kernel, after: EntriesPerMessage))
            {
                left.Add(record);
            }
        }
        BenchmarkRun.Check(left.Count > 0, true, $"that {host.Description} has entries");
        return [.. Enumerable.Range(0, load.Messages * EntriesPerMessage).Select(i => left[i % left.Count])];
    }

    private readonly record struct Load(bool IsCall, int InFlight, int Messages)
    {
        public string Verb => IsCall ? "call" : "send";
    }
}
