using System.Buffers;
using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>Ways to run the frames of a machine.</summary>
internal static class WastTiers
{
    private const long Plenty = long.MaxValue / 2;

    public static WasmRunResult Interpret(WasmState state, int floor)
    {
        state.Gas = Plenty;
        return WasmInterpreter.Run(state, floor);
    }

    public static WasmRunResult RunCompiled(WasmState state, int floor)
    {
        state.Gas = Plenty;
        return WasmTiers.Run(state, floor);
    }

    /// <summary>Each time that it is called, the topmost frame goes on in the other tier.</summary>
    public static Func<WasmState, int, WasmRunResult> Alternate()
    {
        bool interpret = false;
        return (state, floor) =>
        {
            interpret = !interpret;
            if (interpret)
            {
                WasmRunResult result = WasmInterpreter.Run(state, state.FrameCount - 1);
                bool goesOn = result == WasmRunResult.Dispatch
                    || (result == WasmRunResult.Returned && state.FrameCount > floor && state.Gas >= 0);
                if (!goesOn)
                {
                    return result == WasmRunResult.Returned && state.FrameCount > floor
                        ? WasmRunResult.GasSpent
                        : result;
                }
            }
            return WasmTiers.Run(state, floor);
        };
    }

    /// <summary>
    /// Stops at every safe point; the frames are then written, dropped and read again. (Not while another module's
    /// call is under way: its frames are on the stack of the test.)
    /// </summary>
    public static Func<WasmState, int, WasmRunResult> CutEverywhere(Func<WasmState, int, WasmRunResult> run) =>
        (state, floor) =>
        {
            while (true)
            {
                state.Gas = 0;
                state.GasReserve = Plenty;
                WasmRunResult result = run(state, floor);
                if (result != WasmRunResult.GasSpent)
                {
                    return result;
                }
                if (floor == 0)
                {
                    SaveAndRestore(state);
                }
            }
        };

    private static unsafe void SaveAndRestore(WasmState state)
    {
        ArrayBufferWriter<byte> saved = new();
        WasmSnapshot.WriteFrames(new SnapshotWriter(saved), state, running: true);
        state.DropFrames();
        new Span<ulong>(state.Slots, state.SlotsReserved).Fill(0xdddd_dddd_dddd_dddd);
        WasmSnapshot.ReadFrames(state, saved.WrittenSpan, running: true);
    }
}
