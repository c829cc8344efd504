namespace Granary.Vms.Script;

/// <summary>A tiny language whose instructions are the host calls, for tests and lessons.</summary>
public sealed class ScriptEngine : IVmEngine, IVmTracer
{
    public EngineId Id { get; } = new("script", 1);

    public string Summary => "Script: host calls, variables and jumps, one instruction a line; for tests and lessons";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new ScriptLanguage()];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) => ScriptDecoder.Decode(code.Span, limits);

    public string Disassemble(ReadOnlyMemory<byte> code) => ScriptDisassembler.Disassemble(code.Span);

    public string Describe(ISnapshotSource snapshot) => ScriptSnapshot.Describe(snapshot);

    public VmStep? Look(IVmContainer machine) => ((ScriptContainer)machine).Look();
}
