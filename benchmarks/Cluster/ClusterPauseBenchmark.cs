using System.Diagnostics;
using System.Globalization;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// Live migrations of a program in mid-loop, all of whose memory has changed since its last checkpoint, beside those of
/// a bare grain with as many bytes in its dehydration context.
/// </summary>
/// <remarks>
/// Two times of each: for how long it was stopped, which for a program is from the end of its last slice at one silo
/// to the begin of its first at the other, and for a grain from deactivation to the end of activation; and from the
/// request of a client to migrate to the answer of a second one, which is served where it went to. What a kernel
/// answers is read from its state, and by then what it brought along is stored; a bare grain stores nothing.
/// </remarks>
internal sealed class ClusterPauseBenchmark : IBenchmark
{
    private const string Id = "pause";
    private const string Peer = "bare grain";
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private const int JudgedBytes = 1 << 20;

    /// <summary>A kernel with more goes through the store.</summary>
    private const int CarriedBytesMax = 32 << 20;

    /// <summary>Between two migrations of the same: more than a kernel has to stay.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(40);

    private const string LoopProgram = """
        on spin
        again:
            add i 1
            goto again
        """;

    public string Name => "cluster-pause";

    public string Summary => "the pause of a live migration, beside that of a bare grain with as many bytes";

    public async Task RunAsync(BenchmarkRun run)
    {
        if (ClusterStage.IsMissing())
        {
            return;
        }
        await using ClusterStage stage = await ClusterStage.OpenAsync(TimeSpan.FromMilliseconds(20));
        using RunWatch watch = new();
        (int Bytes, int Migrations)[] sizes = run.Pick<(int, int)[]>(
            [(1 << 10, 100), (64 << 10, 100), (1 << 20, 100), (16 << 20, 20), (64 << 20, 6)],
            [(1 << 10, 3), (1 << 20, 3)]);
        foreach ((int bytes, int migrations) in sizes)
        {
            await using Subject subject = await Subject.MakeAsync(stage, watch, bytes);
            // The compiler's part, on both sides of both ways.
            await MeasureAsync(run, subject, Math.Min(migrations, 4), note: null);
            await MeasureAsync(run, subject, migrations, "idle");
        }
        KernelId[] loops =
        [
            .. await stage.DeployAsync("loop-here-", 1, LoopProgram, ClusterStage.HereName),
            .. await stage.DeployAsync("loop-there-", 1, LoopProgram, ClusterStage.ThereName),
        ];
        foreach (KernelId loop in loops)
        {
            await stage.Host.SendAsync(new MessageRequest { To = loop, Entry = "spin", Gas = GasMeter.Unlimited });
        }
        foreach ((int bytes, int migrations) in sizes)
        {
            await using Subject subject = await Subject.MakeAsync(stage, watch, bytes);
            await MeasureAsync(run, subject, migrations, "loops");
        }
    }

    /// <param name="note">Beside what; null: not reported.</param>
    private static async Task MeasureAsync(BenchmarkRun run, Subject subject, int migrations, string? note)
    {
        List<Pause> ours = [], theirs = [];
        for (int i = 0; i < migrations; i++)
        {
            ours.Add(await subject.MigrateAsync());
            theirs.Add(await subject.MigrateBareAsync());
        }
        if (note is null)
        {
            return;
        }
        string carried = FormattableString.Invariant(
            $"{ours.Count(p => p.IsCarried)} of {migrations} went on from what they carried");
        foreach ((string what, Func<Pause, double?> time) in new (string, Func<Pause, double?>)[]
        {
            ("stopped", p => p.Stopped), ("to reply", p => p.Reply),
        })
        {
            double[] left = [.. ours.Select(time).OfType<double>().Order()];
            double[] right = [.. theirs.Select(time).OfType<double>().Order()];
            if (left.Length == 0)
            {
                throw new BenchmarkFailedException("Nothing of the program's runs was seen.");
            }
            string name = $"{Size(subject.Bytes)}, {note}, {what}";
            PairedSeries half = new(), late = new();
            half.Add(Sample.Quantile(left, 0.5), Sample.Quantile(right, 0.5));
            late.Add(Sample.Quantile(left, 0.99), Sample.Quantile(right, 0.99));
            run.Report($"{name}, p50", "ms", Peer, half, [Goal.AtMost("aim: ratio", 3, half.Ratio.Median)], carried);
            run.Report($"{name}, p99", "ms", Peer, late, subject.Bytes == JudgedBytes
                ? [Goal.AtMost("aim: ms", note == "idle" ? 50 : 150, late.Ours.Median)]
                : []);
        }
    }

    private static string Size(int bytes) => bytes >= 1 << 20
        ? FormattableString.Invariant($"{bytes >> 20} MiB")
        : FormattableString.Invariant($"{bytes >> 10} KiB");

    /// <summary>Milliseconds.</summary>
    private readonly record struct Pause(double? Stopped, double? Reply, bool IsCarried);

