using System.Runtime.InteropServices;

namespace Granary.Vms.Wasm;

/// <summary>
/// Turns a validated body into steps over slots: operands that are locals or constants are used where they are, the
/// others have a fixed slot for their depth. Both the interpreter and the compiler work from these steps, so gas and
/// safe points are the same by construction.
/// </summary>
internal sealed partial class WasmTranslator
{
    private const int ConstantsMax = 64;

    /// <summary>Operands that are still elsewhere than in their own slot; more are moved at once.</summary>
    private const int BorrowedMax = 32;

    /// <summary>Functions with more operands than this are only interpreted.</summary>
    public const int CompiledStackMax = 256;

    private readonly WasmModule _module;
    private readonly WasmFunction _function;
    private readonly List<WasmStep> _steps = [];
    private readonly List<WasmPoint> _points = [];
    private readonly List<WasmStepOrigin> _origins = [];
    private readonly Dictionary<ulong, int> _constants = [];
    private readonly List<Frame> _frames = [];
    private readonly int[] _slots;
    private readonly WasmType[] _types;
    private readonly List<int> _borrowed = [];
    private int _firstOperand;
    private int _height;
    private int _entryGas;
    private int _segment = EntrySegment;
    private int _producer = -1;
    private bool _reachable = true;
    private int _skipped;
    private int _offset;

    private const int EntrySegment = -1;

    private sealed class Frame
    {
        public required WasmOp Op { get; set; }
        public required WasmFuncType Type { get; init; }
        public required int Height { get; init; }
        public required int Start { get; init; }
        public List<int> Patches { get; } = [];
        public int ElsePatch { get; set; } = -1;
    }

    private WasmTranslator(WasmModule module, WasmFunction function)
    {
        _module = module;
        _function = function;
        _slots = new int[function.StackMax + 1];
        _types = new WasmType[function.StackMax + 1];
        _entryGas = WasmGas.Entry(function);
    }

    public static WasmFunctionCode Translate(WasmModule module, WasmFunction function) =>
        new WasmTranslator(module, function).Translate();

    private WasmFunctionCode Translate()
    {
        CollectConstants();
        _firstOperand = _function.Locals.Length + _constants.Count;
        _frames.Add(new Frame
        {
            Op = WasmOp.Block, Type = new WasmFuncType([], _function.Type.Results), Height = 0, Start = 0,
        });
        WasmReader reader = new(_module.Code.Span, _function.Start, _function.End);
        while (_frames.Count > 0)
        {
            _offset = reader.Position;
            WasmInstruction next = WasmInstruction.Read(ref reader, _module);
            if (_reachable)
            {
                MarkOrigin();
                TranslateInstruction(next, ref reader);
            }
            else
            {
                Skip(next, ref reader);
            }
        }
        WasmStep[] steps = GC.AllocateUninitializedArray<WasmStep>(_steps.Count, pinned: true);
        CollectionsMarshal.AsSpan(_steps).CopyTo(steps);
        ulong[] constants = new ulong[_constants.Count];
        foreach ((ulong value, int slot) in _constants)
        {
            constants[slot - _function.Locals.Length] = value;
        }
        if (WasmLiveness.At(steps, _function.Locals.Length, _points) is { } needed)
        {
            foreach (WasmPoint point in _points)
            {
                point.NeededLocals = needed[point.Step];
            }
        }
        return new WasmFunctionCode
        {
            Function = _function, Steps = steps, Constants = constants, Points = [.. _points],
            Origins = [.. _origins], EntryGas = _entryGas,
        };
    }

    private void CollectConstants()
    {
        WasmReader reader = new(_module.Code.Span, _function.Start, _function.End);
        while (!reader.AtEnd && _constants.Count < ConstantsMax)
        {
            WasmInstruction next = WasmInstruction.Read(ref reader, _module);
            if (next.IsConstant)
            {
                _constants.TryAdd(next.Constant, _function.Locals.Length + _constants.Count);
            }
            else if (next.Op == WasmOp.BrTable)
            {
                next.SkipLabels(ref reader);
            }
        }
    }

    private void MarkOrigin()
    {
        if (_origins.Count > 0 && _origins[^1].Step == _steps.Count)
        {
            _origins[^1] = new WasmStepOrigin(_steps.Count, _offset);
        }
        else
        {
            _origins.Add(new WasmStepOrigin(_steps.Count, _offset));
        }
    }

    private int OperandSlot(int depth) => _firstOperand + depth;

