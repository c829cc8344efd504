using Granary.Vms.Evm;
using Granary.Vms.Mcs51;
using Granary.Vms.Mova;
using Granary.Vms.Nock;
using Granary.Vms.Primea;
using Granary.Vms.RiscV;
using Granary.Vms.Script;
using Granary.Vms.Wasm;

namespace Granary.Vms;

/// <summary>The engines that this binary has. A new engine is registered here and nowhere else.</summary>
public static class BuiltInEngines
{
    public static VmEngines All { get; } = new(
        new ScriptEngine(),
        new MovaEngine(),
        new Mcs51Engine(),
        new Mcs51DacrsEngine(),
        new EvmEngine(),
        new PrimeaEngine(),
        RiscVEngine.Actor,
        RiscVEngine.Ckb0,
        RiscVEngine.Ckb1,
        RiscVEngine.Ckb2,
        new WasmEngine(),
        new NockEngine(),
        new NockExecutorEngine());
}
