namespace Granary.Vms.Mcs51;

/// <summary>A code image with its decoded instructions.</summary>
internal sealed class Mcs51Program : IVmProgram
{
    public const string SerialEntry = "serial";
    public const string ResetEntry = "reset";
    public const string TransactionEntry = "tx";
    public const string SetupEntry = "setup";

    public Mcs51Program(ReadOnlyMemory<byte> rom, Mcs51Variant variant, VmLimits limits)
    {
        Rom = rom;
        Variant = variant;
        Limits = limits;
        Instructions = Mcs51Decoder.Decode(rom.Span, variant);
    }

    public ReadOnlyMemory<byte> Rom { get; }

    public Mcs51Variant Variant { get; }

    public VmLimits Limits { get; }

    public Mcs51Instruction[] Instructions { get; }

    public IReadOnlyList<string> EntryPoints => Variant == Mcs51Variant.Stock
        ? [SerialEntry, ResetEntry]
        : [TransactionEntry, SetupEntry];

    public IVmContainer Start() => Variant == Mcs51Variant.Stock
        ? Mcs51StockContainer.Start(this)
        : new Mcs51DacrsContainer(this, new Mcs51DacrsRun());

    public IVmContainer Restore(ISnapshotSource snapshot) => Variant == Mcs51Variant.Stock
        ? Mcs51Snapshot.Read(this, snapshot)
        : new Mcs51DacrsContainer(this, Mcs51DacrsSnapshot.Read(snapshot, Limits));
}
