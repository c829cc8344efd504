using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// Skynet: a tree of kernels, ten children each, 100,000 leaves. One call at the root goes to all of them, each leaf
/// answers its number, and the sum comes back. Every call and every reply is durable at both ends.
/// </summary>
/// <remarks>
/// The peer is the same tree of tasks in this process, in memory, which keeps nothing: it shows the size of the work,
/// not a rival.
/// </remarks>
internal sealed class SkynetBenchmark : IBenchmark
{
    private const int Children = 10;
    private const int InFlight = 256;

    private const string Node = """
        on sum
            gas q
            div q 20
            call a "c0" "sum" payload gas q
            call b "c1" "sum" payload gas q
            call c "c2" "sum" payload gas q
            call d "c3" "sum" payload gas q
            call e "c4" "sum" payload gas q
            call f "c5" "sum" payload gas q
            call g "c6" "sum" payload gas q
            call h "c7" "sum" payload gas q
            call i "c8" "sum" payload gas q
            call j "c9" "sum" payload gas q
            await x a
            int s x
            await x b
            int x x
            add s x
            await x c
            int x x
            add s x
            await x d
            int x x
            add s x
            await x e
            int x x
            add s x
            await x f
            int x x
            add s x
            await x g
            int x x
            add s x
            await x h
            int x x
            add s x
            await x i
            int x x
            add s x
            await x j
            int x x
            add s x
            halt s
        """;

    private const string Leaf = """
        on sum
            get n "number"
            halt n
        on set
            put "number" payload
        """;

    public string Name => "skynet";

    public string Summary => "a tree of 111,111 kernels that one call goes through: time and memory";

    public async Task RunAsync(BenchmarkRun run)
    {
        int leaves = run.Pick(100_000, 100);
        using DataFolder folder = new();
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        (long heap, long set) = MemoryUsage.Take();
        long start = Stopwatch.GetTimestamp();
        int kernels = await BuildAsync(host, leaves);
        TimeSpan built = Stopwatch.GetElapsedTime(start);
        long expected = (long)leaves * (leaves - 1) / 2;
        List<(Reading Ours, Reading Theirs)> readings = [];
        for (int round = 0; round < run.Pick(3, 1); round++)
        {
            Reading ours = await Reading.OfAsync(kernels, async () => BenchmarkRun.Check(
                long.Parse(
                    Encoding.ASCII.GetString((await Programs.CallAsync(
                        host, KernelId.Parse("root"), "sum", gas: GasMeter.Unlimited)).Span),
                    CultureInfo.InvariantCulture), expected, "Skynet's sum"));
            Reading theirs = await Reading.OfAsync(kernels, async () =>
                BenchmarkRun.Check(await SumAsync(0, leaves), expected, "the sum of tasks"));
            readings.Add((ours, theirs));
        }
        (long heapAfter, long setAfter) = MemoryUsage.Take();
        run.Report(
            FormattableString.Invariant($"sum over {kernels} kernels"), "s", "tasks in memory", readings,
            r => r.Elapsed.TotalSeconds,
            note: FormattableString.Invariant(
                $"made in {built.TotalSeconds:f1} s; {(heapAfter - heap) >> 20} MiB of heap, ")
                + FormattableString.Invariant($"{(setAfter - set) >> 20} MiB of working set in the end"));
    }

    private static async Task<int> BuildAsync(EmbeddedHost host, int leaves)
    {
        (IVmEngine engine, ReadOnlyMemory<byte> leaf) = Programs.Compile(Programs.Script, Leaf);
        (_, ReadOnlyMemory<byte> node) = Programs.Compile(Programs.Script, Node);
        await ForAllAsync(leaves, async i =>
        {
            KernelId id = IdOf(leaves, i);
            await host.DeployAsync(new DeployRequest { Id = id, Engine = engine.Id, Code = leaf });
            await Programs.CallAsync(
                host, id, "set", Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
        });
        int kernels = leaves;
        for (int level = leaves / Children; level >= 1; level /= Children)
        {
            int below = level * Children;
            await ForAllAsync(level, i => host.DeployAsync(new DeployRequest
            {
                Id = IdOf(level, i), Engine = engine.Id, Code = node,
                Ports = [.. Enumerable.Range(0, Children).Select(c => KeyValuePair.Create(
                    FormattableString.Invariant($"c{c}"), IdOf(below, (i * Children) + c)))],
            }));
            kernels += level;
        }
        return kernels;
    }

    private static KernelId IdOf(int level, int index) =>
        KernelId.Parse(level == 1 ? "root" : FormattableString.Invariant($"n{level}-{index}"));

    private static async Task ForAllAsync(int count, Func<int, Task> work)
    {
        int next = -1;
        async Task WorkAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                await work(i);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, Math.Min(InFlight, count)).Select(_ => Task.Run(WorkAsync)));
    }

    private static async Task<long> SumAsync(long first, int count)
    {
        if (count == 1)
        {
            return first;
        }
        Task<long>[] parts = new Task<long>[Children];
        for (int i = 0; i < Children; i++)
        {
            int part = count / Children;
            long start = first + ((long)i * part);
            parts[i] = Task.Run(() => SumAsync(start, part));
        }
        return (await Task.WhenAll(parts)).Sum();
    }
}
