namespace Granary.Simulation;

/// <summary>What came of one seed.</summary>
public sealed record SimulationReport
{
    public required ulong Seed { get; init; }

    /// <summary>SHA-256 over every event: the same for the same seed, options, programs and version.</summary>
    public required string Digest { get; init; }

    /// <summary>What must not be and was; empty when all is well.</summary>
    public required IReadOnlyList<string> Violations { get; init; }

    /// <summary>Turns that are in the journals: those that were lost in crashes do not count.</summary>
    public required long Turns { get; init; }

    public required long Events { get; init; }

    /// <summary>How often a kernel was brought back from the store.</summary>
    public required long Recoveries { get; init; }

    /// <summary>How much time went by in the simulation.</summary>
    public required TimeSpan Virtual { get; init; }

    /// <summary>How often each fault struck, by name.</summary>
    public required IReadOnlyDictionary<string, int> Faults { get; init; }
}
