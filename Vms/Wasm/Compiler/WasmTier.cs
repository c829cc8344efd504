using System.Runtime.CompilerServices;

namespace Granary.Vms.Wasm;

/// <summary>Why compiled code is being left, frame by frame.</summary>
internal enum WasmLeave : byte
{
    None,

    /// <summary>The frames go to the machine's slots: the gas given is spent, or the thread's stack is.</summary>
    Spill,

    /// <summary>As before, and an imported function waits for the host.</summary>
    Suspend,

    Trap,

    End,
}

/// <summary>What compiled code calls. Leaving sets the gas far below zero, so that one check after a call sees all.
/// </summary>
internal static unsafe class WasmTier
{
    /// <summary>How deep compiled code and the interpreter may call each other on the thread's stack.</summary>
    private const int NestingMax = 24;

    /// <summary>What a call out of compiled code costs in time, in gas: a reason to compile what is called.</summary>
    private const int StubGas = 100;

    private static void Leave(WasmState state, WasmLeave why)
    {
        state.Leaving = why;
        state.SavedGas = state.Gas;
        state.Gas = long.MinValue;
    }

    public static WasmCell Cell(WasmState state, int global) => state.Globals[global];

    public static long ReferenceTo(WasmState state, int function) =>
        (long)(state.ReferenceBase | (uint)function);

    /// <summary>A float from its bits, which the JIT cannot foresee.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float OpaqueSingle(int bits) => BitConverter.Int32BitsToSingle(bits);

    public static int MemoryPages(WasmState state) => (int)state.Memory.Pages;

    public static int TableSize(WasmState state, int table) => (int)state.Tables[table].Count;

    public static void DropData(WasmState state, int segment) => state.DroppedData[segment] = true;

    public static void DropElements(WasmState state, int segment) => state.DroppedElements[segment] = true;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Trap(WasmState state, int trap, int function, int offset, long gas)
    {
        state.Gas = gas;
        state.SetTrap((WasmTrap)trap, function, offset);
        Leave(state, WasmLeave.Trap);
    }

    /// <summary>A call is too deep: for the machine, which is a trap of the caller, or for the thread.</summary>
    public static void Overflow(WasmState state, int depth)
    {
        if (depth > state.Functions.StackUnitsMax)
        {
            state.SetTrap(WasmTrap.StackExhausted, WasmState.CallersFault, 0);
            Leave(state, WasmLeave.Trap);
            return;
        }
        state.ThreadStackSpent = true;
        Leave(state, WasmLeave.Spill);
    }

    /// <summary>A frame has put its locals and operands at <see cref="WasmState.SpillTop"/>: keeps them, unless it just
    /// ends.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Spill(WasmState state, int function, int point)
    {
        WasmFunctionCode code = state.Functions.CodeOf(function);
        switch (state.Leaving)
        {
            case WasmLeave.None:
                Leave(state, WasmLeave.Spill);
                break;
            case WasmLeave.Trap:
                if (state.TrapFunction == WasmState.CallersFault && point >= 0)
                {
                    state.SetTrap(state.Trap, function, code.Points[point].Offset);
                }
                return;
            case WasmLeave.End:
                return;
        }
        state.Spills.Add(state, code, point);
    }

    /// <summary>Where a call that leaves compiled code puts its arguments.</summary>
    public static nint BeginCall(WasmState state)
    {
        state.CallSlot = state.TopEnd;
        state.ReserveSlots(state.CallSlot + state.Functions.ArityMax);
        return (nint)(state.Slots + state.CallSlot);
    }

    /// <summary>Calls an imported function; where its results are.</summary>
    public static nint CallImport(WasmState state, int import, int function, int offset)
    {
        int slot = state.CallSlot;
        Finish(state, state.HostCalls!.Call(state, import, slot), function, offset);
        return (nint)(state.Slots + slot);
    }

