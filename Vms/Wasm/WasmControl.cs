namespace Granary.Vms.Wasm;

/// <summary>Types of blocks, as both the validator and the translators read them.</summary>
internal static class WasmBlockTypes
{
    private static readonly WasmFuncType _empty = new([], []);
    private static readonly WasmFuncType[] _ofOne = MakeOfOne();

    /// <summary>Nothing (0x40), one result, or the number of a function type.</summary>
    /// <exception cref="InvalidCodeException">There is no such type.</exception>
    public static WasmFuncType Read(ref WasmReader reader, WasmModule module)
    {
        int at = reader.Position;
        byte first = reader.Peek();
        if (first == 0x40)
        {
            reader.Skip(1);
            return _empty;
        }
        if (first is >= 0x40 and < 0x80)
        {
            WasmType type = WasmDecoder.ReadValueType(ref reader);
            return _ofOne[(int)type];
        }
        long index = reader.ReadInt33();
        return index >= 0 && index < module.Types.Count
            ? module.Types[(int)index]
            : throw WasmReader.Invalid("unknown type", at);
    }

    private static WasmFuncType[] MakeOfOne()
    {
        WasmFuncType[] types = new WasmFuncType[128];
        foreach (WasmType type in Enum.GetValues<WasmType>())
        {
            types[(int)type] = new WasmFuncType([], [type]);
        }
        return types;
    }
}
