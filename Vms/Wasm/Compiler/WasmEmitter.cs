using System.Reflection;
using System.Reflection.Emit;

namespace Granary.Vms.Wasm;

/// <summary>Writes the steps of a function as IL. Slots are locals; the IL stack is empty between steps.</summary>
internal sealed partial class WasmEmitter
{
    private const int StateArgument = 0;
    private const int DepthArgument = 1;
    private const int BaseArgument = 2;
    private const int PointArgument = 3;
    private const int FirstParameter = 2;

    /// <summary>Functions with more places that may trap share one block for all of them: the JIT counts blocks.
    /// </summary>
    private const int OwnTrapBlocksMax = 400;

    /// <summary>Functions that would store more locals at all their safe points together share one block that stores
    /// every local.</summary>
    private const int OwnSpillsMax = 3_000;

    private readonly WasmCompiler _compiler;
    private readonly WasmFunctions _functions;
    private readonly WasmModule _module;
    private readonly WasmFunctionCode _code;
    private readonly WasmFunction _function;
    private readonly ILGenerator _il;
    private readonly bool _resume;
    private readonly Label[] _labels;
    private readonly bool[] _targets;
    private readonly LocalBuilder[] _locals;
    private readonly bool[] _late;
    private readonly WasmRotations _rotations;
    private readonly Dictionary<(int Slot, WasmType Type), LocalBuilder> _operands = [];
    private readonly Dictionary<int, LocalBuilder> _cells = [];
    private readonly List<(Label Label, WasmTrap Trap, int Step)> _traps = [];
    private readonly List<(Label Label, int Point)> _spills = [];
    private readonly LocalBuilder _gas;
    private readonly LocalBuilder _address;
    private readonly LocalBuilder _site;
    private readonly LocalBuilder? _memory, _size, _touched;
    private readonly Label _leave;
    private readonly bool _sharesTraps;
    private readonly bool _sharesSpills;
    private readonly Dictionary<WasmTrap, Label> _sharedTraps = [];

    private WasmEmitter(
        WasmCompiler compiler, WasmFunctions functions, WasmFunctionCode code, ILGenerator il, bool resume)
    {
        _compiler = compiler;
        _functions = functions;
        _module = functions.Module;
        _code = code;
        _function = code.Function;
        _il = il;
        _resume = resume;
        _labels = new Label[code.Steps.Length + 1];
        _targets = WasmStepFlow.Targets(code.Steps);
        for (int i = 0; i < _targets.Length; i++)
        {
            if (_targets[i])
            {
                _labels[i] = il.DefineLabel();
            }
        }
        _locals = [.. _function.Locals.Select(t => il.DeclareLocal(WasmCompiler.TypeOf(t)))];
        _late = WasmStepFlow.LateCanonical(code);
        _rotations = new WasmRotations(code);
        _gas = il.DeclareLocal(typeof(long));
        _address = il.DeclareLocal(typeof(long));
        _site = il.DeclareLocal(typeof(int));
        if (WasmStepFlow.UsesMemory(code.Steps))
        {
            _memory = il.DeclareLocal(typeof(long));
            _size = il.DeclareLocal(typeof(long));
            _touched = il.DeclareLocal(typeof(long));
        }
        _leave = il.DefineLabel();
        _sharesSpills = code.Points.Sum(p => WasmLiveness.Count(p.NeededLocals, _locals.Length)) > OwnSpillsMax;
        _sharesTraps = WasmStepFlow.CountTrapping(code.Steps) > OwnTrapBlocksMax;
    }

    /// <summary>The form that is called with arguments.</summary>
    public static void EmitCall(
        WasmCompiler compiler, WasmFunctions functions, WasmFunctionCode code, ILGenerator il)
    {
        WasmEmitter emitter = new(compiler, functions, code, il, resume: false);
        emitter.EmitEntry();
        emitter.EmitBody();
    }

    /// <summary>The form that takes over a frame at one of its safe points, or at its beginning.</summary>
    public static void EmitResume(
        WasmCompiler compiler, WasmFunctions functions, WasmFunctionCode code, ILGenerator il)
    {
        WasmEmitter emitter = new(compiler, functions, code, il, resume: true);
        emitter.EmitResumption();
        emitter.EmitBody();
    }