    private static void Finish(WasmState state, WasmCallResult result, int function, int offset)
    {
        switch (result)
        {
            case WasmCallResult.Suspended:
                Leave(state, WasmLeave.Suspend);
                break;
            case WasmCallResult.Ended:
                Leave(state, WasmLeave.End);
                break;
            case WasmCallResult.Trapped:
                state.SetTrap(state.Trap, function, offset);
                Leave(state, WasmLeave.Trap);
                break;
        }
    }

    /// <summary>The entry of what a table holds; zero when it has none, and when the call traps.</summary>
    public static nint Resolve(WasmState state, int table, int typeId, int index, int function, int point)
    {
        WasmFunctions functions = state.Functions;
        ulong[] items = state.Tables[table].Items;
        if ((uint)index < (uint)items.Length)
        {
            ulong number = items[index] - state.ReferenceBase;
            int[] types = functions.TypeIds;
            if (number < (uint)types.Length && types[number] == typeId)
            {
                nint entry = functions.EntryAt((int)number);
                if (entry != 0)
                {
                    return entry;
                }
            }
        }
        WasmPoint at = functions.CodeOf(function).Points[point];
        state.ResolveTrap = WasmCalls.TryResolve(state, at, (uint)index, out ulong reference);
        state.Resolved = reference;
        return 0;
    }

    /// <summary>Calls what was resolved and has no entry.</summary>
    public static nint CallResolved(WasmState state, int function, int point, int depth)
    {
        WasmPoint at = state.Functions.CodeOf(function).Points[point];
        int slot = state.CallSlot;
        ulong reference = state.Resolved;
        if (state.ResolveTrap != WasmTrap.None)
        {
            state.SetTrap(state.ResolveTrap, function, at.Offset);
            Leave(state, WasmLeave.Trap);
        }
        else if (reference >> 32 != state.ReferenceTag)
        {
            Finish(state, state.HostCalls!.CallForeign(state, reference, at.CalleeType!, slot), function, at.Offset);
        }
        else if ((uint)reference < (uint)state.Module.ImportedFuncs)
        {
            Finish(state, state.HostCalls!.Call(state, (int)(uint)reference, slot), function, at.Offset);
        }
        else
        {
            return CallInterpreted(state, (int)(uint)reference, depth);
        }
        return (nint)(state.Slots + slot);
    }

    /// <summary>Runs a function whose arguments are in the slots, with its own frames on the heap; where its results
    /// are.</summary>
    public static nint CallInterpreted(WasmState state, int function, int depth)
    {
        WasmFunctionCode code = state.Functions.CodeOf(function);
        int slot = state.CallSlot;
        int floor = state.FrameCount;
        int units = state.Units;
        state.Units = depth;
        code.Patience -= StubGas;
        if (code.Patience < 0)
        {
            state.Functions.NoteHot(code);
        }
        if (!state.TryPush(code, slot))
        {
            state.Units = units;
            state.SetTrap(WasmTrap.StackExhausted, WasmState.CallersFault, 0);
            Leave(state, WasmLeave.Trap);
            return (nint)(state.Slots + slot);
        }
        WasmRunResult result = WasmRunResult.ThreadStackSpent;
        if (state.Nesting < NestingMax)
        {
            state.Nesting++;
            result = WasmTiers.Run(state, floor);
            state.Nesting--;
        }
        switch (result)
        {
            case WasmRunResult.Returned:
                new Span<ulong>(state.Slots + slot, code.Function.Type.Results.Length)
                    .CopyTo(new Span<ulong>((ulong*)state.Extra, code.Function.Type.Results.Length));
                break;
            case WasmRunResult.Trapped or WasmRunResult.Ended:
                state.Spills.DropFrames(state, floor);
                Leave(state, result == WasmRunResult.Ended ? WasmLeave.End : WasmLeave.Trap);
                break;
            default:
                state.ThreadStackSpent = result == WasmRunResult.ThreadStackSpent;
                state.Spills.TakeFrames(state, floor);
                Leave(state, result == WasmRunResult.Suspended ? WasmLeave.Suspend : WasmLeave.Spill);
                break;
        }
        state.Units = units;
        return (nint)(state.Slots + slot);
    }
}
