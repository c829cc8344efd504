namespace Granary.Simulation;

/// <summary>Kernels, clients that use them, and what must hold afterwards.</summary>
internal abstract class SimWorkload
{
    public abstract void Begin(SimSetup setup);

    public abstract void Check(SimOutcome outcome);
}
