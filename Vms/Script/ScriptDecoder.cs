using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Vms.Script;

/// <summary>Turns code into a program, or says what is wrong with it.</summary>
/// <remarks>
/// Every program has exactly one code: numbers are as short as they can be, variables are numbered in the order in
/// which they first appear, each has its use. So what the disassembler writes assembles to the very same bytes.
/// </remarks>
internal ref struct ScriptDecoder
{
    /// <summary>The first byte of code: the version of its format.</summary>
    public const byte FormatVersion = 1;

    // The first byte of a value: below VariablesMax a slot, else one of these.
    public const byte IntegerTag = 0x40;
    public const byte BytesTag = 0x41;
    public const byte AbsentTag = 0x42;

    private readonly VmLimits _limits;
    private readonly List<string> _variables;
    private readonly List<ScriptHandler> _handlers;
    private readonly List<ScriptInstruction> _instructions;
    private readonly List<ScriptValue> _constants;

    // Stored targets count instructions without the ends that the decoder adds: place by stored number.
    private readonly List<int> _places;
    private ScriptCodeReader _reader;
    private int _line;
    private int _slotsSeen;

    private ScriptDecoder(ReadOnlySpan<byte> code, VmLimits limits)
    {
        _reader = new ScriptCodeReader(code);
        _limits = limits;
        _variables = [.. ScriptNames.Predefined];
        _handlers = [];
        _instructions = [];
        _constants = [];
        _places = [];
        _slotsSeen = ScriptNames.Predefined.Count;
    }

    /// <exception cref="InvalidCodeException">The code is malformed or over a limit.</exception>
    public static ScriptProgram Decode(ReadOnlySpan<byte> code, VmLimits limits)
    {
        if (code.Length > limits.CodeBytesMax)
        {
            throw new InvalidCodeException(
                $"The code has {code.Length} bytes; the limit is {limits.CodeBytesMax}.", "");
        }
        return new ScriptDecoder(code, limits).Decode();
    }

    private ScriptProgram Decode()
    {
        byte version = _reader.ReadByte();
        if (version != FormatVersion)
        {
            throw ScriptCodeReader.Invalid(
                $"Format version {version} is not {FormatVersion}; this is no Script code.", 0);
        }
        ReadVariables();
        int handlerCount = _reader.ReadCount("The number of handlers", 1, ScriptNames.LinesMax);
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < handlerCount; i++)
        {
            ReadHandler(names);
        }
        if (!_reader.AtEnd)
        {
            throw ScriptCodeReader.Invalid("Bytes follow the last handler.", _reader.Offset);
        }
        if (_slotsSeen != _variables.Count)
        {
            throw ScriptCodeReader.Invalid($"The variable '{_variables[_slotsSeen]}' is never used.", _reader.Offset);
        }
        ResolveTargets();
        return new ScriptProgram([.. _instructions], [.. _constants], [.. _variables], [.. _handlers], _limits);
    }

    private void ReadVariables()
    {
        int count = _reader.ReadCount("The number of variables", 0, ScriptNames.VariablesMax - _variables.Count);
        for (int i = 0; i < count; i++)
        {
            int start = _reader.Offset;
            ReadOnlySpan<byte> bytes = _reader.ReadBytes("a variable's name", ScriptNames.VariableNameBytesMax);
            string name = Encoding.Latin1.GetString(bytes);
            if (!ScriptNames.IsVariable(name) || ScriptOpcodes.IsReserved(name) || _variables.Contains(name))
            {
                throw ScriptCodeReader.Invalid("A variable's name is malformed, reserved or there twice.", start);
            }
            _variables.Add(name);
        }
    }

    private void ReadHandler(HashSet<string> names)
    {
        ReadLine();
        int start = _reader.Offset;
        string name = Encoding.Latin1.GetString(_reader.ReadBytes("a handler's name", _limits.NameBytesMax));
        if (!ScriptNames.IsHandler(name, _limits.NameBytesMax) || !names.Add(name))
        {
            throw ScriptCodeReader.Invalid("A handler's name is malformed or there twice.", start);
        }
        _handlers.Add(new ScriptHandler(name, _instructions.Count, _line));
        int count = _reader.ReadCount("The number of instructions", 0, ScriptNames.LinesMax);
        for (int i = 0; i < count; i++)
        {
            _places.Add(_instructions.Count);
            ReadInstruction();
        }
        _instructions.Add(new ScriptInstruction(ScriptOp.End, _line, 0, 0, 0, 0, 0, 0, 0));
    }

    private void ReadLine()
    {
        // At least one line further each time: this bounds handlers and instructions too.
        int start = _reader.Offset;
        _line += _reader.ReadCount("A step of lines", 1, ScriptNames.LinesMax);
        if (_line > ScriptNames.LinesMax)
        {
            throw ScriptCodeReader.Invalid($"Line {_line} is over the limit of {ScriptNames.LinesMax}.", start);
        }
    }

    private void ReadInstruction()
    {
        ReadLine();
        int start = _reader.Offset;
        byte number = _reader.ReadByte();
        if (!ScriptOpcodes.IsStored(number))
        {
            throw ScriptCodeReader.Invalid($"There is no instruction 0x{number:x2}.", start);
        }
        ScriptOperand[] shapes = ScriptOpcodes.Info((ScriptOp)number).Operands;
        Span<int> operands = stackalloc int[ScriptOpcodes.OperandsMax];
        operands.Clear();
        for (int i = 0; i < shapes.Length; i++)
        {
            operands[i] = ReadOperand(shapes[i]);
        }
        _instructions.Add(new ScriptInstruction((ScriptOp)number, _line,
            operands[0], operands[1], operands[2], operands[3], operands[4], operands[5], operands[6]));
    }

    private int ReadOperand(ScriptOperand shape) => shape switch
    {
        ScriptOperand.Variable => ReadSlot(_reader.Offset, _reader.ReadByte()),
        ScriptOperand.Comparison => _reader.ReadCount("A comparison", 0, ScriptOpcodes.Comparisons.Count - 1),
        ScriptOperand.GotoTarget or ScriptOperand.Target =>
            _reader.ReadCount("A target", 0, ScriptNames.LinesMax),
        _ => ReadValue(mayBeAbsent: ScriptOpcodes.IsOptional(shape)),
    };

    private int ReadValue(bool mayBeAbsent)
    {
        int start = _reader.Offset;
        byte tag = _reader.ReadByte();
        switch (tag)
        {
            case IntegerTag:
                _constants.Add(new ScriptValue(_reader.ReadInteger()));
                return ~(_constants.Count - 1);
            case BytesTag:
                _constants.Add(new ScriptValue(_reader.ReadBytes("a literal", _limits.ValueBytesMax).ToArray()));
                return ~(_constants.Count - 1);
            case AbsentTag when mayBeAbsent:
                return ScriptInstruction.Absent;
            default:
                return ReadSlot(start, tag);
        }
    }

    private int ReadSlot(int offset, byte slot)
    {
        if (slot >= _variables.Count)
        {
            throw ScriptCodeReader.Invalid($"0x{slot:x2} is no value of this place and no variable's number.", offset);
        }
        if (slot > _slotsSeen)
        {
            throw ScriptCodeReader.Invalid($"Variable {slot} appears before variable {_slotsSeen}.", offset);
        }
        _slotsSeen = Math.Max(_slotsSeen, slot + 1);
        return slot;
    }

    private readonly void ResolveTargets()
    {
        foreach (ref ScriptInstruction instruction in CollectionsMarshal.AsSpan(_instructions))
        {
            if (instruction.Op == ScriptOp.Goto)
            {
                instruction = instruction with { A = Resolve(instruction.A) };
            }
            else if (instruction.Op == ScriptOp.If)
            {
                instruction = instruction with { D = Resolve(instruction.D) };
            }
        }
    }

    private readonly int Resolve(int target) => target < _places.Count
        ? _places[target]
        : throw ScriptCodeReader.Invalid(
            $"A jump goes to instruction {target} of {_places.Count}.", _reader.Offset);
}
