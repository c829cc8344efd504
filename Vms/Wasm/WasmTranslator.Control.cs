using System.Runtime.InteropServices;

namespace Granary.Vms.Wasm;

/// <content>Control flow, calls, and what is neither.</content>
internal sealed partial class WasmTranslator
{
    private void TranslateInstruction(in WasmInstruction next, ref WasmReader reader)
    {
        if (next.Op is not (WasmOp.Loop or WasmOp.Else or WasmOp.End))
        {
            Charge(WasmOpcodes.Info(next.Op).Gas);
        }
        switch (next.Op)
        {
            case WasmOp.Nop:
                break;
            case WasmOp.Unreachable:
                Emit((WasmStepOp)WasmOp.Unreachable);
                EndReachable();
                break;
            case WasmOp.Block or WasmOp.Loop or WasmOp.If:
                BeginBlock(next);
                break;
            case WasmOp.Else:
                BeginElse();
                break;
            case WasmOp.End:
                EndBlock();
                break;
            case WasmOp.Br:
                BranchTo((int)next.A);
                EndReachable();
                break;
            case WasmOp.BrIf:
                BranchIf((int)next.A);
                break;
            case WasmOp.BrTable:
                BranchTable((int)next.A, ref reader);
                EndReachable();
                break;
            case WasmOp.Return:
                EmitReturn();
                EndReachable();
                break;
            case WasmOp.Call or WasmOp.CallIndirect:
                TranslateCall(next);
                break;
            case WasmOp.LocalGet:
                Push((int)next.A, _function.Locals[(int)next.A]);
                break;
            case WasmOp.LocalSet or WasmOp.LocalTee:
                SetLocal((int)next.A, keep: next.Op == WasmOp.LocalTee);
                break;
            case WasmOp.I32Const:
                PushConstant(next.A, WasmType.I32);
                break;
            case WasmOp.I64Const:
                PushConstant(next.A, WasmType.I64);
                break;
            case WasmOp.F32Const:
                PushConstant(next.A, WasmType.F32);
                break;
            case WasmOp.F64Const:
                PushConstant(next.A, WasmType.F64);
                break;
            default:
                TranslateOther(next);
                break;
        }
    }

    private void TranslateOther(in WasmInstruction next)
    {
        WasmStepOp op = (WasmStepOp)next.Op;
        switch (next.Op)
        {
            case WasmOp.Drop:
                Pop();
                break;
            case WasmOp.Select or WasmOp.SelectT:
                TranslateSelect();
                break;
            case WasmOp.GlobalGet:
                Emit(op, OperandSlot(_height), (int)next.A);
                PushResult(_module.GlobalTypes[(int)next.A].Type);
                break;
            case WasmOp.GlobalSet:
                Emit(op, (int)next.A, Pop());
                break;
            case WasmOp.RefNull:
                PushConstant(WasmReference.Null, (WasmType)next.A);
                break;
            case WasmOp.RefIsNull:
                int reference = Pop();
                Emit(op, OperandSlot(_height), reference);
                PushResult(WasmType.I32);
                break;
            case WasmOp.RefFunc:
                Emit(op, OperandSlot(_height), (int)next.A);
                PushResult(WasmType.FuncRef);
                break;
            case WasmOp.TableGet:
                int index = Pop();
                Emit(op, OperandSlot(_height), index, (int)next.A);
                PushResult(_module.Tables[(int)next.A].Element);
                break;
            case WasmOp.TableSet:
                int value = Pop();
                Emit(op, Pop(), value, (int)next.A);
                break;
            case WasmOp.TableGrow:
                int count = Pop();
                int initial = Pop();
                // Reads both before it writes its result.
                SettleAll();
                Emit(op, OperandSlot(_height), initial, count);
                EmitImmediate((int)next.A);
                PushResult(WasmType.I32);
                _producer = -1;
                break;
            case WasmOp.MemoryInit or WasmOp.MemoryCopy or WasmOp.MemoryFill
                or WasmOp.TableInit or WasmOp.TableCopy or WasmOp.TableFill:
                SettleAll();
                _height -= 3;
                Emit(op, OperandSlot(_height), (int)next.A, (int)next.B);
                break;
            case WasmOp.DataDrop or WasmOp.ElemDrop:
                Emit(op, (int)next.A);
                break;
            default:
                TranslatePlain(next);
                break;
        }
    }

    /// <summary>A second step that only carries a number.</summary>
    private void EmitImmediate(int number) => Emit((WasmStepOp)WasmOp.Nop, number);

    private void TranslateSelect()
    {
        int condition = Pop();
        int second = Pop();
        int depth = _height - 1;
        WasmType type = _types[depth];
        int first = Pop();
        int target = OperandSlot(depth);
        if (first != target)
        {
            Emit(WasmStepOp.Move, target, first, 0, type);
        }
        Emit(WasmStepOp.TakeIfNot, target, condition, second, type);
        Push(target, type);
        _producer = -1;
    }

    private void EndReachable()
    {
        _reachable = false;
        _skipped = 0;
        _borrowed.Clear();
    }

    private void Skip(in WasmInstruction next, ref WasmReader reader)
    {
        switch (next.Op)
        {
            case WasmOp.Block or WasmOp.Loop or WasmOp.If:
                _skipped++;
                break;
            case WasmOp.BrTable:
                next.SkipLabels(ref reader);
                break;
            case WasmOp.End when _skipped > 0:
                _skipped--;
                break;
            case WasmOp.End:
                EndBlock();
                break;
            case WasmOp.Else when _skipped == 0:
                BeginElse();
                break;
        }
    }

