namespace Granary.Simulation;

/// <summary>Many seeds together.</summary>
public sealed class SimulationTotals
{
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);

    public int Seeds { get; private set; }

    public long Turns { get; private set; }

    public long Events { get; private set; }

    public long Recoveries { get; private set; }

    public TimeSpan Virtual { get; private set; }

    /// <summary>How often each fault struck, by name.</summary>
    public IReadOnlyDictionary<string, long> Faults => _faults;

    public void Add(SimulationReport report)
    {
        Seeds++;
        Turns += report.Turns;
        Events += report.Events;
        Recoveries += report.Recoveries;
        Virtual += report.Virtual;
        foreach ((string name, int struck) in report.Faults)
        {
            _faults[name] = _faults.GetValueOrDefault(name) + struck;
        }
    }

    /// <param name="real">How long the seeds took on a real clock.</param>
    public double TurnsPerSecond(TimeSpan real) => Turns / Math.Max(real.TotalSeconds, 1e-9);

    /// <summary>How many times faster than time the simulation went.</summary>
    public double TimesReal(TimeSpan real) => Virtual / TimeSpan.FromTicks(Math.Max(real.Ticks, 1));
}
