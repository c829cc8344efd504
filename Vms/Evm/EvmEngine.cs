namespace Granary.Vms.Evm;

/// <summary>Ethereum's virtual machine: a world of accounts and contracts in one kernel.</summary>
public sealed class EvmEngine : IVmEngine, IVmTracer
{
    public EngineId Id { get; } = new("evm", 1);

    public string Summary => "Ethereum's virtual machine: a world of accounts and contracts, rules up to Cancun";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new EvmGenesisLanguage()];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) => code.Length > limits.CodeBytesMax
        ? throw new InvalidCodeException($"{code.Length} bytes; the most is {limits.CodeBytesMax}.", "")
        : new EvmProgram(EvmGenesis.Decode(code.Span), limits);

    public string Disassemble(ReadOnlyMemory<byte> code) => EvmDisassembler.Disassemble(code.Span);

    public string Describe(ISnapshotSource snapshot) => EvmSnapshot.Describe(snapshot);

    public VmStep? Look(IVmContainer machine) => EvmTrace.Look(((EvmContainer)machine).State);
}
