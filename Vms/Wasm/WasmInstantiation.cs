namespace Granary.Vms.Wasm;

/// <summary>What an import is bound to; the field of its kind is set.</summary>
internal sealed class WasmBinding
{
    public WasmMemory? Memory { get; init; }

    public WasmTable? Table { get; init; }

    public WasmCell? Global { get; init; }
}

/// <summary>Makes a fresh machine: memory, tables, globals, and what the segments put into them.</summary>
internal static class WasmInstantiation
{
    /// <param name="bindings">By import; null for functions, and when the module imports nothing but functions.</param>
    /// <returns>The trap of a segment that does not fit, or none.</returns>
    public static WasmTrap Fill(WasmState state, WasmLimits limits, IReadOnlyList<WasmBinding?> bindings)
    {
        Allocate(state, limits, bindings);
        foreach ((WasmElements elements, int i) in state.Module.Elements.Select((e, i) => (e, i)))
        {
            if (elements.Mode == WasmSegmentMode.Active)
            {
                uint offset = (uint)Evaluate(state, elements.Offset);
                WasmTrap trap = WasmBulk.TableInit(state, i, elements.Table, offset, 0, (uint)elements.Items.Length);
                if (trap != WasmTrap.None)
                {
                    return trap;
                }
            }
            state.DroppedElements[i] = elements.Mode != WasmSegmentMode.Passive;
        }
        foreach ((WasmData data, int i) in state.Module.Data.Select((d, i) => (d, i)))
        {
            if (data.Mode == WasmSegmentMode.Active)
            {
                uint offset = (uint)Evaluate(state, data.Offset);
                WasmTrap trap = WasmBulk.Init(state, i, offset, 0, (uint)data.Size);
                if (trap != WasmTrap.None)
                {
                    return trap;
                }
                state.DroppedData[i] = true;
            }
        }
        return WasmTrap.None;
    }

    /// <summary>Memory, tables and globals at their first values, without the segments.</summary>
    public static void Allocate(WasmState state, WasmLimits limits, IReadOnlyList<WasmBinding?> bindings)
    {
        WasmModule module = state.Module;
        int tables = 0;
        int globals = 0;
        foreach (WasmBinding binding in bindings.OfType<WasmBinding>())
        {
            if (binding.Memory is not null)
            {
                state.Memory = binding.Memory;
            }
            else if (binding.Table is not null)
            {
                state.Tables[tables++] = binding.Table;
            }
            else if (binding.Global is not null)
            {
                state.Globals[globals++] = binding.Global;
            }
        }
        if (module.Memories.Count > module.ImportedMemories)
        {
            state.Memory = new WasmMemory(module.Memories[0], limits.MemoryPagesMax);
        }
        for (; tables < module.Tables.Count; tables++)
        {
            state.Tables[tables] = new WasmTable(module.Tables[tables], limits.TableSlotsMax);
        }
        foreach (WasmGlobal global in module.Globals)
        {
            state.Globals[globals++] = new WasmCell(global.Type, Evaluate(state, global.Initial));
        }
    }

    public static ulong Evaluate(WasmState state, WasmConstant constant) => constant.Op switch
    {
        WasmOp.GlobalGet => state.Globals[constant.Bits].Value,
        WasmOp.RefFunc => state.ReferenceTag << 32 | constant.Bits,
        _ => constant.Bits,
    };
}
