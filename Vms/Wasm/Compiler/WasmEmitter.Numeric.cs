using System.Numerics;
using System.Reflection.Emit;

namespace Granary.Vms.Wasm;

/// <content>Arithmetic, comparisons, conversions.</content>
internal sealed partial class WasmEmitter
{
    private void EmitNumeric(WasmOp op, in WasmStep step, int at)
    {
        WasmType operand = OperandType(op);
        WasmType result = ResultType(op);
        bool binary = WasmOpcodes.Info(op).Signature.Length == 4;
        if (IsDivision(op))
        {
            EmitDivision(op, step, operand, at);
        }
        else if (WasmOpcodes.Info(op).Name!.Contains("trunc_", StringComparison.Ordinal))
        {
            EmitTruncation(op, step, operand, at);
        }
        else
        {
            bool raw = WasmStepFlow.IsFloatArithmetic(op);
            Load(step.B, operand, raw);
            if (binary)
            {
                Load(step.C, operand, raw);
            }
            EmitOperation(op, operand);
            if (WasmRotations.IsRotation(op) || _rotations.MayBePart(op, step))
            {
                EmitFlags(operand == WasmType.I64);
            }
        }
        bool late = step.A < _locals.Length && _late[step.A];
        if (WasmStepFlow.MakesNaN(op) && !late && !WasmStepFlow.FeedsArithmetic(_code, _targets, at))
        {
            MakeCanonical(result);
        }
        Store(step.A, result);
    }

    private static bool IsDivision(WasmOp op) =>
        op is (>= WasmOp.I32DivS and <= WasmOp.I32RemU) or (>= WasmOp.I64DivS and <= WasmOp.I64RemU);

    private void EmitDivision(WasmOp op, in WasmStep step, WasmType type, int at)
    {
        bool wide = type == WasmType.I64;
        Label zero = TrapAt(WasmTrap.DivideByZero, at);
        Load(step.C, type);
        _il.Emit(OpCodes.Brfalse, zero);
        bool signed = op is WasmOp.I32DivS or WasmOp.I32RemS or WasmOp.I64DivS or WasmOp.I64RemS;
        bool remainder = op is WasmOp.I32RemS or WasmOp.I32RemU or WasmOp.I64RemS or WasmOp.I64RemU;
        if (!signed)
        {
            Load(step.B, type);
            Load(step.C, type);
            _il.Emit(remainder ? OpCodes.Rem_Un : OpCodes.Div_Un);
            return;
        }
        // The one quotient that does not fit would fault; its remainder is zero.
        Label plain = _il.DefineLabel();
        Label done = _il.DefineLabel();
        LocalBuilder value = _il.DeclareLocal(WasmCompiler.TypeOf(type));
        Load(step.C, type);
        LoadInteger(-1, wide);
        _il.Emit(OpCodes.Bne_Un, plain);
        if (remainder)
        {
            LoadInteger(0, wide);
        }
        else
        {
            Label overflow = TrapAt(WasmTrap.IntegerOverflow, at);
            Load(step.B, type);
            LoadInteger(wide ? long.MinValue : int.MinValue, wide);
            _il.Emit(OpCodes.Beq, overflow);
            Load(step.B, type);
            _il.Emit(OpCodes.Neg);
        }
        _il.Emit(OpCodes.Stloc, value);
        _il.Emit(OpCodes.Br, done);
        _il.MarkLabel(plain);
        Load(step.B, type);
        Load(step.C, type);
        _il.Emit(remainder ? OpCodes.Rem : OpCodes.Div);
        _il.Emit(OpCodes.Stloc, value);
        _il.MarkLabel(done);
        _il.Emit(OpCodes.Ldloc, value);
    }

    private void LoadInteger(long value, bool wide)
    {
        if (wide)
        {
            _il.Emit(OpCodes.Ldc_I8, value);
        }
        else
        {
            _il.Emit(OpCodes.Ldc_I4, (int)value);
        }
    }

    private void EmitTruncation(WasmOp op, in WasmStep step, WasmType operand, int at)
    {
        string name = WasmOpcodes.Info(op).Name!;
        bool wide = name.StartsWith("i64", StringComparison.Ordinal);
        string kind = name.EndsWith("_s", StringComparison.Ordinal) ? wide ? "Long" : "Int" : wide ? "ULong" : "UInt";
        if (!name.Contains("sat", StringComparison.Ordinal))
        {
            LoadDouble(step.B, operand);
            _il.Emit(OpCodes.Call, typeof(WasmConversions).GetMethod("Check" + kind)!);
            EmitTrapCheck(at);
        }
        LoadDouble(step.B, operand);
        _il.Emit(OpCodes.Call, typeof(WasmConversions).GetMethod("Saturate" + kind)!);
    }

