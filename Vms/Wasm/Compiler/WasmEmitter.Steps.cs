using System.Reflection.Emit;

namespace Granary.Vms.Wasm;

/// <content>Moves, jumps, globals, and the helpers that other steps use.</content>
internal sealed partial class WasmEmitter
{
    private LocalBuilder? _trap;

    private void EmitStep(in WasmStep step, int at)
    {
        switch (step.Op)
        {
            case WasmStepOp.Move:
                Load(step.B, step.Type);
                Store(step.A, step.Type);
                break;
            case WasmStepOp.Constant:
                LoadConstant(step.Constant, step.Type);
                Store(step.A, step.Type);
                break;
            case WasmStepOp.Gas:
                TakeGas(step.A);
                break;
            case WasmStepOp.LoopHead:
                EmitGasCheck(step.B);
                TakeGas(step.A);
                break;
            case WasmStepOp.Jump:
                _il.Emit(OpCodes.Br, _labels[step.A]);
                break;
            case WasmStepOp.JumpIf or WasmStepOp.JumpIfNot:
                Load(step.B, WasmType.I32);
                _il.Emit(step.Op == WasmStepOp.JumpIf ? OpCodes.Brtrue : OpCodes.Brfalse, _labels[step.A]);
                break;
            case WasmStepOp.JumpTable:
                Load(step.A, WasmType.I32);
                _il.Emit(OpCodes.Switch, _labels.AsSpan(at + 1, step.B).ToArray());
                _il.Emit(OpCodes.Br, _labels[at + 1 + step.B]);
                break;
            case WasmStepOp.TakeIfNot:
                Label keep = _il.DefineLabel();
                Load(step.B, WasmType.I32);
                _il.Emit(OpCodes.Brtrue, keep);
                Load(step.C, step.Type);
                Store(step.A, step.Type);
                _il.MarkLabel(keep);
                break;
            case WasmStepOp.CallFunction or WasmStepOp.CallImport or WasmStepOp.CallTable:
                EmitCallStep(step);
                break;
            case WasmStepOp.Return or WasmStepOp.ReturnOne or WasmStepOp.ReturnMany:
                EmitReturn(step);
                break;
            case >= WasmStepOp.JumpIfEq:
                Load(step.B, WasmType.I32);
                Load(step.C, WasmType.I32);
                _il.Emit(BranchOf(step.Op), _labels[step.A]);
                break;
            default:
                EmitInstruction((WasmOp)step.Op, step, at);
                break;
        }
    }

    private static OpCode BranchOf(WasmStepOp op) => op switch
    {
        WasmStepOp.JumpIfEq => OpCodes.Beq,
        WasmStepOp.JumpIfNe => OpCodes.Bne_Un,
        WasmStepOp.JumpIfLtS => OpCodes.Blt,
        WasmStepOp.JumpIfLtU => OpCodes.Blt_Un,
        WasmStepOp.JumpIfGtS => OpCodes.Bgt,
        WasmStepOp.JumpIfGtU => OpCodes.Bgt_Un,
        WasmStepOp.JumpIfLeS => OpCodes.Ble,
        WasmStepOp.JumpIfLeU => OpCodes.Ble_Un,
        WasmStepOp.JumpIfGeS => OpCodes.Bge,
        _ => OpCodes.Bge_Un,
    };

    private void EmitInstruction(WasmOp op, in WasmStep step, int at)
    {
        switch (op)
        {
            case WasmOp.Nop:
                break;
            case WasmOp.Unreachable:
                _il.Emit(OpCodes.Br, TrapAt(WasmTrap.Unreachable, at));
                break;
            case WasmOp.GlobalGet:
                WasmType type = _module.GlobalTypes[step.B].Type;
                LoadCell(step.B);
                _il.Emit(OpCodes.Ldfld, WasmTierMembers.CellValue);
                FromBits(type);
                Store(step.A, type);
                break;
            case WasmOp.GlobalSet:
                WasmType set = _module.GlobalTypes[step.A].Type;
                LoadCell(step.A);
                Load(step.B, set);
                ToBits(set);
                _il.Emit(OpCodes.Stfld, WasmTierMembers.CellValue);
                break;
            case WasmOp.RefIsNull:
                Load(step.B, WasmType.I64);
                _il.Emit(OpCodes.Ldc_I8, -1L);
                _il.Emit(OpCodes.Ceq);
                Store(step.A, WasmType.I32);
                break;
            case WasmOp.RefFunc:
                LoadState();
                _il.Emit(OpCodes.Ldc_I4, step.B);
                _il.Emit(OpCodes.Call, WasmTierMembers.ReferenceTo);
                Store(step.A, WasmType.I64);
                break;
            default:
                if (WasmStepFlow.IsAccess(step.Op))
                {
                    EmitAccess(op, step, at);
                }
                else if (!EmitBulk(op, step, at))
                {
                    EmitNumeric(op, step, at);
                }
                break;
        }
    }

