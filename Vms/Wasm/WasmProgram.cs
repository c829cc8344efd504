using System.Globalization;

namespace Granary.Vms.Wasm;

/// <summary>A validated module, linked with the imports of this engine.</summary>
internal sealed class WasmProgram : IVmCompilingProgram
{
    private const int MicrosecondsPerByte = 4;
    private const string StartEntry = "_start";
    private const string InitializeExport = "_initialize";

    private readonly Dictionary<string, int> _entries = new(StringComparer.Ordinal);

    public WasmProgram(ReadOnlyMemory<byte> code, VmLimits limits)
    {
        Limits = limits;
        Bounds = WasmLimits.Of(limits);
        WasmModule module = WasmModules.Load(code, limits);
        Imports = WasmImports.Bind(module);
        CheckSizes(module);
        List<string> names = [];
        foreach (WasmExport export in module.Exports)
        {
            if (!IsEntry(module, export))
            {
                continue;
            }
            if (export.Name == InitializeExport)
            {
                InitializeFunction = export.Index;
            }
            else if (VmName.IsValid(export.Name, limits))
            {
                _entries.Add(export.Name, export.Index);
                names.Insert(export.Name == StartEntry ? 0 : names.Count, export.Name);
            }
        }
        EntryPoints = names.Count > 0 ? names : throw new InvalidCodeException(
            "the module exports no function of type [] -> [], so it cannot take a message", "exports");
        Functions = new WasmFunctions(module, Bounds.StackUnitsMax);
    }

    public IReadOnlyList<string> EntryPoints { get; }

    public bool WantsCompiling => Functions.AnyHot;

    public WasmFunctions Functions { get; }

    public WasmModule Module => Functions.Module;

    public WasmImportFunction[] Imports { get; }

    /// <summary>What a fresh machine runs after its start function and before its first message.</summary>
    public int? InitializeFunction { get; }

    public VmLimits Limits { get; }

    public WasmLimits Bounds { get; }

    public void CompileMore(int budgetMicroseconds) =>
        Functions.CompileHot(Math.Max(1, budgetMicroseconds / MicrosecondsPerByte));

    public IVmContainer Start()
    {
        WasmState state = new(Functions);
        // Paid with the first message, by the pages that are touched.
        state.Gas = long.MaxValue;
        WasmTrap trap = WasmInstantiation.Fill(state, Bounds, []);
        return new WasmContainer(this, state, new WasmSession(), trap);
    }

    public IVmContainer Restore(ISnapshotSource snapshot)
    {
        (WasmState state, WasmSession session) = WasmSnapshot.Read(this, snapshot);
        return new WasmContainer(this, state, session, WasmTrap.None);
    }

    /// <summary>The function of an entry point; the empty name is the first.</summary>
    public bool TryFindEntry(string name, out int function) =>
        _entries.TryGetValue(name.Length == 0 ? EntryPoints[0] : name, out function);

    private static bool IsEntry(WasmModule module, WasmExport export) => export.Kind == WasmKind.Func
        && export.Index >= module.ImportedFuncs
        && module.FuncTypes[export.Index] is { Parameters.Length: 0, Results.Length: 0 };

    /// <summary>A machine that could never be started or saved is refused at once.</summary>
    private void CheckSizes(WasmModule module)
    {
        foreach (WasmBounds memory in module.Memories)
        {
            if (memory.Min > Bounds.MemoryPagesMax)
            {
                throw new InvalidCodeException(string.Create(NumberFormatInfo.InvariantInfo,
                    $"the memory begins with {memory.Min} pages; {Bounds.MemoryPagesMax} are allowed"), "memory");
            }
        }
        ulong slots = 0;
        foreach (WasmTableType table in module.Tables)
        {
            slots += table.Bounds.Min;
        }
        if (slots > Bounds.TableSlotsMax || module.Tables.Count > WasmLimits.TablesMax)
        {
            throw new InvalidCodeException(string.Create(NumberFormatInfo.InvariantInfo,
                $"{module.Tables.Count} tables with {slots} entries are over the limit of {WasmLimits.TablesMax}")
                + string.Create(NumberFormatInfo.InvariantInfo, $" with {Bounds.TableSlotsMax}"), "tables");
        }
        if (module.StartFunction < module.ImportedFuncs)
        {
            throw new InvalidCodeException("the start function is an import", "start");
        }
        foreach (WasmFunction function in module.Functions)
        {
            if (function.FrameUnits > Bounds.StackUnitsMax)
            {
                throw new InvalidCodeException(string.Create(NumberFormatInfo.InvariantInfo,
                    $"a frame takes {function.FrameUnits} slots; {Bounds.StackUnitsMax} are allowed"),
                    string.Create(NumberFormatInfo.InvariantInfo, $"function {function.Index}"));
            }
        }
        if (module.GlobalTypes.Count > WasmLimits.GlobalsMax)
        {
            throw new InvalidCodeException(string.Create(NumberFormatInfo.InvariantInfo,
                $"{module.GlobalTypes.Count} globals; {WasmLimits.GlobalsMax} are allowed"), "globals");
        }
    }
}
