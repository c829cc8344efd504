namespace Granary.Vms.Wasm;

/// <summary>An import: what kind of thing, and the type that the module expects.</summary>
internal sealed record WasmImport(string Module, string Name, WasmKind Kind)
{
    public WasmFuncType? Func { get; init; }

    public WasmTableType Table { get; init; }

    public WasmBounds Memory { get; init; }

    public WasmGlobalType Global { get; init; }
}

internal readonly record struct WasmExport(string Name, WasmKind Kind, int Index);

/// <summary>
/// A constant expression: a constant, <c>global.get</c> of an imported global, <c>ref.null</c> or <c>ref.func</c>.
/// </summary>
/// <param name="Bits">The value, the index of the global or of the function.</param>
internal readonly record struct WasmConstant(WasmOp Op, ulong Bits);

internal readonly record struct WasmGlobal(WasmGlobalType Type, WasmConstant Initial);

internal enum WasmSegmentMode : byte
{
    Active,
    Passive,
    Declarative,
}

/// <summary>Elements for a table; an active segment is copied into it when the machine starts.</summary>
internal sealed record WasmElements(
    WasmType Type, WasmConstant[] Items, WasmSegmentMode Mode, int Table, WasmConstant Offset);

/// <summary>Bytes for the memory, at their place in the code.</summary>
internal sealed record WasmData(int Start, int Size, WasmSegmentMode Mode, WasmConstant Offset);

/// <summary>A function of the module itself.</summary>
internal sealed class WasmFunction(int index, WasmFuncType type, WasmType[] locals, int start, int end)
{
    /// <summary>Its number, counting imported functions first.</summary>
    public int Index { get; } = index;

    public WasmFuncType Type { get; } = type;

    /// <summary>Types of all locals, the parameters first.</summary>
    public WasmType[] Locals { get; } = locals;

    /// <summary>Offset of its first instruction in the code.</summary>
    public int Start { get; } = start;

    /// <summary>Offset after its last instruction.</summary>
    public int End { get; } = end;

    /// <summary>The most operands that it ever holds; known once it is validated.</summary>
    public int StackMax { get; set; }

    /// <summary>
    /// What a call of it takes of the call stack, in slots; the fixed part stands for the frame itself.
    /// </summary>
    public int FrameUnits => Locals.Length + StackMax + FrameUnitsFixed;

    public const int FrameUnitsFixed = 8;
}

/// <summary>A decoded module. Immutable once it is validated.</summary>
internal sealed class WasmModule(ReadOnlyMemory<byte> code)
{
    public ReadOnlyMemory<byte> Code { get; } = code;

    public List<WasmFuncType> Types { get; } = [];

    public List<WasmImport> Imports { get; } = [];

    /// <summary>The type of each function, imported ones first.</summary>
    public List<WasmFuncType> FuncTypes { get; } = [];

    public List<WasmTableType> Tables { get; } = [];

    public List<WasmBounds> Memories { get; } = [];

    public List<WasmGlobalType> GlobalTypes { get; } = [];

    /// <summary>The globals of the module itself, which follow the imported ones.</summary>
    public List<WasmGlobal> Globals { get; } = [];

    public List<WasmExport> Exports { get; } = [];

    public int? StartFunction { get; set; }

    public List<WasmElements> Elements { get; } = [];

    public List<WasmData> Data { get; } = [];

    /// <summary>The functions of the module itself, which follow the imported ones.</summary>
    public List<WasmFunction> Functions { get; } = [];

    /// <summary>
    /// The count of data segments as announced before the code; without it the code may not name any.
    /// </summary>
    public int DataCount { get; set; }

    public bool HasDataCount { get; set; }

    public int ImportedFuncs { get; set; }

    public int ImportedTables { get; set; }

    public int ImportedMemories { get; set; }

    public int ImportedGlobals { get; set; }

    /// <summary>Functions that a body may name in <c>ref.func</c>: those named outside of bodies.</summary>
    public HashSet<int> DeclaredFuncs { get; } = [];

    /// <summary>Names of functions, from the custom section <c>name</c> if it can be read.</summary>
    public Dictionary<int, string> FuncNames { get; } = [];

    /// <summary>The function of that number, or null when it is imported.</summary>
    public WasmFunction? FunctionAt(int index) => index < ImportedFuncs ? null : Functions[index - ImportedFuncs];
}
