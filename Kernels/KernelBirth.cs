using Granary.Vms;

namespace Granary.Kernels;

/// <summary>What a new kernel is made of.</summary>
public sealed record KernelBirth
{
    public required KernelId Id { get; init; }

    public ulong Generation { get; init; } = 1;

    public required EngineId Engine { get; init; }

    public required Hash CodeHash { get; init; }

    public KernelLimits Limits { get; init; } = KernelLimits.Default;

    public IReadOnlyList<KeyValuePair<string, KernelId>> Ports { get; init; } = [];

    /// <summary>For a fork or an import: what it continues, and the trees that it goes on from.</summary>
    public KernelInheritance? Inheritance { get; init; }
}

/// <param name="Origin">What it continues.</param>
/// <param name="Root">The tree at the last commit.</param>
/// <param name="Work">The tree at the safe point when a message was half done; otherwise null.</param>
public sealed record KernelInheritance(KernelOrigin Origin, StateTree Root, StateTree? Work);
