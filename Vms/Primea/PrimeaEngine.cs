using Granary.Vms.Primea.Ports;

namespace Granary.Vms.Primea;

/// <summary>
/// Primea: a world of actors in one kernel, run in one total order, with Primea's ids, gas and state roots.
/// </summary>
public sealed class PrimeaEngine : IVmEngine
{
    public EngineId Id { get; } = new("primea", 1);

    public string Summary => "Primea's hypervisor: a world of actors in one total order, with its state roots.";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new PrimeaLanguage()];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        if (code.Length > limits.CodeBytesMax)
        {
            throw new InvalidCodeException($"The code has {code.Length} bytes, over {limits.CodeBytesMax}.", "");
        }
        try
        {
            return new PrimeaProgram(PrimeaCode.Decode(code), limits);
        }
        catch (PrimeaFormatException broken)
        {
            throw new InvalidCodeException($"This is no world: {broken.Message}.", "");
        }
    }

    public string Disassemble(ReadOnlyMemory<byte> code) => PrimeaDisassembler.Disassemble(code);

    public string Describe(ISnapshotSource snapshot) => PortsSnapshot.IsOne(snapshot)
        ? PortsSnapshot.Describe(snapshot)
        : PrimeaSnapshot.Describe(snapshot);
}
