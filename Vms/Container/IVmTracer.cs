namespace Granary.Vms;

/// <summary>
/// What an engine adds to have its runs traced: a run is executed again in slices of one instruction, and the machine
/// is looked at between them. Slices change nothing, so a trace is of the run that was.
/// </summary>
public interface IVmTracer
{
    /// <summary>The instruction that one of this engine's machines is about to run, and what it will see; null while
    /// the machine does something that is no instruction.</summary>
    VmStep? Look(IVmContainer machine);
}
