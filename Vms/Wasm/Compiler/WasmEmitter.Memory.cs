using System.Reflection;
using System.Reflection.Emit;

namespace Granary.Vms.Wasm;

/// <content>Loads, stores, and bulk operations.</content>
internal sealed partial class WasmEmitter
{
    private void EmitAccess(WasmOp op, in WasmStep step, int at)
    {
        bool store = op >= WasmOp.I32Store;
        int bytes = WasmOpcodes.AccessBytes(op);
        long offset = (uint)step.C;
        Load(store ? step.A : step.B, WasmType.I32);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Stloc, _address);
        Label trap = TrapAt(WasmTrap.OutOfBoundsMemory, at);
        _il.Emit(OpCodes.Ldloc, _address);
        _il.Emit(OpCodes.Ldc_I8, offset + bytes);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldloc, _size!);
        _il.Emit(OpCodes.Bgt_Un, trap);
        EmitPointer(_memory!, offset);
        if (store)
        {
            EmitStore(op, step.B);
            MarkTouched(offset);
        }
        else
        {
            EmitLoad(op, step.A);
        }
    }

    private void EmitPointer(LocalBuilder start, long offset)
    {
        _il.Emit(OpCodes.Ldloc, start);
        _il.Emit(OpCodes.Ldloc, _address);
        _il.Emit(OpCodes.Add);
        if (offset != 0)
        {
            _il.Emit(OpCodes.Ldc_I8, offset);
            _il.Emit(OpCodes.Add);
        }
        _il.Emit(OpCodes.Conv_U);
    }

    private void EmitLoad(WasmOp op, int target)
    {
        OpCode load = op switch
        {
            WasmOp.I32Load or WasmOp.I64Load32S => OpCodes.Ldind_I4,
            WasmOp.I64Load => OpCodes.Ldind_I8,
            WasmOp.F32Load => OpCodes.Ldind_R4,
            WasmOp.F64Load => OpCodes.Ldind_R8,
            WasmOp.I32Load8S or WasmOp.I64Load8S => OpCodes.Ldind_I1,
            WasmOp.I32Load8U or WasmOp.I64Load8U => OpCodes.Ldind_U1,
            WasmOp.I32Load16S or WasmOp.I64Load16S => OpCodes.Ldind_I2,
            WasmOp.I32Load16U or WasmOp.I64Load16U => OpCodes.Ldind_U2,
            _ => OpCodes.Ldind_U4,
        };
        _il.Emit(load);
        if (op is WasmOp.I64Load8S or WasmOp.I64Load16S or WasmOp.I64Load32S)
        {
            _il.Emit(OpCodes.Conv_I8);
        }
        else if (op is WasmOp.I64Load8U or WasmOp.I64Load16U or WasmOp.I64Load32U)
        {
            _il.Emit(OpCodes.Conv_U8);
        }
        Store(target, ResultType(op));
    }

    private void EmitStore(WasmOp op, int source)
    {
        (WasmType type, OpCode store) = op switch
        {
            WasmOp.I32Store => (WasmType.I32, OpCodes.Stind_I4),
            WasmOp.I64Store => (WasmType.I64, OpCodes.Stind_I8),
            WasmOp.F32Store => (WasmType.F32, OpCodes.Stind_R4),
            WasmOp.F64Store => (WasmType.F64, OpCodes.Stind_R8),
            WasmOp.I32Store8 => (WasmType.I32, OpCodes.Stind_I1),
            WasmOp.I32Store16 => (WasmType.I32, OpCodes.Stind_I2),
            WasmOp.I64Store8 => (WasmType.I64, OpCodes.Stind_I1),
            WasmOp.I64Store16 => (WasmType.I64, OpCodes.Stind_I2),
            _ => (WasmType.I64, OpCodes.Stind_I4),
        };
        Load(source, type);
        _il.Emit(store);
    }

    private void MarkTouched(long offset)
    {
        _il.Emit(OpCodes.Ldloc, _address);
        if (offset != 0)
        {
            _il.Emit(OpCodes.Ldc_I8, offset);
            _il.Emit(OpCodes.Add);
        }
        _il.Emit(OpCodes.Ldc_I4, WasmMemory.TrackedShift);
        _il.Emit(OpCodes.Shr_Un);
        _il.Emit(OpCodes.Ldloc, _touched!);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_U);
        _il.Emit(OpCodes.Ldc_I4, (int)WasmMemory.Mark);
        _il.Emit(OpCodes.Stind_I1);
    }

    /// <summary>What <see cref="WasmBulk"/> does; false when the instruction is none of those.</summary>
    private bool EmitBulk(WasmOp op, in WasmStep step, int at)
    {
        switch (op)
        {
            case WasmOp.MemorySize:
                LoadState();
                _il.Emit(OpCodes.Call, WasmTierMembers.MemoryPages);
                Store(step.A, WasmType.I32);
                return true;
            case WasmOp.MemoryGrow:
                CallBulk(nameof(WasmBulk.Grow), [], [(step.B, WasmType.I32)], (step.A, WasmType.I32), at);
                return true;
            case WasmOp.MemoryFill:
                CallBulk(nameof(WasmBulk.Fill), [], Three(step.A), null, at);
                return true;
            case WasmOp.MemoryCopy:
                CallBulk(nameof(WasmBulk.Copy), [], Three(step.A), null, at);
                return true;
            case WasmOp.MemoryInit:
                CallBulk(nameof(WasmBulk.Init), [step.B], Three(step.A), null, at);
                return true;
            case WasmOp.DataDrop or WasmOp.ElemDrop:
                LoadState();
                _il.Emit(OpCodes.Ldc_I4, step.A);
                _il.Emit(OpCodes.Call, op == WasmOp.DataDrop ? WasmTierMembers.DropData : WasmTierMembers.DropElements);
                return true;
            default:
                return EmitTable(op, step, at);
        }
    }

    private bool EmitTable(WasmOp op, in WasmStep step, int at)
    {
        switch (op)
        {
            case WasmOp.TableSize:
                LoadState();
                _il.Emit(OpCodes.Ldc_I4, step.B);
                _il.Emit(OpCodes.Call, WasmTierMembers.TableSize);
                Store(step.A, WasmType.I32);
                return true;
            case WasmOp.TableGet:
                CallBulk(nameof(WasmBulk.TableGet), [step.C], [(step.B, WasmType.I32)], (step.A, WasmType.I64), at);
                return true;
            case WasmOp.TableSet:
                CallBulk(nameof(WasmBulk.TableSet), [step.C],
                    [(step.A, WasmType.I32), (step.B, WasmType.I64)], null, at);
                return true;
            case WasmOp.TableGrow:
                CallBulk(nameof(WasmBulk.TableGrow), [_code.Steps[at + 1].A],
                    [(step.C, WasmType.I32), (step.B, WasmType.I64)], (step.A, WasmType.I32), at);
                return true;
            case WasmOp.TableFill:
                CallBulk(nameof(WasmBulk.TableFill), [step.B],
                    [(step.A, WasmType.I32), (step.A + 1, WasmType.I64), (step.A + 2, WasmType.I32)], null, at);
                return true;
            case WasmOp.TableCopy:
                CallBulk(nameof(WasmBulk.TableCopy), [step.B, step.C], Three(step.A), null, at);
                return true;
            case WasmOp.TableInit:
                CallBulk(nameof(WasmBulk.TableInit), [step.B, step.C], Three(step.A), null, at);
                return true;
            default:
                return false;
        }
    }

    private static (int, WasmType)[] Three(int first) =>
        [(first, WasmType.I32), (first + 1, WasmType.I32), (first + 2, WasmType.I32)];

    private void CallBulk(
        string name, int[] numbers, (int Slot, WasmType Type)[] operands, (int Slot, WasmType Type)? result, int at)
    {
        MethodInfo method = typeof(WasmBulk).GetMethod(name)!;
        StoreGas();
        LoadState();
        foreach (int number in numbers)
        {
            _il.Emit(OpCodes.Ldc_I4, number);
        }
        foreach ((int slot, WasmType type) in operands)
        {
            Load(slot, type);
        }
        if (result is not null)
        {
            LoadState();
            _il.Emit(OpCodes.Ldflda, WasmTierMembers.Scratch);
        }
        _il.Emit(OpCodes.Call, method);
        _trap ??= _il.DeclareLocal(typeof(int));
        _il.Emit(OpCodes.Stloc, _trap);
        LoadGas();
        LoadMemory();
        _il.Emit(OpCodes.Ldloc, _trap);
        EmitTrapCheck(at);
        if (result is { } target)
        {
            LoadState();
            _il.Emit(OpCodes.Ldfld, WasmTierMembers.Scratch);
            FromBits(target.Type);
            Store(target.Slot, target.Type);
        }
    }

    private static WasmType ResultType(WasmOp op) => WasmOpcodes.Info(op).Signature[^1] switch
    {
        'i' => WasmType.I32,
        'l' => WasmType.I64,
        'f' => WasmType.F32,
        _ => WasmType.F64,
    };

    private static WasmType OperandType(WasmOp op) => WasmOpcodes.Info(op).Signature[0] switch
    {
        'i' => WasmType.I32,
        'l' => WasmType.I64,
        'f' => WasmType.F32,
        _ => WasmType.F64,
    };
}
