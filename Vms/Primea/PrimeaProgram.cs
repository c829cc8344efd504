using Granary.Vms.Primea.Ports;

namespace Granary.Vms.Primea;

/// <summary>A loaded world: what it begins with, and the limits that its machines obey.</summary>
internal sealed class PrimeaProgram(PrimeaCode code, VmLimits limits) : IVmProgram
{
    public PrimeaCode Code { get; } = code;

    public VmLimits Limits { get; } = limits;

    /// <summary>What a machine may hold in mid-run; a quarter of what can be saved leaves the rest room.</summary>
    public long HeldBytesMax { get; } = Math.Min(PrimeaLimits.HeldBytesMax, limits.SnapshotBytesMax / 4);

    /// <summary>The answer has to fit into a reply.</summary>
    public int LogBytesMax { get; } = Math.Min(PrimeaLimits.LogBytesMax, Math.Max(0, limits.PayloadBytesMax - 64));

    public IReadOnlyList<string> EntryPoints { get; } = PrimeaEntries.Of(code.Model);

    public IVmContainer Start() => Code.Model == PrimeaModel.Actors
        ? new PrimeaContainer(this, new PrimeaState())
        : new PortsContainer(this, new PortsWorld());

    public IVmContainer Restore(ISnapshotSource snapshot) => Code.Model == PrimeaModel.Actors
        ? new PrimeaContainer(this, PrimeaSnapshot.Restore(snapshot, this))
        : new PortsContainer(this, PortsSnapshot.Restore(snapshot, this));
}
