using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>An import that cannot be bound.</summary>
internal sealed class WastLinkException(string message) : Exception(message);

/// <summary>The specification's rules for imports, and the module <c>spectest</c> that scripts expect.</summary>
internal static class WastLinking
{
    public static void Check(WasmImport import, object found)
    {
        bool fits = (import.Kind, found) switch
        {
            (WasmKind.Func, WastFunction function) => function.Type.Matches(import.Func!),
            (WasmKind.Memory, WasmMemory memory) => Fits(import.Memory, memory.Pages, memory.DeclaredMax),
            (WasmKind.Table, WasmTable table) => table.Type.Element == import.Table.Element
                && Fits(import.Table.Bounds, table.Count, table.Type.Bounds.Max),
            (WasmKind.Global, WasmCell global) => global.Type == import.Global,
            _ => false,
        };
        if (!fits)
        {
            throw new WastLinkException("incompatible import type");
        }
    }

    private static bool Fits(WasmBounds wanted, uint size, uint? max) =>
        size >= wanted.Min && (wanted.Max is null || (max is not null && max <= wanted.Max));

    public static Dictionary<string, object> SpecTest()
    {
        WasmType[] none = [];
        WasmCell Global(WasmType type, ulong value) => new(new WasmGlobalType(type, false), value);
        WastFunction Print(params WasmType[] types) => new(new WasmFuncType(types, none), null, 0);
        return new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["print"] = Print(),
            ["print_i32"] = Print(WasmType.I32),
            ["print_i64"] = Print(WasmType.I64),
            ["print_f32"] = Print(WasmType.F32),
            ["print_f64"] = Print(WasmType.F64),
            ["print_i32_f32"] = Print(WasmType.I32, WasmType.F32),
            ["print_f64_f64"] = Print(WasmType.F64, WasmType.F64),
            ["global_i32"] = Global(WasmType.I32, 666),
            ["global_i64"] = Global(WasmType.I64, 666),
            ["global_f32"] = Global(WasmType.F32, BitConverter.SingleToUInt32Bits(666.6f)),
            ["global_f64"] = Global(WasmType.F64, BitConverter.DoubleToUInt64Bits(666.6)),
            ["table"] = new WasmTable(new WasmTableType(WasmType.FuncRef, new WasmBounds(10, 20)), 1_000),
            ["memory"] = new WasmMemory(new WasmBounds(1, 2), 65_536),
        };
    }
}