    private void LoadCell(int global)
    {
        if (_cells.TryGetValue(global, out LocalBuilder? cell))
        {
            _il.Emit(OpCodes.Ldloc, cell);
            return;
        }
        LoadState();
        _il.Emit(OpCodes.Ldc_I4, global);
        _il.Emit(OpCodes.Call, WasmTierMembers.Cell);
    }

    /// <summary>A safe point: the frame leaves when the gas is spent.</summary>
    private void EmitGasCheck(int point)
    {
        Label spill = _il.DefineLabel();
        _spills.Add((spill, point));
        _il.Emit(OpCodes.Ldloc, _gas);
        _il.Emit(OpCodes.Ldc_I8, 0L);
        _il.Emit(OpCodes.Blt, spill);
    }

    private Label TrapAt(WasmTrap trap, int step)
    {
        if (!_sharesTraps)
        {
            Label own = _il.DefineLabel();
            _traps.Add((own, trap, step));
            return own;
        }
        _il.Emit(OpCodes.Ldc_I4, _code.OffsetOf(step));
        _il.Emit(OpCodes.Stloc, _site);
        if (!_sharedTraps.TryGetValue(trap, out Label shared))
        {
            shared = _il.DefineLabel();
            _sharedTraps.Add(trap, shared);
            _traps.Add((shared, trap, step));
        }
        return shared;
    }

    /// <summary>A trap, or none, is on the IL stack: goes on only with none.</summary>
    private void EmitTrapCheck(int step)
    {
        _trap ??= _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Stloc, _trap);
        Label label = TrapAt(WasmTrap.None, step);
        _il.Emit(OpCodes.Ldloc, _trap);
        _il.Emit(OpCodes.Brtrue, label);
    }

    private static WasmType Plain(WasmType type) => WasmTypeNames.IsReference(type) ? WasmType.I64 : type;

    /// <param name="raw">Any NaN will do: what takes it shows no bits of it.</param>
    private void Load(int slot, WasmType type, bool raw = false)
    {
        if (slot < _locals.Length)
        {
            _il.Emit(OpCodes.Ldloc, _locals[slot]);
            if (_late[slot] && !raw)
            {
                MakeCanonical(type);
            }
        }
        else if (slot < _code.FirstOperand)
        {
            LoadConstant(_code.Constants[slot - _locals.Length], type);
        }
        else
        {
            _il.Emit(OpCodes.Ldloc, Operand(slot, type));
        }
    }

    private void MakeCanonical(WasmType type) => _il.Emit(OpCodes.Call,
        type == WasmType.F32 ? WasmTierMembers.CanonicalSingle : WasmTierMembers.CanonicalDouble);

    private void Store(int slot, WasmType type) =>
        _il.Emit(OpCodes.Stloc, slot < _locals.Length ? _locals[slot] : Operand(slot, type));

    private LocalBuilder Operand(int slot, WasmType type)
    {
        (int, WasmType) key = (slot, Plain(type));
        if (!_operands.TryGetValue(key, out LocalBuilder? local))
        {
            local = _il.DeclareLocal(WasmCompiler.TypeOf(type));
            _operands.Add(key, local);
        }
        return local;
    }

    /// <remarks>
    /// A NaN is made from its bits: a floating-point literal would lose them. The JIT keeps constant floats as doubles,
    /// which quiets a signaling one, so that one comes from a call that it does not look into.
    /// </remarks>
    private void LoadConstant(ulong bits, WasmType type)
    {
        switch (type)
        {
            case WasmType.I32:
                _il.Emit(OpCodes.Ldc_I4, (int)(uint)bits);
                break;
            case WasmType.F32 when float.IsNaN(BitConverter.UInt32BitsToSingle((uint)bits)):
                _il.Emit(OpCodes.Ldc_I4, (int)(uint)bits);
                _il.Emit(OpCodes.Call, WasmTierMembers.OpaqueSingle);
                break;
            case WasmType.F32:
                _il.Emit(OpCodes.Ldc_R4, BitConverter.UInt32BitsToSingle((uint)bits));
                break;
            case WasmType.F64 when double.IsNaN(BitConverter.UInt64BitsToDouble(bits)):
                _il.Emit(OpCodes.Ldc_I8, (long)bits);
                _il.Emit(OpCodes.Call, WasmTierMembers.BitsToDouble);
                break;
            case WasmType.F64:
                _il.Emit(OpCodes.Ldc_R8, BitConverter.UInt64BitsToDouble(bits));
                break;
            default:
                _il.Emit(OpCodes.Ldc_I8, (long)bits);
                break;
        }
    }

    /// <summary>From the 64 bits of a slot on the IL stack to a value.</summary>
    private void FromBits(WasmType type)
    {
        switch (type)
        {
            case WasmType.I32:
                _il.Emit(OpCodes.Conv_I4);
                break;
            case WasmType.F32:
                _il.Emit(OpCodes.Conv_I4);
                _il.Emit(OpCodes.Call, WasmTierMembers.BitsToSingle);
                break;
            case WasmType.F64:
                _il.Emit(OpCodes.Call, WasmTierMembers.BitsToDouble);
                break;
        }
    }
}