    private int Emit(WasmStepOp op, int a = 0, int b = 0, int c = 0, WasmType type = WasmType.Any)
    {
        _steps.Add(new WasmStep { Op = op, Type = type, A = a, B = b, C = c });
        return _steps.Count - 1;
    }

    private void Charge(int gas)
    {
        if (_segment == EntrySegment)
        {
            _entryGas += gas;
        }
        else
        {
            CollectionsMarshal.AsSpan(_steps)[_segment].A += gas;
        }
    }

    /// <summary>A new block of gas: code that may be reached without what came before it.</summary>
    private void BeginSegment()
    {
        _producer = -1;
        _segment = Emit(WasmStepOp.Gas);
    }

    /// <summary>An operand that lives in its own slot, produced by the step just emitted.</summary>
    private void PushResult(WasmType type)
    {
        _producer = _steps.Count - 1;
        Push(OperandSlot(_height), type);
    }

    private void Push(int slot, WasmType type)
    {
        _slots[_height] = slot;
        _types[_height] = type;
        if (slot != OperandSlot(_height))
        {
            if (_borrowed.Count == BorrowedMax)
            {
                Settle(_borrowed[0]);
                _borrowed.RemoveAt(0);
            }
            _borrowed.Add(_height);
        }
        _height++;
    }

    private int Pop()
    {
        _height--;
        if (_borrowed.Count > 0 && _borrowed[^1] == _height)
        {
            _borrowed.RemoveAt(_borrowed.Count - 1);
        }
        return _slots[_height];
    }

    /// <summary>Moves an operand into its own slot.</summary>
    private void Settle(int depth)
    {
        Emit(WasmStepOp.Move, OperandSlot(depth), _slots[depth], 0, _types[depth]);
        _slots[depth] = OperandSlot(depth);
        _producer = -1;
    }

    private void SettleAll()
    {
        foreach (int depth in _borrowed)
        {
            Settle(depth);
        }
        _borrowed.Clear();
    }

    /// <summary>Before a local changes: operands that stand for its old value get a copy.</summary>
    private bool SettleLocal(int local)
    {
        int before = _borrowed.Count;
        for (int i = _borrowed.Count - 1; i >= 0; i--)
        {
            if (_slots[_borrowed[i]] == local)
            {
                Settle(_borrowed[i]);
                _borrowed.RemoveAt(i);
            }
        }
        return _borrowed.Count != before;
    }

    private void SetLocal(int local, bool keep)
    {
        WasmType type = _function.Locals[local];
        int producer = _producer;
        int source = Pop();
        bool settled = SettleLocal(local);
        if (!settled && producer >= 0 && producer == _steps.Count - 1 && source == OperandSlot(_height))
        {
            // The step that made the value puts it into the local at once.
            CollectionsMarshal.AsSpan(_steps)[producer].A = local;
        }
        else if (source != local)
        {
            Emit(WasmStepOp.Move, local, source, 0, type);
        }
        _producer = -1;
        if (keep)
        {
            Push(local, type);
        }
    }

    private void PushConstant(ulong value, WasmType type)
    {
        if (_constants.TryGetValue(value, out int slot))
        {
            Push(slot, type);
            return;
        }
        Emit(WasmStepOp.Constant, OperandSlot(_height), (int)(uint)value, (int)(value >> 32), type);
        PushResult(type);
    }

    /// <summary>An instruction whose operands and result follow from its opcode.</summary>
    private void TranslatePlain(in WasmInstruction next)
    {
        string signature = WasmOpcodes.Info(next.Op).Signature;
        int colon = signature.IndexOf(':', StringComparison.Ordinal);
        bool result = colon + 1 < signature.Length;
        WasmStepOp op = (WasmStepOp)next.Op;
        int second = colon == 2 ? Pop() : 0;
        int first = colon >= 1 ? Pop() : 0;
        int target = OperandSlot(_height);
        switch (WasmOpcodes.Info(next.Op).Immediate)
        {
            case WasmImmediate.MemArg when result:
                Emit(op, target, first, (int)next.A);
                break;
            case WasmImmediate.MemArg:
                Emit(op, first, second, (int)next.A);
                break;
            case WasmImmediate.Table:
                Emit(op, target, (int)next.A);
                break;
            default:
                Emit(op, target, first, second);
                break;
        }
        if (result)
        {
            PushResult(TypeOf(signature[^1]));
        }
    }

    private static WasmType TypeOf(char letter) => letter switch
    {
        'i' => WasmType.I32,
        'l' => WasmType.I64,
        'f' => WasmType.F32,
        _ => WasmType.F64,
    };
}
