using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// One message to 1,000 kernels, from the call of a client to the last of them having handled it durably, beside a bare
/// append of as many entries in one transaction.
/// </summary>
internal sealed class FanOutBenchmark : IBenchmark
{
    /// <summary>Received and ended at each receiver, and an acknowledgement at the sender.</summary>
    private const int EntriesPerReceiver = 3;

    private const string Hub = """
        on tell
            broadcast n "all" "hit" payload gas 100000
            halt n
        """;

    private const string Leaf = """
        on hit
            halt
        """;

    public string Name => "fan-out";

    public string Summary => "one message to 1,000 kernels until the last has handled it";

    public async Task RunAsync(BenchmarkRun run)
    {
        int count = run.Pick(1_000, 10);
        using DataFolder folder = new();
        using DataFolder bareFolder = new();
        using BareJournal bare = new(bareFolder.File("bare.db"));
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        KernelId hub = await Programs.DeployAsync(host, "hub", Programs.Script, Hub);
        for (int i = 0; i < count; i++)
        {
            KernelId leaf = await Programs.DeployAsync(
                host, FormattableString.Invariant($"leaf-{i:d4}"), Programs.Script, Leaf);
            await host.SetPortAsync(hub, FormattableString.Invariant($"all.{i:d4}"), leaf);
        }
        JournalRecord[] entries = new JournalRecord[count * EntriesPerReceiver];
        Array.Fill(entries, new JournalRecord(1, new byte[120], Hash.Of([1])));
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.OfAsync(count, () => TellAsync(host, hub, count)),
            () => Task.FromResult(Reading.Of(count, () => bare.Append(entries, entries.Length))));
        run.Report(
            FormattableString.Invariant($"broadcast to {count}"), "k/s", "bare append", readings,
            r => r.PerSecond / 1e3,
            note: FormattableString.Invariant(
                $"{Sample.Of(readings.Select(r => r.Ours.Elapsed.TotalMilliseconds)).Median:f1} ms for all"));
    }

    private static async Task TellAsync(EmbeddedHost host, KernelId hub, int count)
    {
        using CancellationTokenSource stop = new();
        IAsyncEnumerable<KernelEvent> events = host.WatchAsync(null, null, stop.Token);
        Task handled = Task.Run(async () =>
        {
            int seen = 0;
            await foreach (KernelEvent happened in events)
            {
                if (happened.Kind == KernelEventKind.Dropped)
                {
                    throw new BenchmarkFailedException("Events were dropped.");
                }
                if (happened.Kind == KernelEventKind.Ended && happened.Id != hub && ++seen == count)
                {
                    return;
                }
            }
        });
        await Programs.CallAsync(host, hub, "tell", "hello"u8.ToArray(), gas: GasMeter.Unlimited);
        await handled;
        await stop.CancelAsync();
    }
}
