namespace Granary.Vms.Wasm;

/// <summary>
/// Memory and table operations whose work grows with data, for both tiers. Each pays first: what the gas does not cover
/// is not done.
/// </summary>
internal static unsafe class WasmBulk
{
    /// <summary>Takes gas for the work that follows; false when the message cannot pay.</summary>
    private static bool Pay(WasmState state, long gas)
    {
        state.Gas -= gas;
        return state.Gas >= 0 || state.CoversOverdraft();
    }

    public static WasmTrap Grow(WasmState state, uint pages, out ulong result)
    {
        result = uint.MaxValue;
        if (!state.Memory.CanGrow(pages))
        {
            return WasmTrap.None;
        }
        if (!Pay(state, WasmGas.Pages(pages)))
        {
            return WasmTrap.OutOfGas;
        }
        result = state.Memory.Pages;
        state.Memory.Grow(pages);
        return WasmTrap.None;
    }

    public static WasmTrap Fill(WasmState state, uint target, uint value, uint count)
    {
        if (!state.Memory.Contains(target, count))
        {
            return WasmTrap.OutOfBoundsMemory;
        }
        if (!Pay(state, WasmGas.Bytes(count)))
        {
            return WasmTrap.OutOfGas;
        }
        if (count > 0)
        {
            System.Runtime.InteropServices.NativeMemory.Fill(state.Memory.Start + target, count, (byte)value);
            state.Memory.Touch(target, count);
        }
        return WasmTrap.None;
    }

    public static WasmTrap Copy(WasmState state, uint target, uint source, uint count)
    {
        if (!state.Memory.Contains(target, count) || !state.Memory.Contains(source, count))
        {
            return WasmTrap.OutOfBoundsMemory;
        }
        if (!Pay(state, WasmGas.Bytes(count)))
        {
            return WasmTrap.OutOfGas;
        }
        if (count > 0)
        {
            Buffer.MemoryCopy(state.Memory.Start + source, state.Memory.Start + target, count, count);
            state.Memory.Touch(target, count);
        }
        return WasmTrap.None;
    }

    public static WasmTrap Init(WasmState state, int segment, uint target, uint source, uint count)
    {
        WasmData data = state.Module.Data[segment];
        uint size = state.DroppedData[segment] ? 0 : (uint)data.Size;
        if ((ulong)source + count > size || !state.Memory.Contains(target, count))
        {
            return WasmTrap.OutOfBoundsMemory;
        }
        if (!Pay(state, WasmGas.Bytes(count)))
        {
            return WasmTrap.OutOfGas;
        }
        if (count > 0)
        {
            state.Module.Code.Span.Slice(data.Start + (int)source, (int)count)
                .CopyTo(state.Memory.Slice(target, (int)count));
            state.Memory.Touch(target, count);
        }
        return WasmTrap.None;
    }

    public static WasmTrap TableGet(WasmState state, int table, uint index, out ulong value)
    {
        ulong[] items = state.Tables[table].Items;
        if (index >= (uint)items.Length)
        {
            value = 0;
            return WasmTrap.OutOfBoundsTable;
        }
        value = items[index];
        return WasmTrap.None;
    }

    public static WasmTrap TableSet(WasmState state, int table, uint index, ulong value)
    {
        WasmTable target = state.Tables[table];
        if (index >= target.Count)
        {
            return WasmTrap.OutOfBoundsTable;
        }
        target.Items[index] = value;
        target.Touched = true;
        return WasmTrap.None;
    }

    public static WasmTrap TableGrow(WasmState state, int table, uint count, ulong initial, out ulong result)
    {
        result = uint.MaxValue;
        WasmTable target = state.Tables[table];
        if (!target.CanGrow(count))
        {
            return WasmTrap.None;
        }
        // Growing copies the table.
        if (!Pay(state, WasmGas.Entries((ulong)count + target.Count)))
        {
            return WasmTrap.OutOfGas;
        }
        result = target.Count;
        target.Grow(count, initial);
        return WasmTrap.None;
    }

    public static WasmTrap TableFill(WasmState state, int table, uint start, ulong value, uint count)
    {
        WasmTable target = state.Tables[table];
        if (!target.Contains(start, count))
        {
            return WasmTrap.OutOfBoundsTable;
        }
        if (!Pay(state, WasmGas.Entries(count)))
        {
            return WasmTrap.OutOfGas;
        }
        target.Items.AsSpan((int)start, (int)count).Fill(value);
        target.Touched = true;
        return WasmTrap.None;
    }

    public static WasmTrap TableCopy(WasmState state, int to, int from, uint target, uint source, uint count)
    {
        WasmTable destination = state.Tables[to];
        WasmTable origin = state.Tables[from];
        if (!destination.Contains(target, count) || !origin.Contains(source, count))
        {
            return WasmTrap.OutOfBoundsTable;
        }
        if (!Pay(state, WasmGas.Entries(count)))
        {
            return WasmTrap.OutOfGas;
        }
        origin.Items.AsSpan((int)source, (int)count).CopyTo(destination.Items.AsSpan((int)target));
        destination.Touched = true;
        return WasmTrap.None;
    }

    public static WasmTrap TableInit(WasmState state, int segment, int table, uint target, uint source, uint count)
    {
        WasmElements elements = state.Module.Elements[segment];
        uint size = state.DroppedElements[segment] ? 0 : (uint)elements.Items.Length;
        WasmTable destination = state.Tables[table];
        if ((ulong)source + count > size || !destination.Contains(target, count))
        {
            return WasmTrap.OutOfBoundsTable;
        }
        if (!Pay(state, WasmGas.Entries(count)))
        {
            return WasmTrap.OutOfGas;
        }
        for (uint i = 0; i < count; i++)
        {
            destination.Items[target + i] = WasmInstantiation.Evaluate(state, elements.Items[source + i]);
        }
        destination.Touched = true;
        return WasmTrap.None;
    }
}
