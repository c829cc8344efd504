namespace Granary.Vms.Nock;

/// <summary>What bounds an evaluation, derived from <see cref="VmLimits"/>.</summary>
/// <remarks>
/// Memory is counted in units, about bytes of a saved machine: <see cref="CellUnits"/> a cell, <see cref="AtomUnits"/>
/// and 8 for each word of 64 bits an atom. Each time that <see cref="SweepUnits"/> have been allocated the living nouns
/// are counted, shared ones once; more than <see cref="LivingUnitsMax"/> are too many. Living and new together, and a
/// full stack, fit a snapshot.
/// </remarks>
internal sealed class NockLimits(VmLimits limits)
{
    public const int CellUnits = 16;

    public const int AtomUnits = 8;

    /// <summary>Evaluations that wait. A frame takes at most 12 bytes of a snapshot.</summary>
    public int DepthMax { get; } = (int)Math.Min(1 << 20, limits.SnapshotBytesMax / 64);

    public long LivingUnitsMax { get; } = limits.SnapshotBytesMax * 3 / 8;

    public long SweepUnits { get; } = limits.SnapshotBytesMax * 3 / 8;

    /// <summary>An atom: what a value of the state may have, eight times.</summary>
    public long AtomBytesMax { get; } = Math.Min(8L * limits.ValueBytesMax, limits.SnapshotBytesMax / 8);
}