    private void LoadDouble(int slot, WasmType type)
    {
        Load(slot, type);
        if (type == WasmType.F32)
        {
            _il.Emit(OpCodes.Conv_R8);
        }
    }

    private void EmitOperation(WasmOp op, WasmType operand)
    {
        bool wide = operand == WasmType.I64;
        switch (op)
        {
            case WasmOp.I32Add or WasmOp.I64Add or WasmOp.F32Add or WasmOp.F64Add:
                _il.Emit(OpCodes.Add);
                break;
            case WasmOp.I32Sub or WasmOp.I64Sub or WasmOp.F32Sub or WasmOp.F64Sub:
                _il.Emit(OpCodes.Sub);
                break;
            case WasmOp.I32Mul or WasmOp.I64Mul or WasmOp.F32Mul or WasmOp.F64Mul:
                _il.Emit(OpCodes.Mul);
                break;
            case WasmOp.F32Div or WasmOp.F64Div:
                _il.Emit(OpCodes.Div);
                break;
            case WasmOp.I32And or WasmOp.I64And:
                _il.Emit(OpCodes.And);
                break;
            case WasmOp.I32Or or WasmOp.I64Or:
                _il.Emit(OpCodes.Or);
                break;
            case WasmOp.I32Xor or WasmOp.I64Xor:
                _il.Emit(OpCodes.Xor);
                break;
            case WasmOp.I32Shl or WasmOp.I64Shl:
                EmitShift(OpCodes.Shl, wide);
                break;
            case WasmOp.I32ShrS or WasmOp.I64ShrS:
                EmitShift(OpCodes.Shr, wide);
                break;
            case WasmOp.I32ShrU or WasmOp.I64ShrU:
                EmitShift(OpCodes.Shr_Un, wide);
                break;
            case WasmOp.I32Rotl or WasmOp.I64Rotl:
                EmitRotation(nameof(BitOperations.RotateLeft), wide);
                break;
            case WasmOp.I32Rotr or WasmOp.I64Rotr:
                EmitRotation(nameof(BitOperations.RotateRight), wide);
                break;
            case WasmOp.I32Clz or WasmOp.I64Clz:
                EmitCount(nameof(BitOperations.LeadingZeroCount), wide);
                break;
            case WasmOp.I32Ctz or WasmOp.I64Ctz:
                EmitCount(nameof(BitOperations.TrailingZeroCount), wide);
                break;
            case WasmOp.I32Popcnt or WasmOp.I64Popcnt:
                EmitCount(nameof(BitOperations.PopCount), wide);
                break;
            case WasmOp.I32Eqz or WasmOp.I64Eqz:
                LoadInteger(0, wide);
                _il.Emit(OpCodes.Ceq);
                break;
            case >= WasmOp.I32Eq and <= WasmOp.F64Ge:
                EmitComparison(op);
                break;
            case >= WasmOp.F32Abs and <= WasmOp.F64Copysign:
                EmitFloat(op, operand == WasmType.F32);
                break;
            default:
                EmitConversion(op);
                break;
        }
    }

    private void EmitShift(OpCode shift, bool wide)
    {
        if (wide)
        {
            _il.Emit(OpCodes.Conv_I4);
        }
        _il.Emit(OpCodes.Ldc_I4, wide ? 63 : 31);
        _il.Emit(OpCodes.And);
        _il.Emit(shift);
    }

    private void EmitRotation(string name, bool wide)
    {
        if (wide)
        {
            _il.Emit(OpCodes.Conv_I4);
        }
        Type type = wide ? typeof(ulong) : typeof(uint);
        _il.Emit(OpCodes.Call, typeof(BitOperations).GetMethod(name, [type, typeof(int)])!);
    }

