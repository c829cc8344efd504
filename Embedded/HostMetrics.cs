using System.Diagnostics.Metrics;

namespace Granary.Embedded;

/// <summary>What a host counts. No kernel id is a tag: there may be millions.</summary>
internal sealed class HostMetrics : IDisposable
{
    private readonly Meter _meter = new(EmbeddedTelemetry.Name);
    private readonly Counter<long> _messages;
    private readonly Counter<long> _gas;
    private readonly Counter<long> _slices;
    private readonly Histogram<int> _commitItems;
    private readonly Histogram<double> _commitSeconds;
    private readonly Histogram<double> _recoverySeconds;
    private readonly Counter<long> _quarantines;
    private readonly Counter<long> _departures;
    private readonly Counter<long> _arrivals;

    public HostMetrics(Func<(int Live, int Idle)> kernels, Func<long> queuedCommits, Func<bool> isStoreReachable)
    {
        _messages = _meter.CreateCounter<long>(
            "granary.messages", "{message}", "Messages and commands that kernels were given.");
        _gas = _meter.CreateCounter<long>("granary.gas", "{gas}", "Gas that machines have run.");
        _slices = _meter.CreateCounter<long>("granary.slices", "{slice}", "Times a kernel was given a thread.");
        _commitItems = _meter.CreateHistogram<int>(
            "granary.commit.items", "{item}", "Slices that shared a transaction.");
        _commitSeconds = _meter.CreateHistogram<double>(
            "granary.commit.duration", "s", "Time of a transaction, with its flush.");
        _recoverySeconds = _meter.CreateHistogram<double>(
            "granary.recovery.duration", "s", "Time from a stored kernel to one that runs.");
        _quarantines = _meter.CreateCounter<long>(
            "granary.quarantines", "{kernel}", "Kernels taken out of service.");
        _departures = _meter.CreateCounter<long>(
            "granary.departures", "{kernel}", "Kernels that went from here to another silo, or were to.");
        _arrivals = _meter.CreateCounter<long>(
            "granary.arrivals", "{kernel}", "Kernels that came here with what they carried.");
        _meter.CreateObservableGauge(
            "granary.kernels.live", () => kernels().Live, "{kernel}", "Kernels in memory.");
        _meter.CreateObservableGauge(
            "granary.kernels.idle", () => kernels().Idle, "{kernel}", "Kernels in memory with nothing to do.");
        _meter.CreateObservableGauge(
            "granary.store.reachable", () => isStoreReachable() ? 1 : 0, description: "1 while the store answers.");
        _meter.CreateObservableGauge(
            "granary.commit.queue", queuedCommits, "{item}", "Slices that wait for the commit writer.");
    }

    /// <summary>True when somebody wants to know how long things take.</summary>
    public bool TimesCommits => _commitSeconds.Enabled;

    public void Slice(int jobs, long gas, string engine)
    {
        if (!_slices.Enabled)
        {
            return;
        }
        _slices.Add(1);
        _messages.Add(jobs);
        _gas.Add(gas, new KeyValuePair<string, object?>("engine", engine));
    }

    public void Committed(int items, TimeSpan duration)
    {
        _commitItems.Record(items);
        _commitSeconds.Record(duration.TotalSeconds);
    }

    public void Recovered(TimeSpan duration) => _recoverySeconds.Record(duration.TotalSeconds);

    public void Quarantined() => _quarantines.Add(1);

    public void Left() => _departures.Add(1);

    public void Arrived() => _arrivals.Add(1);

    public void Dispose() => _meter.Dispose();
}
