namespace Granary.Vms.Mova;

/// <summary>Makes instructions of statements: a variable is the stack slot that its <c>var</c> pushed.</summary>
internal sealed class MovaEmitter
{
    private readonly record struct Label(int Instruction, int Variables);

    private readonly int _slotsMax;
    private readonly MovaCodeBuilder _code;
    private readonly List<string> _variables = [];
    private readonly HashSet<string> _variableSet = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Label> _labels = new(StringComparer.Ordinal);
    private readonly List<string> _labelNames;
    private readonly HashSet<string> _labelSet;

    private MovaEmitter(List<MovaStatement> statements, VmLimits limits)
    {
        _slotsMax = MovaProgram.SlotsMax(limits);
        _code = new MovaCodeBuilder(limits);
        _labelNames = [.. statements.Where(s => s.Kind == MovaStatementKind.Label).Select(s => s.Name)];
        _labelSet = new HashSet<string>(_labelNames, StringComparer.Ordinal);
    }

    public static byte[] Emit(List<MovaStatement> statements, VmLimits limits)
    {
        MovaEmitter emitter = new(statements, limits);
        foreach (MovaStatement statement in statements)
        {
            emitter.Emit(statement);
        }
        return emitter._code.ToArray();
    }

    private void Emit(MovaStatement statement)
    {
        switch (statement.Kind)
        {
            case MovaStatementKind.Var:
                DeclareVariable(statement);
                _code.Add(new MovaInstruction(MovaOp.Put, statement.Constant), statement.Place);
                break;
            case MovaStatementKind.Label:
                SetLabel(statement);
                break;
            case MovaStatementKind.Add:
                ExpectOnTop(statement);
                _code.Add(new MovaInstruction(MovaOp.Add, statement.Constant), statement.Place);
                break;
            case MovaStatementKind.Print:
                ExpectOnTop(statement);
                _code.Add(new MovaInstruction(MovaOp.Print, 0), statement.Place);
                break;
            case MovaStatementKind.Sleep:
                _code.Add(new MovaInstruction(MovaOp.Sleep, statement.Constant), statement.Place);
                break;
            case MovaStatementKind.Goto:
                GoBack(statement, _code.Count - FindLabel(statement).Instruction);
                break;
            case MovaStatementKind.Stop:
                // One step before the first instruction is far behind the last one: the pointer has no sign.
                GoBack(statement, _code.Count + 1);
                break;
        }
    }

    private void DeclareVariable(MovaStatement statement)
    {
        if (_labelSet.Contains(statement.Name))
        {
            throw statement.Place.Error($"'{statement.Name}' is a label; give the variable another name.");
        }
        if (!_variableSet.Add(statement.Name))
        {
            throw statement.Place.Error($"There is already a variable '{statement.Name}'.");
        }
        if (_variables.Count == _slotsMax)
        {
            throw statement.Place.Error($"This variable is over the limit of {_slotsMax} stack slots.");
        }
        _variables.Add(statement.Name);
    }

    private void SetLabel(MovaStatement statement)
    {
        if (!_labels.TryAdd(statement.Name, new Label(_code.Count, _variables.Count)))
        {
            throw statement.Place.Error($"There is already a label '{statement.Name}'.");
        }
    }

    private void ExpectOnTop(MovaStatement statement)
    {
        string name = statement.Name;
        if (!_variableSet.Contains(name))
        {
            throw statement.Place.Error(_labelSet.Contains(name)
                ? $"'{name}' is a label, not a variable."
                : $"There is no variable '{name}' here.{MovaText.Suggest(name, _variables)}");
        }
        if (_variables[^1] != name)
        {
            throw statement.Place.Error(
                $"'{name}' is buried under '{_variables[^1]}': the machine reaches only the top of its stack.");
        }
    }

    private Label FindLabel(MovaStatement statement)
    {
        string name = statement.Name;
        if (!_labels.TryGetValue(name, out Label label))
        {
            throw statement.Place.Error(
                _labelSet.Contains(name)
                    ? $"Label '{name}' is further down: GOTO can only go back; 'stop;' ends the program."
                : _variableSet.Contains(name)
                    ? $"'{name}' is a variable, not a label."
                    : $"There is no label '{name}'.{MovaText.Suggest(name, _labelNames)}");
        }
        if (label.Variables != _variables.Count)
        {
            throw statement.Place.Error(
                $"'{_variables[^1]}' was declared after label '{name}': each pass would push another slot. " +
                "Declare variables before the loop.");
        }
        return label;
    }

    private void GoBack(MovaStatement statement, int distance)
    {
        if (distance > MovaOpcodes.OperandMax)
        {
            throw statement.Place.Error(
                $"This jump goes back {distance} instructions; GOTO reaches {MovaOpcodes.OperandMax}.");
        }
        _code.Add(new MovaInstruction(MovaOp.Goto, distance), statement.Place);
    }
}
