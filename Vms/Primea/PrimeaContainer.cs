namespace Granary.Vms.Primea;

/// <summary>A world that handles one message of its kernel. Between messages it is all in the kernel's data.</summary>
internal sealed class PrimeaContainer(PrimeaProgram program, PrimeaState state) : IVmContainer
{
    public void Enter(VmEntry entry)
    {
        state.Clear();
        state.Entry = entry.Name.Length == 0
            ? program.EntryPoints[0]
            : entry.Name[..Math.Min(entry.Name.Length, PrimeaSnapshot.EntryCharsMax)];
        bool fits = entry.Payload.Length <= program.Limits.PayloadBytesMax;
        state.Payload = fits ? entry.Payload.ToArray() : default;
        state.Phase = fits ? PrimeaPhase.Entered : PrimeaPhase.TooLarge;
    }

    /// <remarks>A world never suspends, so there is nothing to answer.</remarks>
    public void Resume(VmAnswer answer)
    {
    }

    public VmExit Run(ref GasMeter gas, IVmHost host) =>
        PrimeaInterpreter.Run(new PrimeaRun(program, state, host, ref gas));

    public void Save(ISnapshotSink snapshot) => PrimeaSnapshot.Save(state, snapshot);
}
