using System.Reflection;
using System.Reflection.Emit;

namespace Granary.Vms.Wasm;

/// <content>Calls and returns.</content>
internal sealed partial class WasmEmitter
{
    private void EmitCallStep(in WasmStep step)
    {
        WasmPoint point = _code.Points[step.C];
        WasmFuncType type = point.CalleeType!;
        StoreGas();
        switch (step.Op)
        {
            case WasmStepOp.CallFunction:
                _compiler.NeedEntry(step.A);
                PushArguments(step.B, type);
                LoadState();
                _il.Emit(OpCodes.Ldfld, WasmTierMembers.FunctionTable);
                _il.Emit(OpCodes.Ldc_I4, (step.A - _module.ImportedFuncs) * nint.Size);
                _il.Emit(OpCodes.Add);
                _il.Emit(OpCodes.Ldind_I);
                EmitCalli(type);
                StoreResults(step.B, type);
                break;
            case WasmStepOp.CallImport:
                StoreArguments(step.B, type);
                LoadState();
                _il.Emit(OpCodes.Ldc_I4, step.A);
                _il.Emit(OpCodes.Ldc_I4, _function.Index);
                _il.Emit(OpCodes.Ldc_I4, point.Offset);
                _il.Emit(OpCodes.Call, WasmTierMembers.CallImport);
                TakeResults(step.B, type);
                break;
            default:
                EmitTableCall(step, type);
                break;
        }
        LoadGas();
        EmitGasCheck(step.C);
        LoadMemory();
    }

    private void EmitTableCall(in WasmStep step, WasmFuncType type)
    {
        LocalBuilder entry = _il.DeclareLocal(typeof(nint));
        Label miss = _il.DefineLabel();
        Label call = _il.DefineLabel();
        Label after = _il.DefineLabel();
        FindEntry(step, type, entry, miss);
        _il.MarkLabel(call);
        PushArguments(step.B, type);
        _il.Emit(OpCodes.Ldloc, entry);
        EmitCalli(type);
        StoreResults(step.B, type);
        _il.Emit(OpCodes.Br, after);
        _il.MarkLabel(miss);
        LoadState();
        _il.Emit(OpCodes.Ldc_I4, _code.Points[step.C].Table);
        _il.Emit(OpCodes.Ldc_I4, _functions.TypeIdOf(type));
        Load(step.A, WasmType.I32);
        _il.Emit(OpCodes.Ldc_I4, _function.Index);
        _il.Emit(OpCodes.Ldc_I4, step.C);
        _il.Emit(OpCodes.Call, WasmTierMembers.Resolve);
        _il.Emit(OpCodes.Stloc, entry);
        _il.Emit(OpCodes.Ldloc, entry);
        _il.Emit(OpCodes.Brtrue, call);
        StoreArguments(step.B, type);
        LoadState();
        _il.Emit(OpCodes.Ldc_I4, _function.Index);
        _il.Emit(OpCodes.Ldc_I4, step.C);
        LoadDepth();
        _il.Emit(OpCodes.Call, WasmTierMembers.CallResolved);
        TakeResults(step.B, type);
        _il.MarkLabel(after);
    }

