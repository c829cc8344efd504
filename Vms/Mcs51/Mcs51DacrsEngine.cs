namespace Granary.Vms.Mcs51;

/// <summary>The contract machine of dacrs: an 8051 with its host calls, its steps and its account model.</summary>
public sealed class Mcs51DacrsEngine : IVmEngine, IVmInspector, IVmTracer
{
    /// <summary>Images of this version and later say whether their books must balance.</summary>
    private static ReadOnlySpan<byte> BalanceVersion => [0x00, 0x02, 0x02];

    public EngineId Id { get; } = new("dacrs", 1);

    public string Summary => "dacrs contracts: an 8051 with host calls, steps, and accounts in the state tree.";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new Mcs51HexFile(".dacrs")];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        Mcs51Engine.CheckSize(code, limits);
        ReadOnlySpan<byte> rom = code.Span;
        if (rom[0] != Mcs51Opcodes.Ljmp)
        {
            string hint = rom[0] == (byte)':' ? " This looks like Intel HEX: name the file .dacrs." : "";
            throw new InvalidCodeException(
                $"A contract begins with LJMP (02), not with {rom[0]:x2}.{hint}", "offset 0");
        }
        if (rom.Length <= Mcs51Layout.BalanceSwitchAt)
        {
            throw new InvalidCodeException(
                $"A contract has its gates at 0008 and 0012; these {rom.Length} bytes end before.",
                $"offset {rom.Length}");
        }
        if (HasBalanceSwitch(rom) && rom[Mcs51Layout.BalanceSwitchAt] > 1)
        {
            throw new InvalidCodeException(
                $"From version 00 02 02 on the balance switch is 00 or 01, not {rom[Mcs51Layout.BalanceSwitchAt]:x2}.",
                "offset 20");
        }
        return new Mcs51Program(code, Mcs51Variant.Dacrs, limits);
    }

    public string Disassemble(ReadOnlyMemory<byte> code) =>
        Mcs51Disassembler.Disassemble(code.Span, Mcs51Variant.Dacrs);

    public string Describe(ISnapshotSource snapshot) => Mcs51DacrsSnapshot.Describe(snapshot);

    public long Position(IVmContainer machine) => ((Mcs51Container)machine).State.Pc;

    public string Instruction(ReadOnlyMemory<byte> code, long position) =>
        Mcs51Disassembler.Line(code.Span, (int)(position & 0xFFFF));

    public VmStep? Look(IVmContainer machine) => ((Mcs51Container)machine).Look();

    public VmSymbols ReadSymbols(string text) => Mcs51Symbols.Read(text);

    /// <summary>True when what the contract books must equal what it was paid and pays out.</summary>
    internal static bool MustBalance(ReadOnlySpan<byte> rom) =>
        HasBalanceSwitch(rom) && rom[Mcs51Layout.BalanceSwitchAt] == 1;

    private static bool HasBalanceSwitch(ReadOnlySpan<byte> rom) =>
        rom.Slice(Mcs51Layout.VersionAt, BalanceVersion.Length).SequenceCompareTo(BalanceVersion) >= 0;
}
