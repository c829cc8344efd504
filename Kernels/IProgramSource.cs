using Granary.Vms;

namespace Granary.Kernels;

/// <summary>Gives loaded programs by engine and code hash. What it gives for a hash never changes.</summary>
public interface IProgramSource
{
    /// <exception cref="ProgramUnavailableException">This host lacks the engine or the code.</exception>
    IVmProgram Get(EngineId engine, in Hash codeHash, VmLimits limits);
}
