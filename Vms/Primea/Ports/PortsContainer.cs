namespace Granary.Vms.Primea.Ports;

/// <summary>A world of ports, which is in its machine as a whole, during messages and between them.</summary>
internal sealed class PortsContainer(PrimeaProgram program, PortsWorld world) : IVmContainer
{
    /// <remarks>
    /// Messages inside the world that were not handled stay where they are, and are handled with those of this one.
    /// </remarks>
    public void Enter(VmEntry entry)
    {
        world.Entry = entry.Name.Length == 0
            ? program.EntryPoints[0]
            : entry.Name[..Math.Min(entry.Name.Length, PrimeaSnapshot.EntryCharsMax)];
        bool fits = entry.Payload.Length <= program.Limits.PayloadBytesMax;
        world.Payload = fits ? entry.Payload.ToArray() : default;
        world.Phase = fits ? PrimeaPhase.Entered : PrimeaPhase.TooLarge;
        world.Operations = default;
        world.Current = null;
        world.Running = null;
        world.Steps = default;
        world.Hand.Clear();
        world.Output = [];
        world.Events.Clear();
    }

    /// <remarks>A world never suspends, so there is nothing to answer.</remarks>
    public void Resume(VmAnswer answer)
    {
    }

    public VmExit Run(ref GasMeter gas, IVmHost host) =>
        PortsInterpreter.Run(new PortsRun(program, world, ref gas));

    public void Save(ISnapshotSink snapshot) => PortsSnapshot.Save(world, snapshot);
}
