namespace Granary.Vms.Wasm;

/// <summary>The bounds of one machine, derived from the kernel's.</summary>
internal sealed record WasmLimits(uint MemoryPagesMax, uint TableSlotsMax, int StackUnitsMax)
{
    /// <summary>Set aside for what is not linear memory.</summary>
    private const long OtherBytes = 8L << 20;

    /// <summary>Calls nest until their slots fill so much: 262,144 slots are 2 MiB and tens of thousands of frames.
    /// </summary>
    private const int UnitsMax = 262_144;

    private const uint SlotsMax = 131_072;

    public const int TablesMax = 64;

    public const int GlobalsMax = 65_536;

    /// <summary>What could not be saved must not come to be.</summary>
    public static WasmLimits Of(VmLimits limits)
    {
        long memory = Math.Max(0, limits.SnapshotBytesMax - OtherBytes) / WasmMemory.PageBytes;
        int units = (int)Math.Clamp(limits.SnapshotBytesMax / 64, 1_024, UnitsMax);
        return new WasmLimits((uint)Math.Min(memory, 65_536), SlotsMax, units);
    }
}
