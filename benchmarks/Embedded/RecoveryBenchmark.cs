using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// From opening the folder of a crashed host to the first answer, by what the kernel did since its beginning: with the
/// checkpoint rule, beside the same without it.
/// </summary>
/// <remarks>The crash is a copy of database and log while the host is up and quiet: no shutdown, no last checkpoint.
/// </remarks>
internal sealed class RecoveryBenchmark : IBenchmark
{
    private const int InFlight = 256;

    private const string Program = """
        on count
            get n "count"
            int n n
            add n 1
            put "count" n
            halt n
        on spin
            int n payload
        again:
            add i 1
            if i < n goto again
            halt i
        """;

    private static readonly KernelId _id = KernelId.Parse("recovering");

    private static readonly EmbeddedOptions _noRule = Programs.QuietOptions with
    {
        CheckpointBytes = long.MaxValue, CheckpointGas = long.MaxValue,
    };

    public string Name => "recovery";

    public string Summary => "recovery after a crash by length of history, with and without the checkpoint rule";

    public async Task RunAsync(BenchmarkRun run)
    {
        int[] lengths = run.Pick<int[]>([0, 1_000, 4_000, 16_000, 64_000], [0, 200]);
        await RunAsync(run, lengths, "messages", SendAsync);
        // Ten gas for each turn of the loop; totals that do not end just behind a checkpoint.
        int[] megagas = run.Pick<int[]>([100, 550, 1_750], [1]);
        await RunAsync(run, megagas, "Mgas", SpinAsync);
    }

    private static async Task RunAsync(
        BenchmarkRun run, int[] lengths, string unit, Func<EmbeddedHost, int, Task> growAsync)
    {
        using DataFolder ruled = new();
        using DataFolder free = new();
        await using EmbeddedHost ruledHost = await MakeAsync(ruled, Programs.QuietOptions);
        await using EmbeddedHost freeHost = await MakeAsync(free, _noRule);
        int grown = 0;
        foreach (int length in lengths)
        {
            await growAsync(ruledHost, length - grown);
            await growAsync(freeHost, length - grown);
            grown = length;
            ReadOnlyMemory<byte> count = await CountAsync(ruledHost);
            BenchmarkRun.Check(
                (await CountAsync(freeHost)).Span.SequenceEqual(count.Span), true, "that both count the same");
            PairedSeries series = new();
            for (int round = run.Quick ? 0 : -1; round < run.Pick(3, 1); round++)
            {
                double ours = await RecoverAsync(ruled, Programs.QuietOptions, count);
                double theirs = await RecoverAsync(free, _noRule, count);
                if (round >= 0)
                {
                    series.Add(ours, theirs);
                }
            }
            run.Report(
                FormattableString.Invariant($"after {length:N0} {unit}"), "ms", "no checkpoints", series, []);
        }
    }

    private static async Task<double> RecoverAsync(
        DataFolder folder, EmbeddedOptions options, ReadOnlyMemory<byte> count)
    {
        using DataFolder crashed = folder.CopyAsByCrash();
        long start = Stopwatch.GetTimestamp();
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(crashed.Path, BuiltInEngines.All, options);
        ReadOnlyMemory<byte> answer = await CountAsync(host);
        double milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        BenchmarkRun.Check(Number(answer), Number(count) + 1, "the count after recovery");
        return milliseconds;
    }

    private static async Task<EmbeddedHost> MakeAsync(DataFolder folder, EmbeddedOptions options)
    {
        EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, BuiltInEngines.All, options);
        await Programs.DeployAsync(host, _id.Value, Programs.Script, Program);
        return host;
    }

    private static Task<ReadOnlyMemory<byte>> CountAsync(EmbeddedHost host) => Programs.CallAsync(host, _id, "count");

    private static async Task SendAsync(EmbeddedHost host, int messages)
    {
        int left = messages;
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await host.SendAsync(new MessageRequest { To = _id, Entry = "count" });
            }
        })));
    }

    private static async Task SpinAsync(EmbeddedHost host, int megagas)
    {
        byte[] turns = Encoding.ASCII.GetBytes((megagas * 100_000L).ToString(CultureInfo.InvariantCulture));
        ReadOnlyMemory<byte> answer = await Programs.CallAsync(host, _id, "spin", turns, GasMeter.Unlimited);
        BenchmarkRun.Check(answer.Span.SequenceEqual(turns), true, "that the loop was run");
    }

    private static long Number(ReadOnlyMemory<byte> text) =>
        long.Parse(text.Span, NumberStyles.None, CultureInfo.InvariantCulture);
}
