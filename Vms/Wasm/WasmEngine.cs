namespace Granary.Vms.Wasm;

/// <summary>WebAssembly 2.0 without SIMD, with machines that can be saved while they run.</summary>
public sealed class WasmEngine : IVmEngine, IVmTracer
{
    public EngineId Id { get; } = new("wasm", 1);

    public string Summary => "WebAssembly 2.0 (no SIMD): modules of clang, Rust, AssemblyScript; imports 'granary'.";

    public IReadOnlyList<IVmLanguage> Languages => [];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) => new WasmProgram(code, limits);

    public string Disassemble(ReadOnlyMemory<byte> code) => WasmDisassembler.Disassemble(code);

    public string Describe(ISnapshotSource snapshot) => WasmDescription.Describe(snapshot);

    public VmStep? Look(IVmContainer machine) => ((WasmContainer)machine).Look();
}