    /// <summary>
    /// The entry of a function of this module that the table holds, of the right type; all else misses.
    /// </summary>
    private void FindEntry(in WasmStep step, WasmFuncType type, LocalBuilder entry, Label miss)
    {
        LocalBuilder items = _il.DeclareLocal(typeof(ulong[]));
        LocalBuilder types = _il.DeclareLocal(typeof(int[]));
        LocalBuilder number = _il.DeclareLocal(typeof(long));
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.Tables);
        _il.Emit(OpCodes.Ldc_I4, _code.Points[step.C].Table);
        _il.Emit(OpCodes.Ldelem_Ref);
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.TableItems);
        _il.Emit(OpCodes.Stloc, items);
        Load(step.A, WasmType.I32);
        _il.Emit(OpCodes.Ldloc, items);
        _il.Emit(OpCodes.Ldlen);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Bge_Un, miss);
        _il.Emit(OpCodes.Ldloc, items);
        Load(step.A, WasmType.I32);
        _il.Emit(OpCodes.Ldelem_I8);
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.ReferenceBase);
        _il.Emit(OpCodes.Sub);
        _il.Emit(OpCodes.Stloc, number);
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.TypeIds);
        _il.Emit(OpCodes.Stloc, types);
        _il.Emit(OpCodes.Ldloc, number);
        _il.Emit(OpCodes.Ldloc, types);
        _il.Emit(OpCodes.Ldlen);
        _il.Emit(OpCodes.Conv_U8);
        _il.Emit(OpCodes.Bge_Un, miss);
        _il.Emit(OpCodes.Ldloc, types);
        _il.Emit(OpCodes.Ldloc, number);
        _il.Emit(OpCodes.Conv_I4);
        _il.Emit(OpCodes.Ldelem_I4);
        _il.Emit(OpCodes.Ldc_I4, _functions.TypeIdOf(type));
        _il.Emit(OpCodes.Bne_Un, miss);
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.FunctionTable);
        _il.Emit(OpCodes.Ldloc, number);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Conv_I8);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldc_I4, -_module.ImportedFuncs * nint.Size);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I);
        _il.Emit(OpCodes.Stloc, entry);
        _il.Emit(OpCodes.Ldloc, entry);
        _il.Emit(OpCodes.Brfalse, miss);
    }

    private void LoadDepth()
    {
        _il.Emit(OpCodes.Ldarg, (short)DepthArgument);
        _il.Emit(OpCodes.Ldc_I4, _function.FrameUnits);
        _il.Emit(OpCodes.Add);
    }

    private void PushArguments(int first, WasmFuncType type)
    {
        LoadState();
        LoadDepth();
        for (int i = 0; i < type.Parameters.Length; i++)
        {
            Load(first + i, type.Parameters[i]);
        }
    }

    private void EmitCalli(WasmFuncType type) => _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard,
        WasmCompiler.ResultOf(type), WasmCompiler.ParametersOf(type), null);

    /// <summary>The first result is on the IL stack, the others are in the state.</summary>
    private void StoreResults(int first, WasmFuncType type)
    {
        for (int i = 0; i < type.Results.Length; i++)
        {
            if (i > 0)
            {
                LoadExtraAddress(i);
                FromAddress(type.Results[i]);
            }
            Store(first + i, type.Results[i]);
        }
    }

    private void LoadExtraAddress(int result)
    {
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.Extra);
        _il.Emit(OpCodes.Ldc_I4, result * sizeof(ulong));
        _il.Emit(OpCodes.Add);
    }

    /// <summary>Puts arguments into the machine's slots, above all frames.</summary>
    private void StoreArguments(int first, WasmFuncType type)
    {
        LocalBuilder to = _il.DeclareLocal(typeof(nint));
        LoadState();
        _il.Emit(OpCodes.Call, WasmTierMembers.BeginCall);
        _il.Emit(OpCodes.Stloc, to);
        for (int i = 0; i < type.Parameters.Length; i++)
        {
            StoreThrough(to, i, first + i, type.Parameters[i]);
        }
    }

    /// <summary>The address of the results is on the IL stack.</summary>
    private void TakeResults(int first, WasmFuncType type)
    {
        LocalBuilder from = _il.DeclareLocal(typeof(nint));
        _il.Emit(OpCodes.Stloc, from);
        for (int i = 0; i < type.Results.Length; i++)
        {
            _il.Emit(OpCodes.Ldloc, from);
            _il.Emit(OpCodes.Ldc_I4, i * sizeof(ulong));
            _il.Emit(OpCodes.Add);
            FromAddress(type.Results[i]);
            Store(first + i, type.Results[i]);
        }
    }

    private void EmitReturn(in WasmStep step)
    {
        WasmType[] results = _function.Type.Results;
        for (int i = _resume ? 0 : 1; i < results.Length; i++)
        {
            if (_resume)
            {
                LoadFrameAddress(i);
            }
            else
            {
                LoadExtraAddress(i);
            }
            Load(step.A + i, results[i]);
            ToBits(results[i]);
            _il.Emit(OpCodes.Stind_I8);
        }
        StoreGas();
        if (!_resume && results.Length > 0)
        {
            Load(step.A, results[0]);
        }
        _il.Emit(OpCodes.Ret);
    }

    /// <summary>An entry for a function that is not compiled: its arguments go to the machine's slots.</summary>
    public static void EmitStub(ILGenerator il, int index, WasmFuncType type)
    {
        LocalBuilder slots = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, WasmTierMembers.BeginCall);
        il.Emit(OpCodes.Stloc, slots);
        for (int i = 0; i < type.Parameters.Length; i++)
        {
            il.Emit(OpCodes.Ldloc, slots);
            il.Emit(OpCodes.Ldc_I4, i * sizeof(ulong));
            il.Emit(OpCodes.Add);
            il.Emit(OpCodes.Ldarg, (short)(FirstParameter + i));
            switch (type.Parameters[i])
            {
                case WasmType.I32:
                    il.Emit(OpCodes.Conv_U8);
                    break;
                case WasmType.F32:
                    il.Emit(OpCodes.Call, WasmTierMembers.SingleToBits);
                    il.Emit(OpCodes.Conv_U8);
                    break;
                case WasmType.F64:
                    il.Emit(OpCodes.Call, WasmTierMembers.DoubleToBits);
                    break;
            }
            il.Emit(OpCodes.Stind_I8);
        }
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Ldarg_1);
        il.Emit(OpCodes.Call, WasmTierMembers.CallInterpreted);
        if (type.Results.Length == 0)
        {
            il.Emit(OpCodes.Pop);
        }
        else
        {
            il.Emit(type.Results[0] switch
            {
                WasmType.I32 => OpCodes.Ldind_I4,
                WasmType.F32 => OpCodes.Ldind_R4,
                WasmType.F64 => OpCodes.Ldind_R8,
                _ => OpCodes.Ldind_I8,
            });
        }
        il.Emit(OpCodes.Ret);
    }
}
