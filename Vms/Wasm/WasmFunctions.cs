using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Granary.Vms.Wasm;

/// <summary>
/// The functions of a module in the forms that run, shared by all its machines: translated when first called, compiled
/// when the host says so.
/// </summary>
internal sealed unsafe class WasmFunctions
{
    /// <summary>Compiling takes 2 to 5 microseconds a byte of code, and a gas about a nanosecond.</summary>
    private const long PatiencePerByte = 2_000;

    private readonly WasmFunctionCode?[] _codes;
    private readonly nint[] _entries;
    private readonly Dictionary<string, int> _typeIds = new(StringComparer.Ordinal);
    private readonly List<Type> _owners = [];
    private readonly ConcurrentQueue<WasmFunctionCode> _hot = new();

    public WasmFunctions(WasmModule module, int stackUnitsMax)
    {
        Module = module;
        StackUnitsMax = stackUnitsMax;
        _codes = new WasmFunctionCode?[module.Functions.Count];
        _entries = GC.AllocateArray<nint>(module.Functions.Count, pinned: true);
        Table = (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_entries));
        TypeIds = [.. module.FuncTypes.Select((t, i) => i < module.ImportedFuncs ? -1 : TypeIdOf(t))];
        ArityMax = module.Types.Select(t => Math.Max(t.Parameters.Length, t.Results.Length)).DefaultIfEmpty().Max();
        FrameMax = ArityMax + module.Functions.Select(f => f.Locals.Length + f.StackMax)
            .Where(slots => slots <= WasmCompiler.SlotsMax).DefaultIfEmpty().Max();
    }

    public WasmModule Module { get; }

    public int StackUnitsMax { get; }

    /// <summary>The most parameters or results that a function has.</summary>
    public int ArityMax { get; }

    /// <summary>The most slots that a compiled frame leaves behind.</summary>
    public int FrameMax { get; }

    /// <summary>Address of the entries, by number among the module's own functions; pinned.</summary>
    public nint Table { get; }

    /// <summary>By function: a number that equal types share; -1 for imports, which have no entry.</summary>
    public int[] TypeIds { get; }

    public int TypeIdOf(WasmFuncType type)
    {
        lock (_typeIds)
        {
            ref int id = ref CollectionsMarshal.GetValueRefOrAddDefault(_typeIds, type.ToString(), out bool known);
            if (!known)
            {
                id = _typeIds.Count;
            }
            return id;
        }
    }

    /// <summary>The code of a function of the module itself, by its number among all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WasmFunctionCode CodeOf(int index) =>
        Volatile.Read(ref _codes[index - Module.ImportedFuncs]) ?? Translate(index);

    /// <summary>The entry of a function by its number among all; zero for imports.</summary>
    public nint EntryAt(int index) => index < Module.ImportedFuncs ? 0 : EntryOf(index);

    public nint EntryOf(int index) => Volatile.Read(ref _entries[index - Module.ImportedFuncs]);

    public bool HasEntry(int index) => EntryOf(index) != 0;

    /// <summary>Makes an entry known. A stub never takes the place of compiled code.</summary>
    public void SetEntry(int index, nint entry, bool compiled)
    {
        ref nint place = ref _entries[index - Module.ImportedFuncs];
        if (compiled)
        {
            Volatile.Write(ref place, entry);
        }
        else
        {
            Interlocked.CompareExchange(ref place, entry, 0);
        }
    }

    /// <summary>Functions that have spent so much in the interpreter that compiling them pays.</summary>
    public bool AnyHot => !_hot.IsEmpty;

    public void NoteHot(WasmFunctionCode code)
    {
        // Once: two threads that note it at the same time are harmless too.
        code.Patience = long.MaxValue;
        _hot.Enqueue(code);
    }

    /// <summary>
    /// Compiles hot functions, those noted first, up to so many bytes of their code and at least one.
    /// </summary>
    public void CompileHot(int bytes)
    {
        List<WasmFunctionCode> batch = [];
        while (bytes > 0 && _hot.TryDequeue(out WasmFunctionCode? code))
        {
            if (code.ResumeEntry == 0 && !batch.Contains(code) && WasmCompiler.CanCompile(code))
            {
                batch.Add(code);
                bytes -= code.Function.End - code.Function.Start;
            }
        }
        if (batch.Count > 0)
        {
            WasmCompiler.Compile(this, batch);
        }
    }

    /// <summary>Keeps compiled code alive for as long as its entries are here.</summary>
    public void Keep(Type owner)
    {
        lock (_owners)
        {
            _owners.Add(owner);
        }
    }

    private WasmFunctionCode Translate(int index)
    {
        // Two threads may both do it: the results are the same, and one of them stays.
        WasmFunction function = Module.FunctionAt(index)!;
        WasmFunctionCode code = WasmTranslator.Translate(Module, function);
        code.Patience = PatiencePerByte * (function.End - function.Start);
        return Interlocked.CompareExchange(ref _codes[index - Module.ImportedFuncs], code, null) ?? code;
    }
}
