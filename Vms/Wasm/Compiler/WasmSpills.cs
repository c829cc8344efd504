namespace Granary.Vms.Wasm;

/// <summary>Frames on their way from the thread's stack to the machine's, innermost first.</summary>
internal sealed unsafe class WasmSpills
{
    private readonly List<(WasmFunctionCode Code, int Point, int Start)> _frames = [];
    private ulong[] _slots = [];
    private int _count;

    /// <summary>Takes in a frame that lies at <see cref="WasmState.SpillTop"/>.</summary>
    public void Add(WasmState state, WasmFunctionCode code, int point)
    {
        _frames.Add((code, point, _count));
        _count += SizeOf(code, point);
        Reserve(state, state.Functions.FrameMax);
    }

    /// <summary>Sees to it that so many slots are free, and sets where they begin.</summary>
    public void Reserve(WasmState state, int free)
    {
        if (_count + free > _slots.Length)
        {
            ulong[] slots = GC.AllocateUninitializedArray<ulong>((_count + free) * 2, pinned: true);
            _slots.AsSpan(0, _count).CopyTo(slots);
            _slots = slots;
        }
        fixed (ulong* start = _slots)
        {
            state.SpillTop = (nint)(start + _count);
        }
    }

    /// <summary>Compiled code is about to run.</summary>
    public void Prepare(WasmState state)
    {
        if (_slots.Length == 0)
        {
            Reserve(state, state.Functions.FrameMax);
        }
    }

    /// <summary>Moves the frames above a floor here, the topmost first.</summary>
    public void TakeFrames(WasmState state, int floor)
    {
        while (state.FrameCount > floor)
        {
            ref WasmFrame top = ref state.Top;
            int locals = top.Code.Function.Locals.Length;
            int size = SizeOf(top.Code, top.Point);
            Reserve(state, size);
            Span<ulong> to = new((ulong*)state.SpillTop, size);
            ulong* slots = state.Slots + top.Base;
            new Span<ulong>(slots, locals).CopyTo(to);
            new Span<ulong>(slots + top.Code.FirstOperand, size - locals).CopyTo(to[locals..]);
            Add(state, top.Code, top.Point);
            state.Pop();
        }
    }

    public void DropFrames(WasmState state, int floor)
    {
        while (state.FrameCount > floor)
        {
            state.Pop();
        }
        Clear(state);
    }

    /// <summary>Puts all frames onto the machine's stack, the outermost first.</summary>
    public void GiveFrames(WasmState state)
    {
        for (int i = _frames.Count - 1; i >= 0; i--)
        {
            (WasmFunctionCode code, int point, int from) = _frames[i];
            int start = state.TopEnd;
            state.ReserveSlots(start + code.Slots + SizeOf(code, point));
            int locals = code.Function.Locals.Length;
            ReadOnlySpan<ulong> values = _slots.AsSpan(from, SizeOf(code, point));
            values[..locals].CopyTo(new Span<ulong>(state.Slots + start, locals));
            code.Constants.CopyTo(new Span<ulong>(state.Slots + start + locals, code.Constants.Length));
            values[locals..].CopyTo(new Span<ulong>(state.Slots + start + code.FirstOperand, values.Length - locals));
            state.Push(code, point, start);
        }
        Clear(state);
    }

    private void Clear(WasmState state)
    {
        _frames.Clear();
        _count = 0;
        Reserve(state, state.Functions.FrameMax);
    }

    private static int SizeOf(WasmFunctionCode code, int point)
    {
        int size = code.Function.Locals.Length;
        if (point >= 0)
        {
            WasmPoint at = code.Points[point];
            size += at.Height + (at.IsLoop ? 0 : at.CalleeType!.Results.Length);
        }
        return size;
    }
}