    private void BeginBlock(in WasmInstruction next)
    {
        WasmFuncType type = next.BlockType!;
        int condition = next.Op == WasmOp.If ? Pop() : 0;
        SettleAll();
        Frame frame = new()
        {
            Op = next.Op, Type = type, Height = _height - type.Parameters.Length, Start = _steps.Count,
        };
        _frames.Add(frame);
        if (next.Op == WasmOp.Loop)
        {
            _segment = Emit(WasmStepOp.LoopHead, WasmOpcodes.Info(WasmOp.Loop).Gas, _points.Count);
            AddPoint(isLoop: true, _segment, _height, -1, null, 0);
        }
        else if (next.Op == WasmOp.If)
        {
            frame.ElsePatch = EmitJumpIf(condition, whenZero: true);
            BeginSegment();
        }
        _producer = -1;
    }

    private void BeginElse()
    {
        Frame frame = _frames[^1];
        if (_reachable)
        {
            SettleAll();
            frame.Patches.Add(Emit(WasmStepOp.Jump));
        }
        Patch(frame.ElsePatch);
        frame.ElsePatch = -1;
        frame.Op = WasmOp.Else;
        _reachable = true;
        SetHeight(frame.Height, frame.Type.Parameters);
        MarkOrigin();
        BeginSegment();
    }

    private void EndBlock()
    {
        Frame frame = _frames[^1];
        _frames.RemoveAt(_frames.Count - 1);
        if (_frames.Count == 0)
        {
            EndFunction(frame);
            return;
        }
        if (_reachable)
        {
            SettleAll();
        }
        if (frame.ElsePatch >= 0)
        {
            frame.Patches.Add(frame.ElsePatch);
        }
        bool joined = frame.Patches.Count > 0;
        foreach (int step in frame.Patches)
        {
            Patch(step);
        }
        if (!_reachable && !joined)
        {
            // Nothing gets here: what follows stays unreachable, up to the end of the block around it.
            _skipped = 0;
            return;
        }
        _reachable = true;
        SetHeight(frame.Height, frame.Type.Results);
        _producer = -1;
        if (frame.Op != WasmOp.Loop)
        {
            MarkOrigin();
            BeginSegment();
        }
    }

    private void EndFunction(Frame frame)
    {
        if (_reachable)
        {
            EmitReturn();
        }
        if (frame.Patches.Count > 0)
        {
            throw new InvalidOperationException("A branch out of the function is a return, not a jump.");
        }
    }

    private void SetHeight(int height, WasmType[] types)
    {
        _borrowed.Clear();
        _height = height;
        foreach (WasmType type in types)
        {
            Push(OperandSlot(_height), type);
        }
    }

    private void Patch(int step) => CollectionsMarshal.AsSpan(_steps)[step].A = _steps.Count;

    private int EmitJumpIf(int condition, bool whenZero)
    {
        // A comparison that only this jump looks at becomes part of it.
        if (_producer >= 0 && _producer == _steps.Count - 1 && condition == OperandSlot(_height))
        {
            WasmStep compare = _steps[_producer];
            if (compare.A == condition && Fuse(compare, whenZero) is { } fused)
            {
                _steps[_producer] = fused;
                return _producer;
            }
        }
        return Emit(whenZero ? WasmStepOp.JumpIfNot : WasmStepOp.JumpIf, 0, condition, 0, WasmType.I32);
    }

    private static WasmStep? Fuse(in WasmStep compare, bool whenZero)
    {
        if (compare.Op == (WasmStepOp)WasmOp.I32Eqz)
        {
            return compare with { Op = whenZero ? WasmStepOp.JumpIf : WasmStepOp.JumpIfNot, Type = WasmType.I32 };
        }
        WasmStepOp? op = (WasmOp)compare.Op switch
        {
            WasmOp.I32Eq => whenZero ? WasmStepOp.JumpIfNe : WasmStepOp.JumpIfEq,
            WasmOp.I32Ne => whenZero ? WasmStepOp.JumpIfEq : WasmStepOp.JumpIfNe,
            WasmOp.I32LtS => whenZero ? WasmStepOp.JumpIfGeS : WasmStepOp.JumpIfLtS,
            WasmOp.I32LtU => whenZero ? WasmStepOp.JumpIfGeU : WasmStepOp.JumpIfLtU,
            WasmOp.I32GtS => whenZero ? WasmStepOp.JumpIfLeS : WasmStepOp.JumpIfGtS,
            WasmOp.I32GtU => whenZero ? WasmStepOp.JumpIfLeU : WasmStepOp.JumpIfGtU,
            WasmOp.I32LeS => whenZero ? WasmStepOp.JumpIfGtS : WasmStepOp.JumpIfLeS,
            WasmOp.I32LeU => whenZero ? WasmStepOp.JumpIfGtU : WasmStepOp.JumpIfLeU,
            WasmOp.I32GeS => whenZero ? WasmStepOp.JumpIfLtS : WasmStepOp.JumpIfGeS,
            WasmOp.I32GeU => whenZero ? WasmStepOp.JumpIfLtU : WasmStepOp.JumpIfGeU,
            _ => null,
        };
        return op is { } found ? compare with { Op = found } : null;
    }
}
