namespace Granary.Vms.Mcs51;

/// <summary>The stock 8051: programs of ordinary 8051 tools, with the serial port as their way out.</summary>
public sealed class Mcs51Engine : IVmEngine, IVmInspector, IVmTracer
{
    public EngineId Id { get; } = new("mcs51", 1);

    public string Summary => "8051/8052 without interrupts; the serial port is output and input.";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new Mcs51HexFile(".ihx"), new Mcs51HexFile(".hex")];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        CheckSize(code, limits);
        return new Mcs51Program(code, Mcs51Variant.Stock, limits);
    }

    public string Disassemble(ReadOnlyMemory<byte> code) =>
        Mcs51Disassembler.Disassemble(code.Span, Mcs51Variant.Stock);

    public string Describe(ISnapshotSource snapshot) => Mcs51Snapshot.Describe(snapshot);

    public long Position(IVmContainer machine) => ((Mcs51Container)machine).State.Pc;

    public string Instruction(ReadOnlyMemory<byte> code, long position) =>
        Mcs51Disassembler.Line(code.Span, (int)(position & 0xFFFF));

    public VmStep? Look(IVmContainer machine) => ((Mcs51Container)machine).Look();

    public VmSymbols ReadSymbols(string text) => Mcs51Symbols.Read(text);

    internal static void CheckSize(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        int max = Math.Min(Mcs51Decoder.CodeBytesMax, limits.CodeBytesMax);
        if (code.IsEmpty)
        {
            throw new InvalidCodeException("The image is empty.", "offset 0");
        }
        if (code.Length > max)
        {
            throw new InvalidCodeException($"The image has {code.Length} bytes, at most {max} fit.", $"offset {max}");
        }
    }
}
