using Granary.Vms.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>A host and the gas that a machine has used with it.</summary>
internal sealed class RiscVHostRun
{
    public TestHost Host { get; } = new(VmLimits.Default);

    public long GasUsed { get; private set; }

    public VmExit Run(IVmContainer container, long sliceGas, long messageGas)
    {
        GasMeter gas = new(sliceGas, messageGas);
        VmExit exit = container.Run(ref gas, Host);
        GasUsed += gas.Used;
        return exit;
    }
}
