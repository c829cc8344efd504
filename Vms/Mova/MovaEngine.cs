namespace Granary.Vms.Mova;

/// <summary>Mova: a stack machine of five instructions, the smallest one that can be saved while it runs.</summary>
public sealed class MovaEngine : IVmEngine, IVmTracer
{
    public EngineId Id { get; } = new("mova", 1);

    public string Summary => "Mova stack machine: PUT, ADD, GOTO, PRINT, SLEEP on 32-bit items.";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new MovaCompiler(), new MovaAssembler()];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) =>
        new MovaProgram(MovaDecoder.Decode(code.Span, limits), limits);

    public string Disassemble(ReadOnlyMemory<byte> code) => MovaDisassembler.Disassemble(code.Span);

    public string Describe(ISnapshotSource snapshot) => MovaSnapshot.Describe(snapshot);

    public VmStep? Look(IVmContainer machine) => ((MovaContainer)machine).Look();
}