    private void EmitEntry()
    {
        for (int i = 0; i < _locals.Length; i++)
        {
            if (i < _function.Type.Parameters.Length)
            {
                _il.Emit(OpCodes.Ldarg, (short)(FirstParameter + i));
                _il.Emit(OpCodes.Stloc, _locals[i]);
            }
            else
            {
                LoadConstant(WasmTypeNames.IsReference(_function.Locals[i]) ? WasmReference.Null : 0,
                    _function.Locals[i]);
                _il.Emit(OpCodes.Stloc, _locals[i]);
            }
        }
        // Too deep for the machine, or for the thread: the first is a trap, the second moves the frames to the heap.
        Label fits = _il.DefineLabel();
        LoadDepth();
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.DepthLimit);
        _il.Emit(OpCodes.Ble, fits);
        Label spill = _il.DefineLabel();
        _spills.Add((spill, -1));
        LoadState();
        LoadDepth();
        _il.Emit(OpCodes.Call, WasmTierMembers.Overflow);
        _il.Emit(OpCodes.Br, spill);
        _il.MarkLabel(fits);
        LoadGas();
        LoadCells();
        LoadMemory();
        TakeGas(_code.EntryGas);
    }

    private void EmitBody()
    {
        for (int i = 0; i < _code.Steps.Length; i++)
        {
            if (_targets[i])
            {
                _il.MarkLabel(_labels[i]);
            }
            EmitStep(_code.Steps[i], i);
        }
        EmitTraps();
        EmitSpills();
        EmitLeave();
    }

    /// <summary>Blocks that note a trap: one for each place, or one for each kind with the place in a local.</summary>
    private void EmitTraps()
    {
        foreach ((Label label, WasmTrap trap, int step) in _traps)
        {
            _il.MarkLabel(label);
            LoadState();
            if (trap == WasmTrap.None)
            {
                _il.Emit(OpCodes.Ldloc, _trap!);
            }
            else
            {
                _il.Emit(OpCodes.Ldc_I4, (int)trap);
            }
            _il.Emit(OpCodes.Ldc_I4, _function.Index);
            if (_sharesTraps)
            {
                _il.Emit(OpCodes.Ldloc, _site);
            }
            else
            {
                _il.Emit(OpCodes.Ldc_I4, _code.OffsetOf(step));
            }
            _il.Emit(OpCodes.Ldloc, _gas);
            _il.Emit(OpCodes.Call, WasmTierMembers.Trap);
            _il.Emit(OpCodes.Br, _leave);
        }
    }

    private void EmitLeave()
    {
        _il.MarkLabel(_leave);
        if (!_resume && _function.Type.Results.Length > 0)
        {
            LoadDefault(_function.Type.Results[0]);
        }
        _il.Emit(OpCodes.Ret);
    }

    /// <summary>From a value on the IL stack to the 64 bits of a slot.</summary>
    private void ToBits(WasmType type)
    {
        switch (type)
        {
            case WasmType.I32:
                _il.Emit(OpCodes.Conv_U8);
                break;
            case WasmType.F32:
                _il.Emit(OpCodes.Call, WasmTierMembers.SingleToBits);
                _il.Emit(OpCodes.Conv_U8);
                break;
            case WasmType.F64:
                _il.Emit(OpCodes.Call, WasmTierMembers.DoubleToBits);
                break;
        }
    }

    private void FromAddress(WasmType type) => _il.Emit(type switch
    {
        WasmType.I32 => OpCodes.Ldind_I4,
        WasmType.F32 => OpCodes.Ldind_R4,
        WasmType.F64 => OpCodes.Ldind_R8,
        _ => OpCodes.Ldind_I8,
    });

    private void LoadFrameAddress(int slot)
    {
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.Slots);
        _il.Emit(OpCodes.Ldarg, (short)BaseArgument);
        _il.Emit(OpCodes.Ldc_I4, slot);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Conv_I);
        _il.Emit(OpCodes.Ldc_I4_8);
        _il.Emit(OpCodes.Mul);
        _il.Emit(OpCodes.Add);
    }

    private void LoadFrameSlot(int slot, WasmType type)
    {
        LoadFrameAddress(slot);
        FromAddress(type);
    }

    private void LoadState() => _il.Emit(OpCodes.Ldarg_0);

    private void LoadGas()
    {
        LoadState();
        _il.Emit(OpCodes.Ldfld, WasmTierMembers.Gas);
        _il.Emit(OpCodes.Stloc, _gas);
    }

    private void StoreGas()
    {
        LoadState();
        _il.Emit(OpCodes.Ldloc, _gas);
        _il.Emit(OpCodes.Stfld, WasmTierMembers.Gas);
    }

    private void TakeGas(int gas)
    {
        if (gas != 0)
        {
            _il.Emit(OpCodes.Ldloc, _gas);
            _il.Emit(OpCodes.Ldc_I8, (long)gas);
            _il.Emit(OpCodes.Sub);
            _il.Emit(OpCodes.Stloc, _gas);
        }
    }

    /// <summary>The cells of the globals that the function uses: they stay the same for the machine's life.</summary>
    private void LoadCells()
    {
        foreach (int global in WasmStepFlow.Globals(_code.Steps))
        {
            LocalBuilder cell = _il.DeclareLocal(typeof(WasmCell));
            _cells.Add(global, cell);
            LoadState();
            _il.Emit(OpCodes.Ldc_I4, global);
            _il.Emit(OpCodes.Call, WasmTierMembers.Cell);
            _il.Emit(OpCodes.Stloc, cell);
        }
    }

    /// <summary>Address and size of the memory, which any call may change.</summary>
    private void LoadMemory()
    {
        if (_memory is null)
        {
            return;
        }
        foreach ((LocalBuilder local, FieldInfo field) in (ReadOnlySpan<(LocalBuilder, FieldInfo)>)
            [(_memory, WasmTierMembers.MemoryStart), (_size!, WasmTierMembers.MemorySize),
             (_touched!, WasmTierMembers.MemoryTouched)])
        {
            LoadState();
            _il.Emit(OpCodes.Ldfld, WasmTierMembers.Memory);
            _il.Emit(OpCodes.Ldfld, field);
            _il.Emit(OpCodes.Conv_U8);
            _il.Emit(OpCodes.Stloc, local);
        }
    }

    private void LoadDefault(WasmType type)
    {
        switch (type)
        {
            case WasmType.I32:
                _il.Emit(OpCodes.Ldc_I4_0);
                break;
            case WasmType.F32:
                _il.Emit(OpCodes.Ldc_R4, 0f);
                break;
            case WasmType.F64:
                _il.Emit(OpCodes.Ldc_R8, 0d);
                break;
            default:
                _il.Emit(OpCodes.Ldc_I8, 0L);
                break;
        }
    }
}