    /// <summary>An exclusive or with a zero that the JIT does not know: <see cref="WasmRotations"/> says what for.
    /// </summary>
    private void EmitFlags(bool wide)
    {
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.Zero);
        if (!wide)
        {
            _il.Emit(OpCodes.Conv_I4);
        }
        _il.Emit(OpCodes.Xor);
    }

    private void EmitCount(string name, bool wide)
    {
        _il.Emit(OpCodes.Call, typeof(BitOperations).GetMethod(name, [wide ? typeof(ulong) : typeof(uint)])!);
        if (wide)
        {
            _il.Emit(OpCodes.Conv_I8);
        }
    }

    /// <remarks>"Not greater" for floats is also true of NaN, so the unordered form is negated.</remarks>
    private void EmitComparison(WasmOp op)
    {
        string name = WasmOpcodes.Info(op).Name![4..];
        (OpCode compare, bool negate) = name switch
        {
            "eq" => (OpCodes.Ceq, false),
            "ne" => (OpCodes.Ceq, true),
            "lt_s" or "lt" => (OpCodes.Clt, false),
            "lt_u" => (OpCodes.Clt_Un, false),
            "gt_s" or "gt" => (OpCodes.Cgt, false),
            "gt_u" => (OpCodes.Cgt_Un, false),
            "le_s" => (OpCodes.Cgt, true),
            "ge_s" => (OpCodes.Clt, true),
            "le_u" => (OpCodes.Cgt_Un, true),
            "ge_u" => (OpCodes.Clt_Un, true),
            "le" => (OpCodes.Cgt_Un, true),
            "ge" => (OpCodes.Clt_Un, true),
            _ => throw new InvalidOperationException($"{op} compares nothing."),
        };
        _il.Emit(compare);
        if (negate)
        {
            _il.Emit(OpCodes.Ldc_I4_0);
            _il.Emit(OpCodes.Ceq);
        }
    }

    private void EmitFloat(WasmOp op, bool single)
    {
        string name = WasmOpcodes.Info(op).Name![4..];
        if (name == "neg")
        {
            _il.Emit(OpCodes.Neg);
            return;
        }
        Type math = single ? typeof(MathF) : typeof(Math);
        Type type = single ? typeof(float) : typeof(double);
        if (name == "nearest")
        {
            _il.Emit(OpCodes.Ldc_I4, (int)MidpointRounding.ToEven);
            _il.Emit(OpCodes.Call, math.GetMethod(nameof(Math.Round), [type, typeof(MidpointRounding)])!);
            return;
        }
        (string method, int operands) = name switch
        {
            "abs" => (nameof(Math.Abs), 1),
            "ceil" => (nameof(Math.Ceiling), 1),
            "floor" => (nameof(Math.Floor), 1),
            "trunc" => (nameof(Math.Truncate), 1),
            "sqrt" => (nameof(Math.Sqrt), 1),
            "min" => (nameof(Math.Min), 2),
            "max" => (nameof(Math.Max), 2),
            _ => (nameof(Math.CopySign), 2),
        };
        _il.Emit(OpCodes.Call, math.GetMethod(method, [.. Enumerable.Repeat(type, operands)])!);
    }

    private void EmitConversion(WasmOp op)
    {
        switch (op)
        {
            case WasmOp.I32WrapI64:
                _il.Emit(OpCodes.Conv_I4);
                break;
            case WasmOp.I64ExtendI32S:
                _il.Emit(OpCodes.Conv_I8);
                break;
            case WasmOp.I64ExtendI32U:
                _il.Emit(OpCodes.Conv_U8);
                break;
            case WasmOp.F32ConvertI32S or WasmOp.F32ConvertI64S or WasmOp.F32DemoteF64:
                _il.Emit(OpCodes.Conv_R4);
                break;
            case WasmOp.F64ConvertI32S or WasmOp.F64ConvertI64S or WasmOp.F64PromoteF32:
                _il.Emit(OpCodes.Conv_R8);
                break;
            case WasmOp.F32ConvertI32U:
                _il.Emit(OpCodes.Conv_U8);
                _il.Emit(OpCodes.Conv_R4);
                break;
            case WasmOp.F64ConvertI32U:
                _il.Emit(OpCodes.Conv_U8);
                _il.Emit(OpCodes.Conv_R8);
                break;
            case WasmOp.F32ConvertI64U:
                _il.Emit(OpCodes.Call, WasmTierMembers.ToSingle);
                break;
            case WasmOp.F64ConvertI64U:
                _il.Emit(OpCodes.Call, WasmTierMembers.ToDouble);
                break;
            case WasmOp.I32ReinterpretF32:
                _il.Emit(OpCodes.Call, WasmTierMembers.SingleToBits);
                break;
            case WasmOp.I64ReinterpretF64:
                _il.Emit(OpCodes.Call, WasmTierMembers.DoubleToBits);
                break;
            case WasmOp.F32ReinterpretI32:
                _il.Emit(OpCodes.Call, WasmTierMembers.BitsToSingle);
                break;
            case WasmOp.F64ReinterpretI64:
                _il.Emit(OpCodes.Call, WasmTierMembers.BitsToDouble);
                break;
            case WasmOp.I32Extend8S:
                _il.Emit(OpCodes.Conv_I1);
                break;
            case WasmOp.I32Extend16S:
                _il.Emit(OpCodes.Conv_I2);
                break;
            case WasmOp.I64Extend8S:
                _il.Emit(OpCodes.Conv_I1);
                _il.Emit(OpCodes.Conv_I8);
                break;
            case WasmOp.I64Extend16S:
                _il.Emit(OpCodes.Conv_I2);
                _il.Emit(OpCodes.Conv_I8);
                break;
            case WasmOp.I64Extend32S:
                _il.Emit(OpCodes.Conv_I4);
                _il.Emit(OpCodes.Conv_I8);
                break;
            default:
                throw new InvalidOperationException($"{op} is no numeric instruction.");
        }
    }
}
