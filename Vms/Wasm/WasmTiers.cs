namespace Granary.Vms.Wasm;

/// <summary>
/// Runs a machine's frames, each in the best form that there is of its function. The thread's stack is never rebuilt: a
/// frame on the heap is entered at its safe point, and when it returns the frame below is entered.
/// </summary>
internal static unsafe class WasmTiers
{
    /// <summary>Calls nest on the thread's stack up to so many slots; then they go to the heap. Compiled frames take up
    /// to about 64 bytes a slot, and a thread has 1.5 MB.</summary>
    private const int ThreadUnitsMax = 8_192;

    public static WasmRunResult Run(WasmState state, int floor)
    {
        while (true)
        {
            WasmRunResult result = state.Top.Code.ResumeEntry != 0
                ? RunCompiled(state)
                : WasmInterpreter.Run(state, state.FrameCount - 1);
            switch (result)
            {
                case WasmRunResult.Returned when state.FrameCount == floor:
                    return WasmRunResult.Returned;
                case WasmRunResult.Returned when state.Gas < 0:
                    return WasmRunResult.GasSpent;
                case WasmRunResult.Returned or WasmRunResult.Dispatch:
                    break;
                case WasmRunResult.ThreadStackSpent when state.Nesting > 0:
                    return result;
                case WasmRunResult.ThreadStackSpent:
                    break;
                default:
                    return result;
            }
        }
    }

    private static WasmRunResult RunCompiled(WasmState state)
    {
        WasmFrame frame = state.Top;
        state.Spills.Prepare(state);
        int depth = state.Units - frame.Code.Function.FrameUnits;
        int limit = state.DepthLimit;
        if (state.Nesting == 0)
        {
            state.DepthLimit = Math.Min(state.Functions.StackUnitsMax, depth + ThreadUnitsMax);
        }
        ((delegate* managed<WasmState, int, int, int, void>)frame.Code.ResumeEntry)(
            state, depth, frame.Base, frame.Point);
        state.DepthLimit = limit;
        WasmLeave why = state.Leaving;
        if (why == WasmLeave.None)
        {
            state.Pop();
            return WasmRunResult.Returned;
        }
        state.Leaving = WasmLeave.None;
        state.Gas = state.SavedGas;
        switch (why)
        {
            case WasmLeave.Trap:
                return WasmRunResult.Trapped;
            case WasmLeave.End:
                return WasmRunResult.Ended;
        }
        bool threadStackSpent = state.ThreadStackSpent;
        state.ThreadStackSpent = false;
        state.Pop();
        state.Spills.GiveFrames(state);
        return why == WasmLeave.Suspend ? WasmRunResult.Suspended
            : threadStackSpent ? WasmRunResult.ThreadStackSpent : WasmRunResult.GasSpent;
    }
}
