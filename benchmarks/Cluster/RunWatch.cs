using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Granary.Embedded;

namespace Granary.Benchmarks;

/// <summary>
/// When machines ran, by the spans of their slices, which only messages with a recorded trace have: of each kernel the
/// first begin and the last end since it was asked for last.
/// </summary>
internal sealed class RunWatch : IDisposable
{
    private readonly ConcurrentDictionary<string, (long First, long Last)> _runs = new();
    private readonly ActivityListener _listener;

    public RunWatch()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == EmbeddedTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
                options.Name == "vm.run" ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStarted = activity => activity.SetCustomProperty("start", Stopwatch.GetTimestamp()),
            ActivityStopped = Stopped,
        };
        ActivitySource.AddActivityListener(_listener);
    }

    /// <summary>Two readings of the machine's clock, 0 for none; forgets them.</summary>
    public string Take(string kernel) => _runs.TryRemove(kernel, out (long First, long Last) run)
        ? string.Create(CultureInfo.InvariantCulture, $"{run.First} {run.Last}")
        : "0 0";

    public void Dispose() => _listener.Dispose();

    private void Stopped(Activity activity)
    {
        long end = Stopwatch.GetTimestamp();
        if (activity.GetTagItem("granary.kernel") is string kernel
            && activity.GetCustomProperty("start") is long start)
        {
            _runs.AddOrUpdate(kernel, _ => (start, end), (_, before) => (before.First, end));
        }
    }
}
