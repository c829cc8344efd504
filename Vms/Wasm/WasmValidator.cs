using System.Globalization;

namespace Granary.Vms.Wasm;

/// <summary>
/// Checks function bodies by the specification's algorithm: a stack of operand types and a stack of control frames.
/// </summary>
/// <remarks>Nothing recurses, and the work is bounded by the size of the code.</remarks>
internal sealed partial class WasmValidator
{
    /// <summary>Types looked at for each byte of code; compilers need about two.</summary>
    private const int WorkPerByte = 48;

    private const int WorkAtLeast = 100_000;

    /// <summary>As in browsers.</summary>
    private const int BranchTableMax = 65_520;

    private readonly WasmModule _module;
    private WasmFunction _function = null!;
    private WasmType[] _operands = new WasmType[64];
    private int _height;
    private int _heightMax;
    private Frame[] _frames = new Frame[16];
    private int _depth;
    private long _workLeft;
    private int _at;

    private struct Frame
    {
        public WasmOp Op;
        public WasmFuncType Type;
        public int Height;
        public bool Unreachable;
    }

    private WasmValidator(WasmModule module)
    {
        _module = module;
        _workLeft = WorkAtLeast + (long)WorkPerByte * module.Code.Length;
    }

    public static void Validate(WasmModule module)
    {
        WasmValidator validator = new(module);
        foreach (WasmFunction function in module.Functions)
        {
            validator.CheckFunction(function);
        }
    }

    private void CheckFunction(WasmFunction function)
    {
        _function = function;
        _height = 0;
        _heightMax = 0;
        _depth = 0;
        WasmReader reader = new(_module.Code.Span, function.Start, function.End);
        _at = reader.Position;
        PushFrame(WasmOp.Block, new WasmFuncType([], function.Type.Results));
        while (_depth > 0)
        {
            if (reader.AtEnd)
            {
                throw WasmReader.Malformed("END opcode expected", reader.Position);
            }
            _at = reader.Position;
            CheckInstruction(WasmDecoder.ReadOpcode(ref reader), ref reader);
        }
        if (!reader.AtEnd)
        {
            throw WasmReader.Malformed("END opcode expected", reader.Position);
        }
        function.StackMax = _heightMax;
    }

    private void CheckInstruction(WasmOp op, ref WasmReader reader)
    {
        string signature = WasmOpcodes.Info(op).Signature;
        if (signature[0] == '*')
        {
            CheckSpecial(op, ref reader);
            return;
        }
        CheckImmediate(op, ref reader);
        int colon = signature.IndexOf(':', StringComparison.Ordinal);
        for (int i = colon - 1; i >= 0; i--)
        {
            Pop(TypeOf(signature[i]));
        }
        for (int i = colon + 1; i < signature.Length; i++)
        {
            Push(TypeOf(signature[i]));
        }
    }

    private static WasmType TypeOf(char letter) => letter switch
    {
        'i' => WasmType.I32,
        'l' => WasmType.I64,
        'f' => WasmType.F32,
        _ => WasmType.F64,
    };

    private InvalidCodeException Mismatch(string detail) => WasmReader.Invalid($"type mismatch: {detail}", _at);

    private InvalidCodeException Unknown(string what, uint index) =>
        WasmReader.Invalid(WasmDecoder.Unknown(what, index), _at);

    private void Work(int types)
    {
        _workLeft -= types;
        if (_workLeft < 0)
        {
            throw WasmReader.Invalid("the code takes too long to validate", _at);
        }
    }

    private void Push(WasmType type)
    {
        if (_height == _operands.Length)
        {
            Array.Resize(ref _operands, _height * 2);
        }
        _operands[_height++] = type;
        _heightMax = Math.Max(_heightMax, _height);
    }

    private WasmType Pop()
    {
        ref Frame frame = ref _frames[_depth - 1];
        if (_height > frame.Height)
        {
            return _operands[--_height];
        }
        return frame.Unreachable ? WasmType.Any : throw Mismatch("an operand is missing");
    }

    private WasmType Pop(WasmType wanted)
    {
        WasmType found = Pop();
        return found == wanted || found == WasmType.Any || wanted == WasmType.Any
            ? found
            : throw Mismatch($"{WasmTypeNames.Of(wanted)} wanted, {WasmTypeNames.Of(found)} found");
    }

    private void Pop(WasmType[] types)
    {
        Work(types.Length);
        for (int i = types.Length - 1; i >= 0; i--)
        {
            Pop(types[i]);
        }
    }

    private void Push(WasmType[] types)
    {
        Work(types.Length);
        foreach (WasmType type in types)
        {
            Push(type);
        }
    }

    private void PushFrame(WasmOp op, WasmFuncType type)
    {
        if (_depth == _frames.Length)
        {
            Array.Resize(ref _frames, _depth * 2);
        }
        _frames[_depth++] = new Frame { Op = op, Type = type, Height = _height };
        Push(type.Parameters);
    }

    private Frame PopFrame()
    {
        Frame frame = _frames[_depth - 1];
        Pop(frame.Type.Results);
        if (_height != frame.Height)
        {
            throw Mismatch(string.Create(NumberFormatInfo.InvariantInfo,
                $"{_height - frame.Height} values are left at the end of a block"));
        }
        _depth--;
        return frame;
    }

    private WasmType[] LabelTypes(uint label)
    {
        if (label >= (uint)_depth)
        {
            throw Unknown("label", label);
        }
        ref Frame frame = ref _frames[_depth - 1 - (int)label];
        return frame.Op == WasmOp.Loop ? frame.Type.Parameters : frame.Type.Results;
    }

    private void SetUnreachable()
    {
        ref Frame frame = ref _frames[_depth - 1];
        _height = frame.Height;
        frame.Unreachable = true;
    }
}
