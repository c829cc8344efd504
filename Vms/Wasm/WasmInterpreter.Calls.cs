using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Granary.Vms.Wasm;

/// <content>Calls out of tables and of imports, results.</content>
internal static unsafe partial class WasmInterpreter
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WasmStep* StepsOf(WasmFunctionCode code) =>
        (WasmStep*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(code.Steps));

    private static void SetResults(WasmStep* s, ulong* fp)
    {
        if (s->Op == WasmStepOp.ReturnOne)
        {
            fp[0] = fp[s->A];
        }
        else if (s->Op == WasmStepOp.ReturnMany)
        {
            new Span<ulong>(fp + s->A, s->B).CopyTo(new Span<ulong>(fp, s->B));
        }
    }

    /// <summary>Calls an import, or finds out what a table holds; then the frame of that function is on top.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WasmCallResult Call(
        WasmState state, WasmFunctionCode code, WasmStep* s, ulong* fp, out WasmFunctionCode? entered)
    {
        entered = null;
        WasmPoint point = code.Points[s->C];
        int function = s->A;
        int slot = (int)(fp - state.Slots) + s->B;
        if (s->Op == WasmStepOp.CallTable)
        {
            WasmTrap trap = WasmCalls.TryResolve(state, point, (uint)fp[s->A], out ulong reference);
            if (trap != WasmTrap.None)
            {
                state.SetTrap(trap, code.Function.Index, point.Offset);
                return WasmCallResult.Trapped;
            }
            if (reference >> 32 != state.ReferenceTag)
            {
                return state.HostCalls!.CallForeign(state, reference, point.CalleeType!, slot);
            }
            function = (int)(uint)reference;
        }
        if (function < state.Module.ImportedFuncs)
        {
            WasmCallResult result = state.HostCalls!.Call(state, function, slot);
            if (result == WasmCallResult.Trapped)
            {
                state.SetTrap(state.Trap, code.Function.Index, point.Offset);
            }
            return result;
        }
        WasmFunctionCode callee = state.Functions.CodeOf(function);
        if (!state.TryPush(callee, slot))
        {
            state.SetTrap(WasmTrap.StackExhausted, code.Function.Index, point.Offset);
            return WasmCallResult.Trapped;
        }
        entered = callee;
        return WasmCallResult.Done;
    }
}

/// <summary>What both tiers do for a call out of a table.</summary>
internal static class WasmCalls
{
    /// <summary>The reference that a table holds for a call, checked against the type that the caller expects.
    /// </summary>
    public static WasmTrap TryResolve(WasmState state, WasmPoint point, uint index, out ulong reference)
    {
        WasmTable table = state.Tables[point.Table];
        if (index >= table.Count)
        {
            reference = 0;
            return WasmTrap.UndefinedElement;
        }
        reference = table.Items[index];
        if (reference == WasmReference.Null)
        {
            return WasmTrap.UninitializedElement;
        }
        if (reference >> 32 != state.ReferenceTag)
        {
            return WasmTrap.None;
        }
        if ((uint)reference >= (uint)state.Module.FuncTypes.Count)
        {
            // Only a machine that was written from outside holds such a reference.
            return WasmTrap.UndefinedElement;
        }
        WasmFuncType type = state.Module.FuncTypes[(int)(uint)reference];
        return ReferenceEquals(type, point.CalleeType) || type.Matches(point.CalleeType!)
            ? WasmTrap.None
            : WasmTrap.IndirectCallMismatch;
    }
}
