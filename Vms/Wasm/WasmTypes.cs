namespace Granary.Vms.Wasm;

/// <summary>A value type, numbered as in the binary format. Zero stands for "any" in unreachable code.</summary>
internal enum WasmType : byte
{
    Any = 0,
    I32 = 0x7f,
    I64 = 0x7e,
    F32 = 0x7d,
    F64 = 0x7c,
    FuncRef = 0x70,
    ExternRef = 0x6f,
}

/// <summary>Kinds of imports and exports, numbered as in the binary format.</summary>
internal enum WasmKind : byte
{
    Func = 0,
    Table = 1,
    Memory = 2,
    Global = 3,
}

/// <summary>Parameters and results of a function or block.</summary>
internal sealed class WasmFuncType(WasmType[] parameters, WasmType[] results)
{
    public WasmType[] Parameters { get; } = parameters;

    public WasmType[] Results { get; } = results;

    public bool Matches(WasmFuncType other) => Parameters.AsSpan().SequenceEqual(other.Parameters)
        && Results.AsSpan().SequenceEqual(other.Results);

    public override string ToString() => $"[{Join(Parameters)}] -> [{Join(Results)}]";

    private static string Join(WasmType[] types) => string.Join(' ', types.Select(WasmTypeNames.Of));
}

/// <param name="Max">Null when there is no limit but the type's own.</param>
internal readonly record struct WasmBounds(uint Min, uint? Max);

internal readonly record struct WasmTableType(WasmType Element, WasmBounds Bounds);

internal readonly record struct WasmGlobalType(WasmType Type, bool Mutable);

internal static class WasmTypeNames
{
    public static string Of(WasmType type) => type switch
    {
        WasmType.I32 => "i32",
        WasmType.I64 => "i64",
        WasmType.F32 => "f32",
        WasmType.F64 => "f64",
        WasmType.FuncRef => "funcref",
        WasmType.ExternRef => "externref",
        _ => "any",
    };

    public static bool IsReference(WasmType type) => type is WasmType.FuncRef or WasmType.ExternRef;
}