    /// <summary>A kernel and a bare grain with as many bytes, which go from silo to silo.</summary>
    private sealed class Subject : IAsyncDisposable
    {
        private readonly ClusterStage _stage;
        private readonly RunWatch _watch;
        private readonly KernelId _kernel;
        private readonly IBareCarrier _carrier;
        private readonly string _key;
        private string _at = "";
        private SiloAddress _bareAt = null!;
        private long _arrivals;

        private Subject(ClusterStage stage, RunWatch watch, int bytes)
        {
            (_stage, _watch, Bytes) = (stage, watch, bytes);
            _key = string.Create(CultureInfo.InvariantCulture, $"{Id}-{bytes}-{Guid.NewGuid():N}");
            _kernel = KernelId.Parse(_key);
            _carrier = stage.BareClient.GetGrain<IBareCarrier>(_key);
        }

        public int Bytes { get; }

        public static async Task<Subject> MakeAsync(ClusterStage stage, RunWatch watch, int bytes)
        {
            Subject subject = new(stage, watch, bytes);
            await stage.DeployAsync(subject._key, "wasm", StateProgram.Make(bytes));
            await subject.CallAsync("fill");
            await stage.Host.SnapshotAsync(subject._kernel, "filled");
            subject._at = (await stage.Here.Ours.Cluster.FindAsync(subject._kernel)).Silo;
            await subject._carrier.Fill(bytes);
            subject._bareAt = (await subject._carrier.Look()).Silo;
            return subject;
        }

        public async Task<Pause> MigrateAsync()
        {
            string target = _at == ClusterStage.HereName ? ClusterStage.ThereName : ClusterStage.HereName;
            SiloAddress address = _stage.Find(target);
            await Task.Delay(s_rest);
            await CallAsync("touch");
            if (Bytes > CarriedBytesMax)
            {
                // So much work is followed by a checkpoint; after that, more is allowed.
                await CallAsync("touch");
            }
            await ReadRunsAsync();
            await _stage.Host.SendAsync(new MessageRequest
            {
                To = _kernel, Entry = "spin", Gas = GasMeter.Unlimited, Trace = Trace,
            });
            await Task.Delay(5);
            long start = Stopwatch.GetTimestamp();
            await _stage.Client.MigrateAsync(_kernel, address, CancellationToken.None);
            IReadOnlyList<StateEntry> state = await _stage.Client.ReadStateAsync(
                new StateQuery { Id = _kernel, Prefix = "data/"u8.ToArray(), Limit = 1 }, CancellationToken.None);
            double reply = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            BenchmarkRun.Check(state.Count, 1, "the count of entries of the state");
            BenchmarkRun.Check(
                (await _stage.Here.Ours.Cluster.FindAsync(_kernel)).Silo, target, "the silo of the kernel");
            await Task.Delay(5);
            await _stage.Host.CancelAsync(_kernel);
            ((long First, long Last) here, (long First, long Last) there) = await ReadRunsAsync();
            (long left, long arrived) = _at == ClusterStage.HereName
                ? (here.Last, there.First)
                : (there.Last, here.First);
            _at = target;
            long arrivals = _stage.Here.Ours.Kernels.Arrivals + long.Parse(
                (await _stage.There.AskAsync("arrivals"))[0], CultureInfo.InvariantCulture);
            bool isCarried = arrivals > _arrivals;
            _arrivals = arrivals;
            return new Pause(
                left > 0 && arrived > 0 ? Stopwatch.GetElapsedTime(left, arrived).TotalMilliseconds : null, reply,
                isCarried);
        }

        public async Task<Pause> MigrateBareAsync()
        {
            SiloAddress target = _bareAt.Equals(_stage.BareThere) ? _stage.Here.BareAddress : _stage.BareThere;
            await Task.Delay(s_rest);
            long start = Stopwatch.GetTimestamp();
            await _carrier.Migrate(target);
            BarePlace place = await _carrier.Look();
            double reply = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            BenchmarkRun.Check(place.Silo, target, "the silo of the bare grain");
            BenchmarkRun.Check(place.Bytes, Bytes, "the count of bytes that the bare grain took along");
            _bareAt = target;
            return new Pause(place.Stopped.TotalMilliseconds, reply, IsCarried: true);
        }

        public async ValueTask DisposeAsync()
        {
            await _stage.Host.DeleteAsync(_kernel);
            await _carrier.Fill(0);
        }

        private async Task CallAsync(string entry)
        {
            CallResult result = await _stage.Host.CallAsync(
                new MessageRequest { To = _kernel, Entry = entry, Gas = GasMeter.Unlimited });
            BenchmarkRun.Check(result.Status, ReplyStatus.Ok, $"the answer to '{entry}'");
        }

        /// <summary>When the machine ran in each process, since this was asked last.</summary>
        private async Task<((long First, long Last) Here, (long First, long Last) There)> ReadRunsAsync() =>
            (Parse(_watch.Take(_key).Split(' ')), Parse(await _stage.There.AskAsync($"runs {_key}")));

        private static (long First, long Last) Parse(string[] words) => (
            long.Parse(words[0], CultureInfo.InvariantCulture), long.Parse(words[1], CultureInfo.InvariantCulture));
    }
}
