using System.Numerics;

namespace Granary.Vms.Wasm;

/// <summary>The reference tier: runs translated steps, with frames that are data from the start.</summary>
/// <remarks>
/// The steps come from the translator alone, so slots and targets are trusted; addresses of the guest are checked.
/// The loop has few enough cases, and rare ones are elsewhere, because the JIT stops optimising what is larger.
/// </remarks>
internal static unsafe partial class WasmInterpreter
{
    /// <summary>
    /// Runs the topmost frame, and what it calls, until only <paramref name="floor"/> frames are left.
    /// </summary>
    public static WasmRunResult Run(WasmState state, int floor)
    {
        WasmTrap trap;
        ref WasmFrame top = ref state.Top;
        WasmFunctionCode code = top.Code;
        ulong* fp = state.Slots + top.Base;
        long gas = state.Gas;
        WasmStep* steps = StepsOf(code);
        WasmStep* s = steps;
        if (top.Point < 0)
        {
            gas -= code.EntryGas;
        }
        else
        {
            s += code.Points[top.Point].Step;
        }
        byte* mem = state.Memory.Start;
        byte* touched = state.Memory.Touched;
        ulong size = state.Memory.Size;
        ulong at;
        while (true)
        {
            switch ((int)s->Op)
            {
                case (int)WasmStepOp.Move: fp[s->A] = fp[s->B]; break;
                case (int)WasmStepOp.Constant: fp[s->A] = s->Constant; break;
                case (int)WasmStepOp.Gas: gas -= s->A; break;
                case (int)WasmStepOp.LoopHead:
                    if (gas < 0)
                    {
                        state.Top.Point = s->B;
                        goto GasSpent;
                    }
                    gas -= s->A;
                    if ((code.Patience -= s->A) < 0)
                    {
                        state.Functions.NoteHot(code);
                    }
                    break;
                case (int)WasmStepOp.Jump:
                    s = steps + s->A;
                    continue;
                case (int)WasmStepOp.JumpIf:
                    s = (uint)fp[s->B] != 0 ? steps + s->A : s + 1;
                    continue;
                case (int)WasmStepOp.JumpIfNot: s = (uint)fp[s->B] == 0 ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpTable:
                    s += 1 + Math.Min((uint)fp[s->A], (uint)s->B);
                    continue;
                case (int)WasmStepOp.TakeIfNot: fp[s->A] = (uint)fp[s->B] == 0 ? fp[s->C] : fp[s->A]; break;
                case (int)WasmStepOp.JumpIfEq: s = (uint)fp[s->B] == (uint)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfNe: s = (uint)fp[s->B] != (uint)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfLtS: s = (int)fp[s->B] < (int)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfLtU: s = (uint)fp[s->B] < (uint)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfGtS: s = (int)fp[s->B] > (int)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfGtU: s = (uint)fp[s->B] > (uint)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfLeS: s = (int)fp[s->B] <= (int)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfLeU: s = (uint)fp[s->B] <= (uint)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfGeS: s = (int)fp[s->B] >= (int)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.JumpIfGeU: s = (uint)fp[s->B] >= (uint)fp[s->C] ? steps + s->A : s + 1; continue;
                case (int)WasmStepOp.Return or (int)WasmStepOp.ReturnOne or (int)WasmStepOp.ReturnMany:
                    SetResults(s, fp);
                    state.Pop();
                    if (state.FrameCount <= floor)
                    {
                        state.Gas = gas;
                        return WasmRunResult.Returned;
                    }
                    top = ref state.Top;
                    code = top.Code;
                    fp = state.Slots + top.Base;
                    steps = StepsOf(code);
                    s = steps + code.Points[top.Point].Step;
                    if (gas < 0)
                    {
                        goto GasSpent;
                    }
                    continue;
                case (int)WasmStepOp.CallFunction:
                    state.Top.Point = s->C;
                    WasmFunctionCode callee = state.Functions.CodeOf(s->A);
                    if (!state.TryPush(callee, (int)(fp - state.Slots) + s->B))
                    {
                        trap = WasmTrap.StackExhausted;
                        goto Trap;
                    }
                    code = callee;
                    if (code.ResumeEntry != 0)
                    {
                        state.Gas = gas;
                        return WasmRunResult.Dispatch;
                    }
                    gas -= code.EntryGas;
                    if ((code.Patience -= code.EntryGas) < 0)
                    {
                        state.Functions.NoteHot(code);
                    }
                    fp = state.Slots + state.Top.Base;
                    steps = StepsOf(code);
                    s = steps;
                    continue;
                case (int)WasmStepOp.CallImport or (int)WasmStepOp.CallTable:
                    state.Top.Point = s->C;
                    state.Gas = gas;
                    WasmCallResult called = Call(state, code, s, fp, out WasmFunctionCode? entered);
                    gas = state.Gas;
                    if (called != WasmCallResult.Done)
                    {
                        return called switch
                        {
                            WasmCallResult.Suspended => WasmRunResult.Suspended,
                            WasmCallResult.Ended => WasmRunResult.Ended,
                            _ => WasmRunResult.Trapped,
                        };
                    }
                    if (entered is not null)
                    {
                        code = entered;
                        if (code.ResumeEntry != 0)
                        {
                            return WasmRunResult.Dispatch;
                        }
                        gas -= code.EntryGas;
                        if ((code.Patience -= code.EntryGas) < 0)
                        {
                            state.Functions.NoteHot(code);
                        }
                        fp = state.Slots + state.Top.Base;
                        steps = StepsOf(code);
                        s = steps;
                        continue;
                    }
                    // A call may have come back into this machine, and moved its slots and its memory.
                    fp = state.Slots + state.Top.Base;
                    mem = state.Memory.Start;
                    touched = state.Memory.Touched;
                    size = state.Memory.Size;
                    if (gas < 0)
                    {
                        goto GasSpent;
                    }
                    break;
                case (int)WasmOp.GlobalGet: fp[s->A] = state.Globals[s->B].Value; break;
                case (int)WasmOp.GlobalSet: state.Globals[s->A].Value = fp[s->B]; break;
                case (int)WasmOp.I32Load:
                case (int)WasmOp.F32Load:
                case (int)WasmOp.I64Load32U:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 4 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = *(uint*)(mem + at);
                    break;
                case (int)WasmOp.I64Load:
                case (int)WasmOp.F64Load:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 8 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = *(ulong*)(mem + at);
                    break;
                case (int)WasmOp.I32Load8S:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 1 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = (uint)*(sbyte*)(mem + at);
                    break;
                case (int)WasmOp.I32Load8U:
                case (int)WasmOp.I64Load8U:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 1 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = mem[at];
                    break;
                case (int)WasmOp.I32Load16S:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 2 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = (uint)*(short*)(mem + at);
                    break;
                case (int)WasmOp.I32Load16U:
                case (int)WasmOp.I64Load16U:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 2 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = *(ushort*)(mem + at);
                    break;
                case (int)WasmOp.I64Load8S:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 1 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = (ulong)*(sbyte*)(mem + at);
                    break;
                case (int)WasmOp.I64Load16S:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 2 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = (ulong)*(short*)(mem + at);
                    break;
                case (int)WasmOp.I64Load32S:
                    at = (uint)fp[s->B] + (ulong)(uint)s->C;
                    if (at + 4 > size)
                    {
                        goto OutOfBounds;
                    }
                    fp[s->A] = (ulong)*(int*)(mem + at);
                    break;
                case (int)WasmOp.I32Store:
                case (int)WasmOp.F32Store:
                case (int)WasmOp.I64Store32:
                    at = (uint)fp[s->A] + (ulong)(uint)s->C;
                    if (at + 4 > size)
                    {
                        goto OutOfBounds;
                    }
                    *(uint*)(mem + at) = (uint)fp[s->B];
                    touched[at >> WasmMemory.TrackedShift] = WasmMemory.Mark;
                    break;
                case (int)WasmOp.I64Store:
                case (int)WasmOp.F64Store:
                    at = (uint)fp[s->A] + (ulong)(uint)s->C;
                    if (at + 8 > size)
                    {
                        goto OutOfBounds;
                    }
                    *(ulong*)(mem + at) = fp[s->B];
                    touched[at >> WasmMemory.TrackedShift] = WasmMemory.Mark;
                    break;
                case (int)WasmOp.I32Store8:
                case (int)WasmOp.I64Store8:
                    at = (uint)fp[s->A] + (ulong)(uint)s->C;
                    if (at + 1 > size)
                    {
                        goto OutOfBounds;
                    }
                    *(byte*)(mem + at) = (byte)fp[s->B];
                    touched[at >> WasmMemory.TrackedShift] = WasmMemory.Mark;
                    break;
                case (int)WasmOp.I32Store16:
                case (int)WasmOp.I64Store16:
                    at = (uint)fp[s->A] + (ulong)(uint)s->C;
                    if (at + 2 > size)
                    {
                        goto OutOfBounds;
                    }
                    *(ushort*)(mem + at) = (ushort)fp[s->B];
                    touched[at >> WasmMemory.TrackedShift] = WasmMemory.Mark;
                    break;
                case (int)WasmOp.I32Eqz: fp[s->A] = (uint)fp[s->B] == 0 ? 1UL : 0UL; break;
                case (int)WasmOp.I32Eq: fp[s->A] = (uint)fp[s->B] == (uint)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32Ne: fp[s->A] = (uint)fp[s->B] != (uint)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32LtS: fp[s->A] = (int)fp[s->B] < (int)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32LtU: fp[s->A] = (uint)fp[s->B] < (uint)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32GtS: fp[s->A] = (int)fp[s->B] > (int)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32GtU: fp[s->A] = (uint)fp[s->B] > (uint)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32LeS: fp[s->A] = (int)fp[s->B] <= (int)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32LeU: fp[s->A] = (uint)fp[s->B] <= (uint)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32GeS: fp[s->A] = (int)fp[s->B] >= (int)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32GeU: fp[s->A] = (uint)fp[s->B] >= (uint)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I32Add: fp[s->A] = (uint)fp[s->B] + (uint)fp[s->C]; break;
                case (int)WasmOp.I32Sub: fp[s->A] = (uint)fp[s->B] - (uint)fp[s->C]; break;
                case (int)WasmOp.I32Mul: fp[s->A] = (uint)fp[s->B] * (uint)fp[s->C]; break;
                case (int)WasmOp.I32And: fp[s->A] = (uint)fp[s->B] & (uint)fp[s->C]; break;
                case (int)WasmOp.I32Or: fp[s->A] = (uint)fp[s->B] | (uint)fp[s->C]; break;
                case (int)WasmOp.I32Xor: fp[s->A] = (uint)fp[s->B] ^ (uint)fp[s->C]; break;
                case (int)WasmOp.I32Shl: fp[s->A] = (uint)fp[s->B] << (int)fp[s->C]; break;
                case (int)WasmOp.I32ShrU: fp[s->A] = (uint)fp[s->B] >> (int)fp[s->C]; break;
                case (int)WasmOp.I32ShrS: fp[s->A] = (uint)((int)fp[s->B] >> (int)fp[s->C]); break;
                case (int)WasmOp.I32Rotl: fp[s->A] = BitOperations.RotateLeft((uint)fp[s->B], (int)fp[s->C]); break;
                case (int)WasmOp.I64Eqz: fp[s->A] = fp[s->B] == 0 ? 1UL : 0UL; break;
                case (int)WasmOp.I64Eq: fp[s->A] = fp[s->B] == fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64Ne: fp[s->A] = fp[s->B] != fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64LtS: fp[s->A] = (long)fp[s->B] < (long)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64LtU: fp[s->A] = fp[s->B] < fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64GtS: fp[s->A] = (long)fp[s->B] > (long)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64GtU: fp[s->A] = fp[s->B] > fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64LeS: fp[s->A] = (long)fp[s->B] <= (long)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64LeU: fp[s->A] = fp[s->B] <= fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64GeS: fp[s->A] = (long)fp[s->B] >= (long)fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64GeU: fp[s->A] = fp[s->B] >= fp[s->C] ? 1UL : 0UL; break;
                case (int)WasmOp.I64Add: fp[s->A] = fp[s->B] + fp[s->C]; break;
                case (int)WasmOp.I64Sub: fp[s->A] = fp[s->B] - fp[s->C]; break;
                case (int)WasmOp.I64Mul: fp[s->A] = fp[s->B] * fp[s->C]; break;
                case (int)WasmOp.I64And: fp[s->A] = fp[s->B] & fp[s->C]; break;
                case (int)WasmOp.I64Or: fp[s->A] = fp[s->B] | fp[s->C]; break;
                case (int)WasmOp.I64Xor: fp[s->A] = fp[s->B] ^ fp[s->C]; break;
                case (int)WasmOp.I64Shl: fp[s->A] = fp[s->B] << (int)fp[s->C]; break;
                case (int)WasmOp.I64ShrU: fp[s->A] = fp[s->B] >> (int)fp[s->C]; break;
                case (int)WasmOp.I64ShrS: fp[s->A] = (ulong)((long)fp[s->B] >> (int)fp[s->C]); break;
                case (int)WasmOp.I64Rotl: fp[s->A] = BitOperations.RotateLeft(fp[s->B], (int)fp[s->C]); break;
                case (int)WasmOp.I32WrapI64: fp[s->A] = (uint)fp[s->B]; break;
                case (int)WasmOp.I64ExtendI32S: fp[s->A] = (ulong)(long)(int)fp[s->B]; break;
                case (int)WasmOp.I64ExtendI32U: fp[s->A] = (uint)fp[s->B]; break;
                case (int)WasmOp.F64Add:
                    fp[s->A] = WasmNumeric.Bits(*(double*)(fp + s->B) + *(double*)(fp + s->C));
                    break;
                case (int)WasmOp.F64Sub:
                    fp[s->A] = WasmNumeric.Bits(*(double*)(fp + s->B) - *(double*)(fp + s->C));
                    break;
                case (int)WasmOp.F64Mul:
                    fp[s->A] = WasmNumeric.Bits(*(double*)(fp + s->B) * *(double*)(fp + s->C));
                    break;
                case (int)WasmOp.F64Div:
                    fp[s->A] = WasmNumeric.Bits(*(double*)(fp + s->B) / *(double*)(fp + s->C));
                    break;
                case (int)WasmOp.F64Eq: fp[s->A] = *(double*)(fp + s->B) == *(double*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F64Ne: fp[s->A] = *(double*)(fp + s->B) != *(double*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F64Lt: fp[s->A] = *(double*)(fp + s->B) < *(double*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F64Gt: fp[s->A] = *(double*)(fp + s->B) > *(double*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F64Le: fp[s->A] = *(double*)(fp + s->B) <= *(double*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F64Ge: fp[s->A] = *(double*)(fp + s->B) >= *(double*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F32Add:
                    fp[s->A] = WasmNumeric.Bits(*(float*)(fp + s->B) + *(float*)(fp + s->C));
                    break;
                case (int)WasmOp.F32Sub:
                    fp[s->A] = WasmNumeric.Bits(*(float*)(fp + s->B) - *(float*)(fp + s->C));
                    break;
                case (int)WasmOp.F32Mul:
                    fp[s->A] = WasmNumeric.Bits(*(float*)(fp + s->B) * *(float*)(fp + s->C));
                    break;
                case (int)WasmOp.F32Div:
                    fp[s->A] = WasmNumeric.Bits(*(float*)(fp + s->B) / *(float*)(fp + s->C));
                    break;
                case (int)WasmOp.F32Eq: fp[s->A] = *(float*)(fp + s->B) == *(float*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F32Ne: fp[s->A] = *(float*)(fp + s->B) != *(float*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F32Lt: fp[s->A] = *(float*)(fp + s->B) < *(float*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F32Gt: fp[s->A] = *(float*)(fp + s->B) > *(float*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F32Le: fp[s->A] = *(float*)(fp + s->B) <= *(float*)(fp + s->C) ? 1UL : 0UL; break;
                case (int)WasmOp.F32Ge: fp[s->A] = *(float*)(fp + s->B) >= *(float*)(fp + s->C) ? 1UL : 0UL; break;
                default:
                    trap = WasmNumeric.Execute(s, fp);
                    if (trap == WasmTrap.NotNumeric)
                    {
                        state.Gas = gas;
                        trap = ExecuteBulk(state, s, fp);
                        gas = state.Gas;
                        mem = state.Memory.Start;
                        touched = state.Memory.Touched;
                        size = state.Memory.Size;
                    }
                    if (trap != WasmTrap.None)
                    {
                        goto Trap;
                    }
                    break;
            }
            s++;
        }
    OutOfBounds:
        trap = WasmTrap.OutOfBoundsMemory;
    Trap:
        state.Gas = gas;
        state.SetTrap(trap, code, (int)(s - steps));
        return WasmRunResult.Trapped;
    GasSpent:
        state.Gas = gas;
        return WasmRunResult.GasSpent;
    }
}
