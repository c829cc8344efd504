using System.Diagnostics;
using System.Diagnostics.Metrics;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>What it costs a message that somebody listens to spans and counts, beside nobody.</summary>
/// <remarks>
/// The listeners take everything, as an exporter does, and forget it: what an exporter then does with it is its own
/// work. Traces follow their parent: one that was not chosen where it began is not recorded here.
/// </remarks>
internal sealed class TelemetryBenchmark : IBenchmark
{
    private const int InFlight = 256;
    private const int Kernels = 8;
    private const double CostMax = 0.05;
    private const string Program = """
        on hit
            halt payload
        """;

    /// <summary>More than are in flight, so that neighbours are of different traces.</summary>
    private const int TracesMax = 1_024;

    private static readonly byte[] s_payload = "sixteen bytes ok"u8.ToArray();

    public string Name => "telemetry";

    public string Summary => "messages a second with spans and counts listened to, beside nobody listening";

    public async Task RunAsync(BenchmarkRun run)
    {
        using DataFolder folder = new();
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions);
        await RunAsync(run, host, "no trace in messages", flags: null, isUsual: true, spansPerMessage: 0);
        await RunAsync(run, host, "trace not recorded", flags: "00", isUsual: true, spansPerMessage: 0);
        // Receive and vm.run.
        await RunAsync(run, host, "every message recorded", flags: "01", isUsual: false, spansPerMessage: 2);
    }

    private static async Task RunAsync(
        BenchmarkRun run, EmbeddedHost host, string name, string? flags, bool isUsual, int spansPerMessage)
    {
        int messages = run.Pick(25_000, 600);
        string[] traces = flags is null
            ? [""]
            : [.. Enumerable.Range(1, TracesMax)
                .Select(i => FormattableString.Invariant($"00-{i:x32}-{i:x16}-{flags}"))];
        KernelId[] kernels = new KernelId[Kernels];
        for (int i = 0; i < Kernels; i++)
        {
            kernels[i] = await Programs.DeployAsync(
                host, FormattableString.Invariant($"k{i}-{name.Replace(' ', '-')}"), Programs.Script, Program);
        }
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            async () =>
            {
                using Listeners listeners = new();
                Reading reading = await Reading.OfAsync(messages, () => FloodAsync(host, kernels, messages, traces));
                listeners.Check(messages + Kernels, messages * spansPerMessage);
                return reading;
            },
            () => Reading.OfAsync(messages, () => FloodAsync(host, kernels, messages, traces)),
            run.Pick(31, 1));
        run.Report(name, "k/s", "nobody listens", readings, r => r.PerSecond / 1e3);
        // Processor time is judged: the clock also shows who else uses the machine.
        run.Report(
            $"{name}, CPU", "us/msg", "nobody listens", readings, r => r.ProcessorNanoseconds / 1e3,
            s => isUsual ? [Goal.AtMost("ratio", 1 + CostMax, s.Ratio.Median)] : []);
    }

    private static async Task FloodAsync(EmbeddedHost host, KernelId[] kernels, int messages, string[] traces)
    {
        int next = -1;
        async Task SendAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < messages; i = Interlocked.Increment(ref next))
            {
                await host.SendAsync(new MessageRequest
                {
                    To = kernels[i % kernels.Length], Entry = "hit", Payload = s_payload,
                    Trace = traces[i % traces.Length],
                });
            }
        }
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(SendAsync)));
        // A send is acknowledged when it is durable; a call behind all of them is answered when they are handled.
        foreach (KernelId kernel in kernels)
        {
            await Programs.CallAsync(host, kernel, "hit");
        }
    }

    /// <summary>Takes every span and every measurement.</summary>
    private sealed class Listeners : IDisposable
    {
        private readonly ActivityListener _spans;
        private readonly MeterListener _meters;
        private long _spanCount;
        private long _commitCount;
        private long _messageCount;

        public Listeners()
        {
            _spans = new ActivityListener
            {
                ShouldListenTo = source => source.Name == EmbeddedTelemetry.Name,
                Sample = (ref ActivityCreationOptions<ActivityContext> o) =>
                    o.Parent == default || o.Parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)
                        ? ActivitySamplingResult.AllDataAndRecorded
                        : ActivitySamplingResult.None,
                ActivityStopped = span => Interlocked.Increment(
                    ref span.OperationName == "commit" ? ref _commitCount : ref _spanCount),
            };
            ActivitySource.AddActivityListener(_spans);
            _meters = new MeterListener
            {
                InstrumentPublished = (instrument, listener) =>
                {
                    if (instrument.Meter.Name == EmbeddedTelemetry.Name)
                    {
                        bool isMessages = instrument.Name == "granary.messages";
                        listener.EnableMeasurementEvents(instrument, isMessages ? this : null);
                    }
                },
            };
            _meters.SetMeasurementEventCallback<long>((_, value, _, state) =>
            {
                if (state is not null)
                {
                    Interlocked.Add(ref _messageCount, value);
                }
            });
            _meters.SetMeasurementEventCallback<int>((_, _, _, _) => { });
            _meters.SetMeasurementEventCallback<double>((_, _, _, _) => { });
            _meters.Start();
        }

        /// <summary>They were told of everything; of the last calls' spans not all may have come.</summary>
        public void Check(int messages, int spans)
        {
            BenchmarkRun.Check(
                Interlocked.Read(ref _messageCount) >= messages - Kernels, true,
                $"that {_messageCount} of {messages} messages were counted");
            BenchmarkRun.Check(Interlocked.Read(ref _spanCount), spans, "the count of spans of messages");
            BenchmarkRun.Check(Interlocked.Read(ref _commitCount) > 0, true, "that commits have spans");
        }

        public void Dispose()
        {
            _spans.Dispose();
            _meters.Dispose();
        }
    }
}
