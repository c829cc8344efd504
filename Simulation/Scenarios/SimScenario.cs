using Granary.Kernels;

namespace Granary.Simulation;

/// <summary>Somebody's own kernels, who uses them, and what must hold afterwards.</summary>
public sealed record SimScenario
{
    public required IReadOnlyList<ScenarioKernel> Kernels { get; init; }

    public IReadOnlyList<ScenarioClient> Clients { get; init; } = [];

    public IReadOnlyList<Expectation> Expectations { get; init; } = [];

    /// <summary>Kernels that must store the same as after a run without faults.</summary>
    public IReadOnlyList<KernelId> SameAsCalm { get; init; } = [];

    /// <summary>How long things go wrong, at most: when all clients are done before, it ends then.</summary>
    public TimeSpan FaultsFor { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long everything may take to come to rest after that.</summary>
    public TimeSpan SettleWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>For kernels that never come to rest: they are paused when all clients are done.</summary>
    public bool PauseAtEnd { get; init; }
}
