namespace Granary.Vms.RiscV;

/// <summary>RISC-V of 64 bits: the three versions of CKB-VM, and programs that live as actors.</summary>
public sealed class RiscVEngine : IVmEngine, IVmTracer
{
    private readonly RiscVProfile _profile;

    private RiscVEngine(RiscVProfile profile, string summary)
    {
        _profile = profile;
        Summary = summary;
        Id = new EngineId(profile.Name, 1);
    }

    /// <summary>CKB-VM version 0: RV64IMC.</summary>
    public static RiscVEngine Ckb0 { get; } = new(RiscVProfile.Ckb0, "CKB-VM version 0: RV64IMC, exact cycles");

    /// <summary>CKB-VM version 1: RV64IMC, bit manipulation, fused sequences.</summary>
    public static RiscVEngine Ckb1 { get; } = new(
        RiscVProfile.Ckb1, "CKB-VM version 1: RV64IMC with Zba Zbb Zbc Zbs and fused sequences, exact cycles");

    /// <summary>CKB-VM version 2: as 1, with more fused sequences and with processes.</summary>
    public static RiscVEngine Ckb2 { get; } = new(
        RiscVProfile.Ckb2, "CKB-VM version 2: as version 1, with more fused sequences, spawn and pipes");

    /// <summary>Programs that live: they start once and receive messages.</summary>
    public static RiscVEngine Actor { get; } = new(
        RiscVProfile.Actor, "RISC-V programs as actors: RV64IMAC with Zba Zbb Zbc Zbs, from any C compiler");

    public EngineId Id { get; }

    public string Summary { get; }

    public IReadOnlyList<IVmLanguage> Languages { get; } = [];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        if (code.Length > limits.CodeBytesMax)
        {
            throw new InvalidCodeException(
                $"the file has {code.Length} bytes; at most {limits.CodeBytesMax} are allowed", "");
        }
        long memoryBytesMax = RiscVSnapshot.MemoryBytesMax(limits);
        return new RiscVProgram(RiscVElf.Load(code.Span, _profile, memoryBytesMax), code, limits);
    }

    public string Disassemble(ReadOnlyMemory<byte> code) => RiscVDisassembler.Disassemble(code.Span, _profile);

    public string Describe(ISnapshotSource snapshot) => RiscVSnapshot.Describe(snapshot);

    public VmStep? Look(IVmContainer machine) => RiscVTrace.Look(((RiscVContainer)machine).State);
}
