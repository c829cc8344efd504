using System.Collections.Concurrent;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// What a kernel that is in memory and has nothing to do costs, over SQLite so that its state is on the disk.
/// </summary>
/// <remarks>
/// The kernels are made by one host, which is closed; a second brings each into memory by a call. The peer is the least
/// that any host of actors must keep: an id, an object and its state in a map.
/// </remarks>
internal sealed class MemoryBenchmark : IBenchmark
{
    private const int StateBytes = 8;

    /// <summary>1 GiB for 20,000 kernels.</summary>
    private const double BytesAim = (1 << 30) / 20_000.0;

    private const string Counter = """
        on start
            get n "count"
            int n n
            add n 1
            put "count" n
            halt n
        """;

    public string Name => "memory";

    public string Summary => "bytes of a kernel in memory that has nothing to do";

    public async Task RunAsync(BenchmarkRun run)
    {
        int count = run.Pick(2_000, 40);
        await RunAsync(run, "script", Programs.Script, Counter, count);
        await RunAsync(run, "mova", Programs.Mova, "put 0 add 1 print", count);
    }

    private static async Task RunAsync(BenchmarkRun run, string engine, string extension, string source, int count)
    {
        using DataFolder folder = new();
        KernelId[] ids = new KernelId[count];
        await using (EmbeddedHost maker = await OpenAsync(folder))
        {
            for (int i = 0; i < count; i++)
            {
                ids[i] = await Programs.DeployAsync(
                    maker, FormattableString.Invariant($"{engine}-{i:d6}"), extension, source);
                await Programs.CallAsync(maker, ids[i], "start");
            }
        }
        PairedSeries managed = new();
        PairedSeries resident = new();
        for (int round = 0; round < run.Pick(3, 1); round++)
        {
            (double Managed, double Resident) ours = await LoadAsync(folder, ids);
            (double Managed, double Resident) theirs = Least(ids);
            managed.Add(ours.Managed, theirs.Managed);
            resident.Add(ours.Resident, Math.Max(1, theirs.Resident));
        }
        run.Report(
            $"{engine}, managed heap", "B/kernel", "object in a map", managed,
            [Goal.AtMost("aim: B/kernel (20,000 to a GiB)", BytesAim, managed.Ours.Median)],
            $"{FigureText.Number((1 << 30) / managed.Ours.Median)} kernels to a GiB");
        run.Report(
            $"{engine}, working set", "B/kernel", "object in a map", resident,
            [Goal.AtMost("aim: B/kernel (20,000 to a GiB)", BytesAim, resident.Ours.Max)],
            "the first round tells most: later ones find pages that the process already has");
    }

    private static async Task<(double Managed, double Resident)> LoadAsync(DataFolder folder, KernelId[] ids)
    {
        await using EmbeddedHost host = await OpenAsync(folder);
        // The first one brings the program, and what the process needs once.
        await Programs.CallAsync(host, ids[0], "start");
        (long heap, long set) = MemoryUsage.Take();
        foreach (KernelId id in ids.AsSpan(1).ToArray())
        {
            await Programs.CallAsync(host, id, "start");
        }
        (long heapAfter, long setAfter) = MemoryUsage.Take();
        BenchmarkRun.Check(host.LiveCount, ids.Length, "the count of kernels in memory");
        return ((heapAfter - heap) / (ids.Length - 1.0), (setAfter - set) / (ids.Length - 1.0));
    }

    private static (double Managed, double Resident) Least(KernelId[] ids)
    {
        ConcurrentDictionary<string, byte[]> map = new();
        (long heap, long set) = MemoryUsage.Take();
        foreach (KernelId id in ids)
        {
            map[new string(id.Value.AsSpan())] = new byte[StateBytes];
        }
        (long heapAfter, long setAfter) = MemoryUsage.Take();
        BenchmarkRun.Check(map.Count, ids.Length, "the count of objects");
        return ((heapAfter - heap) / (double)ids.Length, (setAfter - set) / (double)ids.Length);
    }

    private static Task<EmbeddedHost> OpenAsync(DataFolder folder) =>
        EmbeddedHost.OpenAsync(folder.Path, BuiltInEngines.All, Programs.QuietOptions);
}
