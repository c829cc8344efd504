namespace Granary.Vms.Evm;

/// <summary>A world's genesis: shared by all kernels that begin with it.</summary>
internal sealed class EvmProgram(EvmGenesis genesis, VmLimits limits) : IVmProgram
{
    public EvmGenesis Genesis { get; } = genesis;

    public EvmRules Rules { get; } = EvmRules.Of(genesis.Revision);

    public VmLimits Limits { get; } = limits;

    public IReadOnlyList<string> EntryPoints { get; } = ["runTx", "runBlock", "call", "stateRoot", "account"];

    public IVmContainer Start() => new EvmContainer(this, NewState());

    public IVmContainer Restore(ISnapshotSource snapshot) =>
        new EvmContainer(this, EvmSnapshot.Restore(snapshot, this));

    public EvmState NewState() => new(Rules, Genesis.ChainId, Limits);

    /// <summary>The entry of that name; an empty one means the first.</summary>
    public EvmEntry FindEntry(string name)
    {
        for (int i = 0; i < EntryPoints.Count; i++)
        {
            if (name.Length == 0 || EntryPoints[i] == name)
            {
                return (EvmEntry)(i + 1);
            }
        }
        return EvmEntry.None;
    }
}
