using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// From "not in memory" to the first answer, for kernels with 64 KiB of state, beside one query that reads as much.
/// </summary>
/// <remarks>
/// Host and peer are opened anew for each round, so nothing is in their caches; the operating system's cache is warm,
/// and so is the loaded program from the second kernel on. There are two first calls: one that reads one key, one that
/// reads them all.
/// </remarks>
internal sealed class ActivationBenchmark : IBenchmark
{
    private const int StateBytes = 64 << 10;
    private const int KeyDigits = 4;
    private const double AimMilliseconds = 10;

    private const string Program = """
        on fill                     # the payload and the key under each of so many keys
            set filler payload
            receive
            int n payload
        again:
            text key i width 4
            set value filler
            join value key
            put key value
            add i 1
            if i < n goto again
            halt
        on one
            get value "0007"
            len n value
            halt n
        on all
        more:
            next key value key
            if ok == 0 goto done
            len n value
            add sum n
            goto more
        done:
            halt sum
        """;

    public string Name => "activation";

    public string Summary => "cold activation of kernels with 64 KiB of state, beside one query of as many bytes";

    public async Task RunAsync(BenchmarkRun run)
    {
        foreach (int keys in new[] { 1_024, 16 })
        {
            using DataFolder folder = new();
            KernelId[] ids = await MakeAsync(folder, keys, run.Pick(100, 4));
            MakeBare(folder, ids.Length, keys);
            foreach (string entry in new[] { "one", "all" })
            {
                await RunAsync(run, folder, ids, keys, entry);
            }
        }
    }

    private static async Task RunAsync(BenchmarkRun run, DataFolder folder, KernelId[] ids, int keys, string entry)
    {
        PairedSeries half = new();
        PairedSeries last = new();
        for (int round = run.Quick ? 0 : -1; round < run.Pick(3, 1); round++)
        {
            (double[] ours, double[] theirs) = await MeasureAsync(folder, ids, keys, entry);
            if (round >= 0)
            {
                half.Add(Sample.Quantile(ours, 0.5), Sample.Quantile(theirs, 0.5));
                last.Add(Sample.Quantile(ours, 0.99), Sample.Quantile(theirs, 0.99));
            }
        }
        string name = FormattableString.Invariant($"{keys:N0} keys of {StateBytes / keys:N0} B, read {entry}");
        run.Report(
            $"{name}: p50", "ms", "one query", half, [Goal.AtMost("aim: ms", AimMilliseconds, half.Ours.Median)]);
        run.Report($"{name}: p99", "ms", "one query", last, []);
    }

    /// <summary>Milliseconds of each kernel's first answer, and of the query of its bytes; both sorted.</summary>
    private static async Task<(double[] Ours, double[] Theirs)> MeasureAsync(
        DataFolder folder, KernelId[] ids, int keys, string entry)
    {
        double[] ours = new double[ids.Length];
        double[] theirs = new double[ids.Length];
        string expected = (entry == "one" ? StateBytes / keys : StateBytes).ToString(CultureInfo.InvariantCulture);
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        using SqliteConnection bare = SqliteConnection.Open(folder.File("bare.db"), create: false);
        using SqliteStatement select = bare.Prepare("SELECT bytes FROM bare WHERE kernel = ?1 ORDER BY key");
        for (int i = 0; i < ids.Length; i++)
        {
            BenchmarkRun.Check(host.LiveCount, i, "the count of kernels in memory");
            long start = Stopwatch.GetTimestamp();
            ReadOnlyMemory<byte> answer = await Programs.CallAsync(host, ids[i], entry);
            ours[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            BenchmarkRun.Check(System.Text.Encoding.ASCII.GetString(answer.Span), expected, "the answer");

            start = Stopwatch.GetTimestamp();
            long bytes = 0;
            select.Bind(1, (long)i);
            while (select.Step())
            {
                bytes += select.Blob(0).ToArray().Length;
            }
            theirs[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            BenchmarkRun.Check(bytes, StateBytes, "what the query read");
        }
        Array.Sort(ours);
        Array.Sort(theirs);
        return (ours, theirs);
    }

    private static async Task<KernelId[]> MakeAsync(DataFolder folder, int keys, int count)
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        KernelId[] ids = new KernelId[count];
        byte[] number = System.Text.Encoding.ASCII.GetBytes(keys.ToString(CultureInfo.InvariantCulture));
        for (int i = 0; i < count; i++)
        {
            ids[i] = await Programs.DeployAsync(
                host, FormattableString.Invariant($"cold{i}"), Programs.Script, Program);
            // No two values are equal, in no two kernels: equal nodes would be stored once.
            byte[] filler = new byte[(StateBytes / keys) - KeyDigits];
            BinaryPrimitives.WriteInt32LittleEndian(filler, i);
            await host.SendAsync(new MessageRequest { To = ids[i], Entry = "fill", Payload = filler });
            await Programs.CallAsync(host, ids[i], "fill", number);
        }
        return ids;
    }

    private static void MakeBare(DataFolder folder, int kernels, int keys)
    {
        using SqliteConnection bare = SqliteConnection.Open(folder.File("bare.db"), create: true);
        bare.Execute("CREATE TABLE bare(kernel INTEGER, key INTEGER, bytes BLOB, PRIMARY KEY(kernel, key))");
        using SqliteStatement insert = bare.Prepare("INSERT INTO bare VALUES(?1, ?2, ?3)");
        bare.InTransaction(() =>
        {
            for (int kernel = 0; kernel < kernels; kernel++)
            {
                for (int key = 0; key < keys; key++)
                {
                    insert.Bind(1, (long)kernel).Bind(2, (long)key).Bind(3, new byte[StateBytes / keys]).Run();
                }
            }
            return true;
        });
    }
}
