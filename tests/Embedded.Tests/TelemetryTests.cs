using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded.Tests;

/// <summary>What a host tells of itself to who listens.</summary>
public sealed class TelemetryTests
{
    private const string Front = """
        on ask
            call c "back" "answer" payload
            await x c
            halt x
        """;

    private const string Back = """
        on answer
            halt payload
        """;

    [Fact]
    public async Task One_trace_crosses_kernels()
    {
        ActivityTraceId trace = ActivityTraceId.CreateRandom();
        ConcurrentQueue<Activity> spans = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = s => s.Name == EmbeddedTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using EmbeddedHost host = await OpenAsync();
        CallResult result = await host.CallAsync(new MessageRequest
        {
            To = KernelId.Parse("front"), Entry = "ask", Payload = "hello"u8.ToArray(),
            Trace = $"00-{trace.ToHexString()}-00f067aa0ba902b7-01",
        });
        Assert.Equal(ReplyStatus.Ok, result.Status);
        Assert.Equal("hello"u8.ToArray(), result.Payload.ToArray());

        Activity[] ours = [.. spans.Where(s => s.TraceId == trace)];
        Assert.Equal(["front", "front", "front", "back", "back", "back"], KernelsOf(ours, "receive", "vm.run", "send"));
        Assert.All(ours, s => Assert.Equal("00f067aa0ba902b7", s.ParentSpanId.ToHexString()));
        Activity answered = ours.Single(s => s.OperationName == "vm.run" && KernelOf(s) == "back");
        Assert.Equal("script", answered.GetTagItem("vm.engine"));
        Assert.Equal("Halted", answered.GetTagItem("vm.exit"));
        Assert.True((long)answered.GetTagItem("vm.gas")! > 0);
        Assert.Contains(spans, s => s.OperationName == "commit");
    }

    [Theory]
    [InlineData("00", false)]
    [InlineData("02", false)]
    [InlineData("0a", false)]
    [InlineData("01", true)]
    [InlineData("03", true)]
    [InlineData("0b", true)]
    public async Task A_trace_has_spans_only_when_it_is_recorded_where_it_began(string flags, bool isRecorded)
    {
        ActivityTraceId trace = ActivityTraceId.CreateRandom();
        ConcurrentQueue<Activity> spans = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = s => s.Name == EmbeddedTelemetry.Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using EmbeddedHost host = await OpenAsync();
        CallResult result = await host.CallAsync(new MessageRequest
        {
            To = KernelId.Parse("front"), Entry = "ask", Payload = "hello"u8.ToArray(),
            Trace = $"00-{trace.ToHexString()}-00f067aa0ba902b7-{flags}",
        });
        Assert.Equal(ReplyStatus.Ok, result.Status);
        Assert.Equal(isRecorded, spans.Any(s => s.TraceId == trace));
    }

    [Fact]
    public async Task Messages_and_gas_are_counted()
    {
        ConcurrentDictionary<string, double> sums = new();
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == EmbeddedTelemetry.Name)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((i, v, _, _) => sums.AddOrUpdate(i.Name, v, (_, sum) => sum + v));
        listener.SetMeasurementEventCallback<int>((i, v, _, _) => sums.AddOrUpdate(i.Name, v, (_, sum) => sum + v));
        listener.SetMeasurementEventCallback<double>((i, v, _, _) => sums.AddOrUpdate(i.Name, v, (_, sum) => sum + v));
        listener.Start();
        await using EmbeddedHost host = await OpenAsync();
        for (int i = 0; i < 10; i++)
        {
            await host.CallAsync(new MessageRequest { To = KernelId.Parse("back"), Entry = "answer" });
        }
        listener.RecordObservableInstruments();
        // Other tests may run hosts at the same time: at least ours was counted.
        Assert.True(sums["granary.messages"] >= 10);
        Assert.True(sums["granary.gas"] > 0);
        Assert.True(sums["granary.slices"] > 0);
        Assert.True(sums["granary.commit.items"] > 0);
        Assert.True(sums["granary.commit.duration"] > 0);
        Assert.True(sums["granary.recovery.duration"] > 0);
        Assert.True(sums["granary.kernels.live"] > 0);
        Assert.True(sums.ContainsKey("granary.kernels.idle"));
        Assert.True(sums.ContainsKey("granary.commit.queue"));
    }

    private static async Task<EmbeddedHost> OpenAsync()
    {
        EmbeddedHost host = await EmbeddedHost.OpenAsync(new MemoryStore(), Engines.All);
        EngineId script = new("script", 1);
        KernelId back = KernelId.Parse("back");
        await host.DeployAsync(new DeployRequest
        {
            Id = back, Engine = script, Code = Engines.Compile(".gscript", Back),
        });
        await host.DeployAsync(new DeployRequest
        {
            Id = KernelId.Parse("front"), Engine = script, Code = Engines.Compile(".gscript", Front),
            Ports = [new KeyValuePair<string, KernelId>("back", back)],
        });
        return host;
    }

    /// <summary>For the first and then the second kernel: whose spans of each name there are.</summary>
    private static string[] KernelsOf(Activity[] spans, params string[] names) =>
    [
        .. new[] { "front", "back" }.SelectMany(
            kernel => names.Select(name => spans.Any(s => s.OperationName == name && KernelOf(s) == kernel)
                ? kernel
                : $"no {name} in {kernel}")),
    ];

    private static string? KernelOf(Activity span) => span.GetTagItem("granary.kernel") as string;
}
