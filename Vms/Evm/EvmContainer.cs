namespace Granary.Vms.Evm;

/// <summary>One running world. Between messages it keeps nothing: all is in <c>data/</c>.</summary>
internal sealed class EvmContainer(EvmProgram program, EvmState state) : IVmContainer
{
    private readonly EvmCodeCache _codes = new();
    private EvmState _state = state;

    /// <summary>The machine, for traces and tests.</summary>
    internal EvmState State => _state;

    public void Enter(VmEntry entry)
    {
        _state = program.NewState();
        EvmJob job = _state.Job;
        job.Entry = program.FindEntry(entry.Name);
        job.Payload = entry.Payload.ToArray();
        job.Phase = job.Entry == EvmEntry.None ? EvmPhase.UnknownEntry : EvmPhase.Start;
    }

    /// <remarks>This engine never waits, so there is nothing to answer.</remarks>
    public void Resume(VmAnswer answer)
    {
    }

    public VmExit Run(ref GasMeter gas, IVmHost host)
    {
        EvmRun run = new(_state, _codes, host, ref gas);
        VmExit exit = new EvmDriver(program, _state).Run(ref run);
        if (exit is not VmExit.SliceEnded)
        {
            _state = program.NewState();
        }
        return exit;
    }

    public void Save(ISnapshotSink snapshot) => EvmSnapshot.Save(_state, snapshot);
}
