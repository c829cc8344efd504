using System.Diagnostics;

namespace Granary.Embedded;

/// <summary>
/// Spans of this host. A message that carries a trace context gets <c>receive</c>, <c>vm.run</c> and <c>send</c> spans
/// under it, in every kernel that it leads to; without one, without a listener, and when the trace is not recorded
/// where it began, nothing is made.
/// </summary>
/// <remarks>A message carries the context of whoever began it all, not of a span here: what a host observes must not
/// show in a journal. So the spans of one trace stand beside each other, under their common parent.</remarks>
public static class EmbeddedTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "Granary.Embedded";

    /// <summary>Its lowest bit is the "sampled" of W3C: <c>00-TRACE-SPAN-FLAGS</c>.</summary>
    private const int LastFlagDigit = 54;

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>
    /// A span under a message's trace context; null when it has none, it is not recorded, or nobody listens.
    /// </summary>
    internal static Activity? Start(string name, ActivityKind kind, string trace) =>
        IsRecorded(trace) && Source.HasListeners()
            && ActivityContext.TryParse(trace, traceState: null, isRemote: true, out ActivityContext parent)
                ? Source.StartActivity(name, kind, parent)
                : null;

    /// <summary>
    /// Looks only at the flags: most messages are of traces that nobody records, and reading a context whole allocates.
    /// </summary>
    private static bool IsRecorded(string trace) =>
        trace.Length > LastFlagDigit && "13579bdf".Contains(trace[LastFlagDigit]);
}
