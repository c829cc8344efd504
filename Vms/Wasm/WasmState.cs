namespace Granary.Vms.Wasm;

/// <summary>A frame of the call stack: a function, where it waits, and where its slots begin.</summary>
internal struct WasmFrame
{
    public WasmFunctionCode Code;

    /// <summary>The safe point; -1 for the very beginning of the function.</summary>
    public int Point;
    public int Base;
}

/// <summary>
/// Everything that a machine is: memory, tables, globals, and the stack of calls with its slots. Both tiers run on it.
/// </summary>
internal sealed unsafe class WasmState
{
    private const int SlotsAtFirst = 128;
    private const int FramesAtFirst = 16;

    public WasmState(WasmFunctions functions)
    {
        Functions = functions;
        WasmModule module = functions.Module;
        Tables = new WasmTable[module.Tables.Count];
        Globals = new WasmCell[module.GlobalTypes.Count];
        DroppedData = new bool[module.Data.Count];
        DroppedElements = new bool[module.Elements.Count];
        Memory = WasmMemory.None;
        FunctionTable = functions.Table;
        TypeIds = functions.TypeIds;
        Zero = 0;
        _extra = GC.AllocateArray<ulong>(functions.ArityMax, pinned: true);
        fixed (ulong* extra = _extra)
        {
            Extra = (nint)extra;
        }
        ReserveSlots(SlotsAtFirst);
    }

    public WasmFunctions Functions { get; }

    public WasmModule Module => Functions.Module;

    public WasmMemory Memory;

    public readonly WasmTable[] Tables;

    public WasmCell[] Globals { get; }

    public bool[] DroppedData { get; }

    public bool[] DroppedElements { get; }

    /// <summary>Performs imported functions.</summary>
    public IWasmHostCalls? HostCalls { get; set; }

    /// <summary>The high half of references to functions of this machine; zero unless machines share tables.</summary>
    public ulong ReferenceTag
    {
        get => ReferenceBase >> 32;
        set => ReferenceBase = value << 32;
    }

    /// <summary>The reference to function 0.</summary>
    public ulong ReferenceBase;

    /// <summary>Gas left before the run must stop and ask; below zero it must.</summary>
    public long Gas;

    /// <summary>How far <see cref="Gas"/> may go below zero and still be covered by the message: a slice that is over
    /// does not keep an instruction from being done.</summary>
    public long GasReserve { get; set; }

    public bool CoversOverdraft() => Gas + GasReserve >= 0;

    public WasmTrap Trap { get; set; }

    /// <summary>Function and offset of the trap.</summary>
    public int TrapFunction { get; set; }

    public int TrapOffset { get; set; }

    private readonly ulong[] _extra;
    private ulong[] _slots = [];

    /// <summary>Pinned.</summary>
    public ulong* Slots;

    public WasmFrame[] Frames = new WasmFrame[FramesAtFirst];

    public int FrameCount;

    /// <summary>What the frames take of <see cref="WasmFunctions.StackUnitsMax"/>.</summary>
    public int Units;

    /// <summary>In place of the function of a trap: the call that led to it is to blame.</summary>
    public const int CallersFault = -1;

    /// <summary>Entries of compiled functions, by number.</summary>
    public nint FunctionTable;

    /// <summary><see cref="WasmFunctions.TypeIds"/>.</summary>
    public readonly int[] TypeIds;

    /// <summary>Compiled calls deeper than this leave the thread's stack, or trap.</summary>
    public int DepthLimit;

    /// <summary>Results of a compiled call behind the first.</summary>
    public nint Extra;

    /// <summary>Where a frame that leaves compiled code puts its slots.</summary>
    public nint SpillTop;

    /// <summary>The result of a bulk operation for compiled code.</summary>
    public ulong Scratch;

    /// <summary>Always zero, which the JIT does not know.</summary>
    public ulong Zero;

    public WasmSpills Spills { get; } = new();

    public WasmLeave Leaving { get; set; }

    public long SavedGas { get; set; }

    public bool ThreadStackSpent { get; set; }

    /// <summary>Interpreters that compiled code has called.</summary>
    public int Nesting { get; set; }

    /// <summary>Where the arguments of the call under way begin.</summary>
    public int CallSlot { get; set; }

    public ulong Resolved { get; set; }

    public WasmTrap ResolveTrap { get; set; }

    public int SlotsReserved => _slots.Length;

    public ref WasmFrame Top => ref Frames[FrameCount - 1];

    public void ReserveSlots(int count)
    {
        if (count <= _slots.Length)
        {
            return;
        }
        ulong[] slots = GC.AllocateArray<ulong>(Math.Max(count, _slots.Length * 2), pinned: true);
        _slots.CopyTo(slots, 0);
        _slots = slots;
        fixed (ulong* start = slots)
        {
            Slots = start;
        }
    }

    /// <summary>Begins a call of a function of the module; its arguments are at <paramref name="start"/> already.
    /// False when the stack is exhausted.</summary>
    public bool TryPush(WasmFunctionCode code, int start)
    {
        WasmFunction function = code.Function;
        if (function.FrameUnits > Functions.StackUnitsMax - Units)
        {
            return false;
        }
        ReserveSlots(start + code.Slots);
        int arguments = function.Type.Parameters.Length;
        Span<ulong> slots = new(Slots + start, code.FirstOperand);
        slots[arguments..function.Locals.Length].Clear();
        code.Constants.CopyTo(slots[function.Locals.Length..]);
        SetReferencesNull(function, slots);
        Push(code, -1, start);
        return true;
    }

    /// <summary>Adds a frame whose slots are filled in.</summary>
    public void Push(WasmFunctionCode code, int point, int start)
    {
        if (FrameCount == Frames.Length)
        {
            Array.Resize(ref Frames, FrameCount * 2);
        }
        Frames[FrameCount++] = new WasmFrame { Code = code, Point = point, Base = start };
        Units += code.Function.FrameUnits;
    }

    /// <summary>Ends the topmost call.</summary>
    public void Pop() => Units -= Frames[--FrameCount].Code.Function.FrameUnits;

    public void DropFrames()
    {
        FrameCount = 0;
        Units = 0;
        if (_slots.Length > SlotsAtFirst)
        {
            _slots = [];
            ReserveSlots(SlotsAtFirst);
        }
    }

    /// <summary>
    /// Where the operands of the topmost frame end: the arguments or results of its call begin there.
    /// </summary>
    public int TopEnd
    {
        get
        {
            if (FrameCount == 0)
            {
                return 0;
            }
            ref WasmFrame top = ref Top;
            return top.Base + top.Code.FirstOperand + (top.Point < 0 ? 0 : top.Code.Points[top.Point].Height);
        }
    }

    /// <summary>Notes a trap at a step of a function.</summary>
    public void SetTrap(WasmTrap trap, WasmFunctionCode code, int step) =>
        SetTrap(trap, code.Function.Index, code.OffsetOf(step));

    public void SetTrap(WasmTrap trap, int function, int offset)
    {
        Trap = trap;
        TrapFunction = function;
        TrapOffset = offset;
    }

    private static void SetReferencesNull(WasmFunction function, Span<ulong> slots)
    {
        for (int i = function.Type.Parameters.Length; i < function.Locals.Length; i++)
        {
            if (WasmTypeNames.IsReference(function.Locals[i]))
            {
                slots[i] = WasmReference.Null;
            }
        }
    }
}
