namespace Granary.Simulation;

/// <summary>How to simulate.</summary>
public sealed record SimulationOptions
{
    public const int NodesMax = 32;

    public int Nodes { get; init; } = 3;

    public SimFault Faults { get; init; } = SimFault.All;

    /// <exception cref="ArgumentException">A number of nodes that cannot be.</exception>
    internal SimSettings ToSettings() => Nodes is < 1 or > NodesMax
        ? throw new ArgumentException($"{Nodes} nodes cannot be: 1 to {NodesMax} can.")
        : new SimSettings { Nodes = Nodes, Faults = Faults };
}
