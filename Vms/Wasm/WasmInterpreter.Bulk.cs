using System.Runtime.CompilerServices;

namespace Granary.Vms.Wasm;

/// <content>Memory and table instructions whose work grows with data: paid for before it is done.</content>
internal static unsafe partial class WasmInterpreter
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static WasmTrap ExecuteBulk(WasmState state, WasmStep* s, ulong* fp)
    {
        switch ((WasmOp)s->Op)
        {
            case WasmOp.Unreachable:
                return WasmTrap.Unreachable;
            case WasmOp.Nop:
                return WasmTrap.None;
            case WasmOp.MemorySize:
                fp[s->A] = state.Memory.Pages;
                return WasmTrap.None;
            case WasmOp.MemoryGrow:
                return WasmBulk.Grow(state, (uint)fp[s->B], out fp[s->A]);
            case WasmOp.MemoryFill:
                return WasmBulk.Fill(state, (uint)fp[s->A], (uint)fp[s->A + 1], (uint)fp[s->A + 2]);
            case WasmOp.MemoryCopy:
                return WasmBulk.Copy(state, (uint)fp[s->A], (uint)fp[s->A + 1], (uint)fp[s->A + 2]);
            case WasmOp.MemoryInit:
                return WasmBulk.Init(state, s->B, (uint)fp[s->A], (uint)fp[s->A + 1], (uint)fp[s->A + 2]);
            case WasmOp.DataDrop:
                state.DroppedData[s->A] = true;
                return WasmTrap.None;
            case WasmOp.ElemDrop:
                state.DroppedElements[s->A] = true;
                return WasmTrap.None;
            case WasmOp.RefIsNull:
                fp[s->A] = fp[s->B] == WasmReference.Null ? 1UL : 0UL;
                return WasmTrap.None;
            case WasmOp.RefFunc:
                fp[s->A] = state.ReferenceTag << 32 | (uint)s->B;
                return WasmTrap.None;
            default:
                return ExecuteTable(state, s, fp);
        }
    }

    private static WasmTrap ExecuteTable(WasmState state, WasmStep* s, ulong* fp)
    {
        switch ((WasmOp)s->Op)
        {
            case WasmOp.TableSize:
                fp[s->A] = state.Tables[s->B].Count;
                return WasmTrap.None;
            case WasmOp.TableGet:
                return WasmBulk.TableGet(state, s->C, (uint)fp[s->B], out fp[s->A]);
            case WasmOp.TableSet:
                return WasmBulk.TableSet(state, s->C, (uint)fp[s->A], fp[s->B]);
            case WasmOp.TableGrow:
                return WasmBulk.TableGrow(state, s[1].A, (uint)fp[s->C], fp[s->B], out fp[s->A]);
            case WasmOp.TableFill:
                return WasmBulk.TableFill(state, s->B, (uint)fp[s->A], fp[s->A + 1], (uint)fp[s->A + 2]);
            case WasmOp.TableCopy:
                return WasmBulk.TableCopy(
                    state, s->B, s->C, (uint)fp[s->A], (uint)fp[s->A + 1], (uint)fp[s->A + 2]);
            case WasmOp.TableInit:
                return WasmBulk.TableInit(
                    state, s->B, s->C, (uint)fp[s->A], (uint)fp[s->A + 1], (uint)fp[s->A + 2]);
            default:
                if (s->Op == WasmStepOp.MoveMany)
                {
                    new Span<ulong>(fp + s->B, s->C).CopyTo(new Span<ulong>(fp + s->A, s->C));
                    return WasmTrap.None;
                }
                throw new InvalidOperationException($"Step {s->Op} is none that is ever made.");
        }
    }
}
