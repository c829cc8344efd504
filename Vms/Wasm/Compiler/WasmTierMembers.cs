using System.Reflection;

namespace Granary.Vms.Wasm;

/// <summary>The fields and methods that compiled code uses.</summary>
internal static class WasmTierMembers
{
    public static FieldInfo Gas { get; } = StateField(nameof(WasmState.Gas));

    public static FieldInfo Slots { get; } = StateField(nameof(WasmState.Slots));

    public static FieldInfo Memory { get; } = StateField(nameof(WasmState.Memory));

    public static FieldInfo DepthLimit { get; } = StateField(nameof(WasmState.DepthLimit));

    public static FieldInfo FunctionTable { get; } = StateField(nameof(WasmState.FunctionTable));

    public static FieldInfo Tables { get; } = StateField(nameof(WasmState.Tables));

    public static FieldInfo TableItems { get; } = typeof(WasmTable).GetField(nameof(WasmTable.Items))!;

    public static FieldInfo TypeIds { get; } = StateField(nameof(WasmState.TypeIds));

    public static FieldInfo ReferenceBase { get; } = StateField(nameof(WasmState.ReferenceBase));

    public static FieldInfo SpillTop { get; } = StateField(nameof(WasmState.SpillTop));

    public static FieldInfo Extra { get; } = StateField(nameof(WasmState.Extra));

    public static FieldInfo Scratch { get; } = StateField(nameof(WasmState.Scratch));

    public static FieldInfo Zero { get; } = StateField(nameof(WasmState.Zero));

    public static FieldInfo MemoryStart { get; } = typeof(WasmMemory).GetField(nameof(WasmMemory.Start))!;

    public static FieldInfo MemorySize { get; } = typeof(WasmMemory).GetField(nameof(WasmMemory.Size))!;

    public static FieldInfo MemoryTouched { get; } = typeof(WasmMemory).GetField(nameof(WasmMemory.Touched))!;

    public static FieldInfo CellValue { get; } = typeof(WasmCell).GetField(nameof(WasmCell.Value))!;

    public static MethodInfo Cell { get; } = Tier(nameof(WasmTier.Cell));

    public static MethodInfo Overflow { get; } = Tier(nameof(WasmTier.Overflow));

    public static MethodInfo Trap { get; } = Tier(nameof(WasmTier.Trap));

    public static MethodInfo Spill { get; } = Tier(nameof(WasmTier.Spill));

    public static MethodInfo BeginCall { get; } = Tier(nameof(WasmTier.BeginCall));

    public static MethodInfo CallImport { get; } = Tier(nameof(WasmTier.CallImport));

    public static MethodInfo CallInterpreted { get; } = Tier(nameof(WasmTier.CallInterpreted));

    public static MethodInfo CallResolved { get; } = Tier(nameof(WasmTier.CallResolved));

    public static MethodInfo Resolve { get; } = Tier(nameof(WasmTier.Resolve));

    public static MethodInfo ReferenceTo { get; } = Tier(nameof(WasmTier.ReferenceTo));

    public static MethodInfo MemoryPages { get; } = Tier(nameof(WasmTier.MemoryPages));

    public static MethodInfo OpaqueSingle { get; } = Tier(nameof(WasmTier.OpaqueSingle));

    public static MethodInfo TableSize { get; } = Tier(nameof(WasmTier.TableSize));

    public static MethodInfo DropData { get; } = Tier(nameof(WasmTier.DropData));

    public static MethodInfo DropElements { get; } = Tier(nameof(WasmTier.DropElements));

    public static MethodInfo ToSingle { get; } = typeof(WasmNumeric).GetMethod(nameof(WasmNumeric.ToSingle))!;

    public static MethodInfo ToDouble { get; } = typeof(WasmNumeric).GetMethod(nameof(WasmNumeric.ToDouble))!;

    public static MethodInfo CanonicalSingle { get; } =
        typeof(WasmNumeric).GetMethod(nameof(WasmNumeric.Canonical), [typeof(float)])!;

    public static MethodInfo CanonicalDouble { get; } =
        typeof(WasmNumeric).GetMethod(nameof(WasmNumeric.Canonical), [typeof(double)])!;

    public static MethodInfo SingleToBits { get; } = Bits(nameof(BitConverter.SingleToInt32Bits));

    public static MethodInfo DoubleToBits { get; } = Bits(nameof(BitConverter.DoubleToInt64Bits));

    public static MethodInfo BitsToSingle { get; } = Bits(nameof(BitConverter.Int32BitsToSingle));

    public static MethodInfo BitsToDouble { get; } = Bits(nameof(BitConverter.Int64BitsToDouble));

    private static FieldInfo StateField(string name) => typeof(WasmState).GetField(name)!;

    private static MethodInfo Tier(string name) => typeof(WasmTier).GetMethod(name)!;

    private static MethodInfo Bits(string name) => typeof(BitConverter).GetMethod(name)!;
}
