namespace Granary.Simulation;

/// <summary>
/// How often each fault strikes: of a million packets or writes, or the median of the virtual microseconds between two.
/// Every seed has its own, up to four times rarer or more frequent, so that each fault meets calm and storm of others.
/// </summary>
internal sealed class FaultRates
{
    private readonly SimFault _faults;
    private readonly int _intensity;
    private readonly SimRandom _random;

    public FaultRates(SimSettings settings, SimRandom random)
    {
        (_faults, _intensity, _random) = (settings.Faults, settings.Intensity, random);
        Drop = Share(SimFault.Drop, 20_000);
        Dup = Share(SimFault.Dup, 20_000);
        Reorder = Share(SimFault.Reorder, 30_000);
        CrashAtWrite = Share(SimFault.Crash, 1_500);
        Torn = Share(SimFault.Torn, 60_000);
        StoreError = Share(SimFault.StoreErrors, 3_000);
        StoreReadError = Share(SimFault.StoreErrors, 300);
        SlowPackets = Every(SimFault.Delay, 4_000_000);
        Partition = Every(SimFault.Partition, 5_000_000);
        Crash = Every(SimFault.Crash, 4_000_000);
        SlowDisk = Every(SimFault.SlowDisk, 6_000_000);
        Skew = Every(SimFault.Skew, 4_000_000);
        DoubleActivation = Every(SimFault.DoubleActivation, 1_500_000);
        Migrate = Every(SimFault.Migrate, 800_000);
        Collect = Every(SimFault.Collect, 2_000_000);
        Operator = Every(SimFault.Operator, 700_000);
        Evict = Every(SimFault.Evict, 500_000);
    }

    public int Drop { get; }

    public int Dup { get; }

    public int Reorder { get; }

    public int CrashAtWrite { get; }

    public int Torn { get; }

    public int StoreError { get; }

    public int StoreReadError { get; }

    public long? SlowPackets { get; }

    public long? Partition { get; }

    public long? Crash { get; }

    public long? SlowDisk { get; }

    public long? Skew { get; }

    public long? DoubleActivation { get; }

    public long? Migrate { get; }

    public long? Collect { get; }

    public long? Operator { get; }

    public long? Evict { get; }

    private int Share(SimFault fault, int perMillion) =>
        // Always drawn, so that switching one fault off leaves the rates of the others.
        (int)Scale(perMillion) is var share && _faults.HasFlag(fault) ? share * _intensity : 0;

    private long? Every(SimFault fault, long median) =>
        Scale(median) is var scaled && _faults.HasFlag(fault) ? Math.Max(1, scaled / _intensity) : null;

    private long Scale(long value) => _random.Next(5) switch
    {
        0 => value / 4,
        1 => value / 2,
        2 => value,
        3 => value * 2,
        _ => value * 4,
    };
}
