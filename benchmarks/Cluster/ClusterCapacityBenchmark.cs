using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Kernels;
using Granary.Vms;
using Orleans.Runtime.Placement;

namespace Granary.Benchmarks;

/// <summary>
/// Many kernels on two silos: what each takes in memory, how fast they come into it, and how fast they leave a silo
/// that stops, beside bare grains with a persistent state.
/// </summary>
/// <remarks>
/// Each has been called once, so each has a state that differs from its last checkpoint, as a kernel in use has. When
/// they come, they come from the database, one call each: a kernel is recovered, a grain reads its state, and both
/// write. A silo that stops sends its kernels away; bare Orleans does not, so as many bare grains are told to migrate.
/// </remarks>
internal sealed class ClusterCapacityBenchmark : IBenchmark
{
    private const string Peer = "bare grain";
    private const int InFlight = 64;
    private const string Program = """
        on add
            get n "n"
            int n n
            add n 1
            put "n" n
            halt n
        """;

    private static readonly byte[] s_state = new byte[8];

    public string Name => "cluster-capacity";

    public string Summary => "many kernels on two silos: memory, activation, drain; beside bare grains";

    public async Task RunAsync(BenchmarkRun run)
    {
        if (ClusterStage.IsMissing())
        {
            return;
        }
        int count = run.Quick ? 200 : int.Parse(
            Environment.GetEnvironmentVariable("GRANARY_KERNELS") ?? "20000", CultureInfo.InvariantCulture);
        await using ClusterStage stage = await ClusterStage.OpenAsync(TimeSpan.FromMilliseconds(250));
        string[] keys =
            [.. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"k{i}"))];
        // What Orleans and the engine need for themselves is there before anything is measured.
        await MakeAsync(stage, ["warm"]);
        await CallAsync(stage, "warm");
        await stage.Here.Grains.GetGrain<IBareGrain>("warm").Write(s_state);
        long empty = await MemoryAsync(stage);

        TimeSpan made = await MakeAsync(stage, keys);
        TimeSpan called = await EachAsync(keys, key => CallAsync(stage, key));
        long ours = await MemoryAsync(stage) - empty;
        int here = stage.Here.Ours.Kernels.Count;
        BenchmarkRun.Check(here + await CountThereAsync(stage), count + 1, "the count of kernels on the silos");
        TimeSpan written = await EachAsync(keys, key => stage.Here.Grains.GetGrain<IBareGrain>(key).Write(s_state));
        long theirs = await MemoryAsync(stage) - empty - ours;
        Report(
            run, $"memory of {count} kernels", "B/kernel", (double)ours / count, (double)theirs / count,
            FormattableString.Invariant($"managed heap of both silos, {here} kernels on one of them"),
            [Goal.AtLeast("aim: kernels", 20_000, count)]);
        Report(
            run, "activated by a call", "k/s", count / called.TotalSeconds / 1e3, count / written.TotalSeconds / 1e3,
            FormattableString.Invariant(
                $"{InFlight} at a time; {count} kernels were made before that in {made.TotalSeconds:0.0} s"));
        await DrainAsync(run, stage, keys);
    }

    /// <summary>The other silo stops, and its kernels come here; nothing of them is lost.</summary>
    private static async Task DrainAsync(BenchmarkRun run, ClusterStage stage, string[] keys)
    {
        int leaving = await CountThereAsync(stage);
        double bare = await MigrateBareAsync(stage, keys[..leaving]);
        double seconds = double.Parse((await stage.There.AskAsync("stop"))[0], CultureInfo.InvariantCulture);
        Report(
            run, $"drain of {leaving} kernels", "s", seconds, bare,
            FormattableString.Invariant($"{stage.Here.Ours.Kernels.Arrivals} went on from what they carried"));
        TimeSpan called = await EachAsync(keys, async key => BenchmarkRun.Check(
            await CallAsync(stage, key), "2", "what a kernel has counted after the drain"));
        Console.WriteLine(FormattableString.Invariant(
            $"    all {keys.Length} were called again and had counted right, in {called.TotalSeconds:0.0} s"));
    }

    /// <summary>As many bare grains with a kibibyte each go the same way: seconds until all have answered.</summary>
    private static async Task<double> MigrateBareAsync(ClusterStage stage, string[] keys)
    {
        await EachAsync(keys, async key =>
        {
            RequestContext.Set(IPlacementDirector.PlacementHintKey, stage.BareThere);
            await stage.Here.Grains.GetGrain<IBareCarrier>(key).Fill(1 << 10);
        });
        long start = Stopwatch.GetTimestamp();
        await EachAsync(keys, key => stage.Here.Grains.GetGrain<IBareCarrier>(key).Migrate(stage.Here.BareAddress));
        await EachAsync(keys, async key =>
        {
            BarePlace place = await stage.Here.Grains.GetGrain<IBareCarrier>(key).Look();
            BenchmarkRun.Check(place.Silo, stage.Here.BareAddress, "the silo of a bare grain");
        });
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static Task<TimeSpan> MakeAsync(ClusterStage stage, string[] keys)
    {
        (IVmEngine _, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".gscript")!.Value;
        ReadOnlyMemory<byte> code = language.Compile(Program, VmLimits.Default);
        return EachAsync(keys, key => stage.DeployAsync(key, "script", code));
    }

    private static async Task<string> CallAsync(ClusterStage stage, string key)
    {
        CallResult result = await stage.Host.CallAsync(
            new MessageRequest { To = KernelId.Parse(key), Entry = "add" });
        BenchmarkRun.Check(result.Status, ReplyStatus.Ok, $"the answer of kernel '{key}'");
        return Encoding.UTF8.GetString(result.Payload.Span);
    }

    private static async Task<TimeSpan> EachAsync(string[] keys, Func<string, Task> work)
    {
        long start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(
            keys, new ParallelOptions { MaxDegreeOfParallelism = InFlight }, async (key, _) => await work(key));
        return Stopwatch.GetElapsedTime(start);
    }

    private static async Task<long> MemoryAsync(ClusterStage stage) => MemoryUsage.Take().Heap
        + long.Parse((await stage.There.AskAsync("memory"))[0], CultureInfo.InvariantCulture);

    private static async Task<int> CountThereAsync(ClusterStage stage) =>
        int.Parse((await stage.There.AskAsync("kernels"))[0], CultureInfo.InvariantCulture);

    private static void Report(
        BenchmarkRun run, string name, string unit, double ours, double theirs, string note,
        IReadOnlyList<Goal>? goals = null)
    {
        PairedSeries series = new();
        series.Add(ours, theirs);
        run.Report(name, unit, Peer, series, goals ?? [], note);
    }
}
