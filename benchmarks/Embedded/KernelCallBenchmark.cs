using System.Diagnostics;
using System.Text;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// A durable call from one kernel to another and its reply, one after the other, beside what the disk takes for two
/// flushes: the callee's turn must be durable before its reply leaves, and the reply before the caller goes on.
/// </summary>
internal sealed class KernelCallBenchmark : IBenchmark
{
    private const int CallsPerRun = 20;
    private const string Caller = """
        on run
            set left payload
            int left left
        again:
            call c "callee" "hit" "sixteen bytes ok" gas 100000
            await x c
            sub left 1
            if left > 0 goto again
            halt x
        """;

    private const string Callee = """
        on hit
            halt payload
        """;

    public string Name => "kernel-call";

    public string Summary => "p50 and p99 of a durable call between two kernels, beside two bare flushes";

    public async Task RunAsync(BenchmarkRun run)
    {
        int runs = run.Pick(20, 2);
        using DataFolder folder = new();
        using DataFolder bareFolder = new();
        using BareJournal bare = new(bareFolder.File("bare.db"));
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        KernelId callee = await Programs.DeployAsync(host, "callee", Programs.Script, Callee);
        KernelId caller = await Programs.DeployAsync(host, "caller", Programs.Script, Caller);
        await host.SetPortAsync(caller, "callee", callee);
        byte[] count = Encoding.ASCII.GetBytes(
            CallsPerRun.ToString(System.Globalization.CultureInfo.InvariantCulture));
        // What such a call leaves: received and ended, twice, and two acknowledgements.
        JournalRecord entry = new(1, new byte[120], Hash.Of([1]));
        JournalRecord[] entries = [entry, entry, entry];
        PairedSeries p50 = new();
        PairedSeries p99 = new();
        for (int round = 0; round <= run.Rounds; round++)
        {
            double[] ours = new double[runs];
            double[] theirs = new double[runs];
            for (int i = 0; i < runs; i++)
            {
                long start = Stopwatch.GetTimestamp();
                ReadOnlyMemory<byte> answer = await Programs.CallAsync(host, caller, "run", count);
                ours[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds / CallsPerRun;
                BenchmarkRun.Check(Encoding.ASCII.GetString(answer.Span), "sixteen bytes ok", "the callee's answer");
                start = Stopwatch.GetTimestamp();
                for (int call = 0; call < CallsPerRun; call++)
                {
                    bare.Append(entries, entries.Length);
                    bare.Append(entries, entries.Length);
                }
                theirs[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds / CallsPerRun;
            }
            if (round > 0 || run.Quick)
            {
                Array.Sort(ours);
                Array.Sort(theirs);
                p50.Add(Sample.Quantile(ours, 0.5), Sample.Quantile(theirs, 0.5));
                p99.Add(Sample.Quantile(ours, 0.99), Sample.Quantile(theirs, 0.99));
            }
        }
        run.Report(
            "kernel to kernel and back, p50", "ms", "two bare flushes", p50,
            [Goal.AtMost("aim: ms", 2, p50.Ours.Median)], "means of twenty calls in a row");
        run.Report("kernel to kernel and back, p99", "ms", "two bare flushes", p99, []);
    }
}
