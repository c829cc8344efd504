namespace Granary.Vms.Script;

/// <summary>Turns source into code.</summary>
internal sealed class ScriptAssembler
{
    private readonly VmLimits _limits;
    private readonly List<string> _variables = [.. ScriptNames.Predefined];
    private readonly List<ScriptHandler> _handlers = [];
    private readonly List<ScriptInstruction> _instructions = [];
    private readonly List<ScriptValue> _constants = [];
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);

    // Where a label is used: an instruction's target is a place in this list until all labels are known.
    private readonly List<(ScriptToken Label, int Line)> _uses = [];

    // Labels that wait for the instruction they name.
    private readonly List<(ScriptToken Label, int Line)> _pending = [];
    private List<ScriptToken> _tokens = [];
    private int _at;
    private int _line;

    private ScriptAssembler(VmLimits limits) => _limits = limits;

    private ScriptToken Token => _tokens[_at];

    /// <exception cref="SourceException">The text is wrong; says what and where.</exception>
    public static byte[] Assemble(string text, VmLimits limits)
    {
        if (text.Length > limits.CodeBytesMax)
        {
            throw new SourceException(
                $"The source has {text.Length} characters; the limit is {limits.CodeBytesMax}.", 1, 1);
        }
        ScriptAssembler assembler = new(limits);
        // Only line feeds end lines, with or without a carriage return: so lines are counted as editors count them.
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            assembler.ReadLine(text[range].TrimEnd('\r'));
        }
        return assembler.Finish();
    }

    private byte[] Finish()
    {
        RejectPendingLabels();
        if (_handlers.Count == 0)
        {
            throw new SourceException("There is no handler; begin one with 'on start'.", Math.Max(_line, 1), 1);
        }
        for (int i = 0; i < _instructions.Count; i++)
        {
            ScriptInstruction instruction = _instructions[i];
            _instructions[i] = instruction.Op switch
            {
                ScriptOp.Goto => instruction with { A = Resolve(instruction.A) },
                ScriptOp.If => instruction with { D = Resolve(instruction.D) },
                _ => instruction,
            };
        }
        byte[] code = ScriptEncoder.Encode(_variables, _handlers, _instructions, _constants);
        return code.Length <= _limits.CodeBytesMax
            ? code
            : throw new SourceException(
                $"The code would have {code.Length} bytes; the limit is {_limits.CodeBytesMax}.", _line, 1);
    }

    private int Resolve(int use)
    {
        (ScriptToken label, int line) = _uses[use];
        return _labels.TryGetValue(label.Text, out int place)
            ? place
            : throw new SourceException($"There is no label '{label.Text}'.", line, label.Column);
    }

    private void ReadLine(string line)
    {
        _line++;
        _tokens = ScriptTokenizer.Tokenize(line, _line, _limits.ValueBytesMax);
        _at = 0;
        if (_line > ScriptNames.LinesMax && Token.Kind != ScriptTokenKind.End)
        {
            throw Error($"The source has over {ScriptNames.LinesMax} lines.", Token);
        }
        if (Token.Kind == ScriptTokenKind.Word && _tokens[1] is { Kind: ScriptTokenKind.Symbol, Text: ":" })
        {
            ReadLabel();
        }
        if (Token.Kind == ScriptTokenKind.End)
        {
            return;
        }
        ScriptToken word = Take();
        if (word is { Kind: ScriptTokenKind.Word, Text: "on" })
        {
            ReadHandler();
        }
        else
        {
            ReadInstruction(word);
        }
        if (Token.Kind != ScriptTokenKind.End)
        {
            throw Error(TooMuch(word.Text), Token);
        }
    }

    private string TooMuch(string instruction)
    {
        IEnumerable<string> options = ScriptOpcodes.Info(ScriptOpcodes.Find(instruction)).Operands
            .Where(ScriptOpcodes.IsOptional).Select(ScriptOpcodes.Keyword).OfType<string>();
        return Token.Kind == ScriptTokenKind.Word && options.Contains(Token.Text)
            ? $"{Token.Shown} is there twice or too late; '{instruction}' takes {string.Join(", ", options)} "
                + "in this order."
            : $"{Token.Shown} is too much: '{instruction}' ends before it.";
    }

    private void ReadLabel()
    {
        ScriptToken label = Take();
        Take();
        if (!ScriptNames.IsVariable(label.Text) || ScriptOpcodes.IsReserved(label.Text))
        {
            throw Error($"'{label.Text}' cannot be a label: {NameRule(label.Text)}.", label);
        }
        if (!_labels.TryAdd(label.Text, _instructions.Count))
        {
            throw Error($"The label '{label.Text}' is there twice.", label);
        }
        _pending.Add((label, _line));
    }

    private void ReadHandler()
    {
        RejectPendingLabels();
        ScriptToken name = Take();
        if (name.Kind != ScriptTokenKind.Word || !ScriptNames.IsHandler(name.Text, _limits.NameBytesMax))
        {
            throw Error($"'on' wants the name of an entry point: a letter, then letters, digits and . _ -, "
                + $"{_limits.NameBytesMax} at most.", name);
        }
        if (_handlers.Exists(h => h.Name == name.Text))
        {
            throw Error($"The handler '{name.Text}' is there twice.", name);
        }
        _handlers.Add(new ScriptHandler(name.Text, _instructions.Count, _line));
    }

    private void ReadInstruction(ScriptToken word)
    {
        ScriptOp op = word.Kind == ScriptTokenKind.Word ? ScriptOpcodes.Find(word.Text) : ScriptOp.End;
        if (op == ScriptOp.End)
        {
            throw Error($"There is no instruction {word.Shown}.", word);
        }
        if (_handlers.Count == 0)
        {
            throw Error("An instruction before the first handler; begin one with 'on start'.", word);
        }
        ScriptOperand[] shapes = ScriptOpcodes.Info(op).Operands;
        Span<int> operands = stackalloc int[ScriptOpcodes.OperandsMax];
        operands.Clear();
        for (int i = 0; i < shapes.Length; i++)
        {
            operands[i] = ReadOperand(word.Text, shapes[i]);
        }
        _instructions.Add(new ScriptInstruction(
            op, _line, operands[0], operands[1], operands[2], operands[3], operands[4], operands[5], operands[6]));
        _pending.Clear();
    }

    private int ReadOperand(string instruction, ScriptOperand shape)
    {
        switch (shape)
        {
            case ScriptOperand.Variable:
                return ReadSlot(instruction, "a variable");
            case ScriptOperand.Value:
                return ReadValue(instruction);
            case ScriptOperand.Output:
                return Token.Kind == ScriptTokenKind.End ? ScriptInstruction.Absent : ReadValue(instruction);
            case ScriptOperand.Comparison:
                return ReadComparison();
            case ScriptOperand.After:
                Expect("after", "'schedule' wants 'after' and a number of milliseconds behind its payload");
                return ReadValue(instruction);
            case ScriptOperand.GotoTarget:
                Expect("goto", "'if' wants 'goto' and a label behind its comparison");
                return ReadTarget(instruction);
            case ScriptOperand.Target:
                return ReadTarget(instruction);
            default:
                return ReadOption(instruction, ScriptOpcodes.Keyword(shape)!);
        }
    }

    private int ReadOption(string instruction, string keyword)
    {
        if (Token is not { Kind: ScriptTokenKind.Word } || Token.Text != keyword)
        {
            return ScriptInstruction.Absent;
        }
        Take();
        return ReadValue(instruction);
    }

    private int ReadComparison()
    {
        ScriptToken token = Take();
        for (int i = 0; i < ScriptOpcodes.Comparisons.Count; i++)
        {
            if (token.Kind == ScriptTokenKind.Symbol && token.Text == ScriptOpcodes.Comparisons[i])
            {
                return i;
            }
        }
        throw Error($"'if' wants one of == != < <= > >= instead of {token.Shown}.", token);
    }

    private int ReadTarget(string instruction)
    {
        ScriptToken token = Take();
        if (token.Kind != ScriptTokenKind.Word)
        {
            throw Error($"'{instruction}' wants a label instead of {token.Shown}.", token);
        }
        _uses.Add((token, _line));
        return _uses.Count - 1;
    }

    private int ReadValue(string instruction)
    {
        if (Token.Kind is ScriptTokenKind.Integer or ScriptTokenKind.Bytes)
        {
            _constants.Add(Take().Value);
            return ~(_constants.Count - 1);
        }
        return ReadSlot(instruction, "a value (a variable, an integer or a \"text\")");
    }

    private int ReadSlot(string instruction, string wanted)
    {
        ScriptToken token = Take();
        if (token.Kind != ScriptTokenKind.Word)
        {
            throw Error($"'{instruction}' wants {wanted} instead of {token.Shown}.", token);
        }
        if (!ScriptNames.IsVariable(token.Text) || ScriptOpcodes.IsReserved(token.Text))
        {
            throw Error($"'{token.Text}' cannot be a variable: {NameRule(token.Text)}.", token);
        }
        int slot = _variables.IndexOf(token.Text);
        if (slot >= 0)
        {
            return slot;
        }
        if (_variables.Count == ScriptNames.VariablesMax)
        {
            throw Error($"'{token.Text}' is one variable too many; "
                + $"the limit is {ScriptNames.VariablesMax - ScriptNames.Predefined.Count}.", token);
        }
        _variables.Add(token.Text);
        return _variables.Count - 1;
    }

    private void Expect(string keyword, string message)
    {
        ScriptToken token = Take();
        if (token.Kind != ScriptTokenKind.Word || token.Text != keyword)
        {
            throw Error($"{message}, not {token.Shown}.", token);
        }
    }

    private void RejectPendingLabels()
    {
        if (_pending.Count > 0)
        {
            (ScriptToken label, int line) = _pending[0];
            throw new SourceException(
                $"The label '{label.Text}' has no instruction behind it; write 'halt' there.", line, label.Column);
        }
    }

    /// <summary>Gives the present token and goes on to the next; the end of the line is never left.</summary>
    private ScriptToken Take()
    {
        ScriptToken token = Token;
        _at = Math.Min(_at + 1, _tokens.Count - 1);
        return token;
    }

    private static string NameRule(string name) => ScriptOpcodes.IsReserved(name)
        ? "the word has a meaning of its own"
        : $"names are small letters, digits and _, {ScriptNames.VariableNameBytesMax} at most, with no digit in front";

    private SourceException Error(string what, ScriptToken token) => new(what, _line, token.Column);
}
