using System.Globalization;

namespace Granary.Vms.Mova;

/// <summary>Makes statements of tokens. The language has no nesting, so nothing here calls itself.</summary>
internal sealed class MovaParser
{
    private const string Statements = "var, a label, ++, +=, print, sleep, goto, stop";

    private static readonly string[] Keywords = ["var", "print", "sleep", "goto", "stop"];

    private readonly MovaLexer _lexer;
    private readonly int _nameCharsMax;
    private MovaToken _token;

    private MovaParser(string text, VmLimits limits)
    {
        _lexer = new MovaLexer(text);
        _nameCharsMax = limits.NameBytesMax;
        _token = _lexer.Next();
    }

    public static List<MovaStatement> Parse(string text, VmLimits limits)
    {
        MovaParser parser = new(text, limits);
        List<MovaStatement> statements = [];
        while (parser._token.Kind != MovaTokenKind.End)
        {
            statements.Add(parser.Statement());
        }
        return statements;
    }

    private MovaStatement Statement()
    {
        MovaToken first = Take();
        if (first.Kind != MovaTokenKind.Word)
        {
            throw first.Place.Error($"A statement cannot begin with {first}; there is {Statements}.");
        }
        switch (first.Text)
        {
            case "var":
                return Var();
            case "print":
                Expect("(", "after 'print'");
                MovaToken printed = PrintedName();
                Expect(")", "after the variable");
                return End(new(MovaStatementKind.Print, printed.Text, 0, printed.Place));
            case "sleep":
                Expect("(", "after 'sleep'");
                int milliseconds = Constant("sleep");
                Expect(")", "after the number");
                return End(new(MovaStatementKind.Sleep, "", milliseconds, first.Place));
            case "goto":
                MovaToken target = Name("a label");
                return End(new(MovaStatementKind.Goto, target.Text, 0, target.Place));
            case "stop":
                return End(new(MovaStatementKind.Stop, "", 0, first.Place));
            default:
                return AfterName(first);
        }
    }

    private MovaStatement Var()
    {
        MovaToken name = Name("a variable");
        Expect("=", "after the variable's name");
        return End(new(MovaStatementKind.Var, name.Text, Constant("var"), name.Place));
    }

    /// <summary>A label, <c>++</c> or <c>+=</c>; or what people write and the machine cannot do.</summary>
    private MovaStatement AfterName(MovaToken name)
    {
        MovaToken symbol = _token;
        switch (symbol.Kind == MovaTokenKind.Symbol ? symbol.Text : "")
        {
            case ":":
                Take();
                return new(MovaStatementKind.Label, CheckLength(name).Text, 0, name.Place);
            case "++":
                Take();
                return End(new(MovaStatementKind.Add, CheckLength(name).Text, 1, name.Place));
            case "+=":
                Take();
                return End(new(MovaStatementKind.Add, CheckLength(name).Text, Constant("+="), name.Place));
            case "--" or "-=":
                throw symbol.Place.Error(
                    $"'{symbol.Text}' cannot be expressed: the machine has ADD of 0 to 16777215 and no subtraction.");
            case "=":
                throw symbol.Place.Error(
                    "A variable cannot be set again: the machine can only push a number and add to the top.");
            default:
                throw name.Place.Error(
                    $"{name} begins no statement; there is {Statements}.{MovaText.Suggest(name.Text, Keywords)}");
        }
    }

    private MovaToken PrintedName()
    {
        if (_token.Kind == MovaTokenKind.Number || _token.Is("-"))
        {
            throw _token.Place.Error("'print' takes a variable: a bare number would stay on the stack for ever.");
        }
        return Name("a variable");
    }

    private MovaToken Name(string what)
    {
        MovaToken name = _token;
        if (name.Kind != MovaTokenKind.Word)
        {
            throw name.Place.Error($"The name of {what} is expected here, not {name}.");
        }
        if (Keywords.Contains(name.Text, StringComparer.Ordinal))
        {
            throw name.Place.Error($"'{name.Text}' is a word of the language and cannot be the name of {what}.");
        }
        return CheckLength(Take());
    }

    private MovaToken CheckLength(MovaToken name) =>
        name.Text.Length <= _nameCharsMax
            ? name
            : throw name.Place.Error(
                $"A name has at most {_nameCharsMax} characters; this one has {name.Text.Length}.");

    private int Constant(string user)
    {
        MovaToken number = _token;
        if (number.Is("-"))
        {
            throw number.Place.Error(
                $"A negative number cannot be expressed: the machine's constants are 0 to {MovaOpcodes.OperandMax}.");
        }
        if (number.Kind == MovaTokenKind.Word && user == "sleep")
        {
            throw number.Place.Error("'sleep' takes a number: its milliseconds are part of the instruction.");
        }
        if (number.Kind != MovaTokenKind.Number)
        {
            throw number.Place.Error($"A number is expected here, not {number}.");
        }
        if (number.Text.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            throw number.Place.Error($"{number} is no decimal number.");
        }
        if (!int.TryParse(number.Text, NumberStyles.None, NumberFormatInfo.InvariantInfo, out int value)
            || value > MovaOpcodes.OperandMax)
        {
            throw number.Place.Error(
                $"{number} is too large: the machine's constants are 0 to {MovaOpcodes.OperandMax} (24 bits).");
        }
        Take();
        return value;
    }

    private MovaStatement End(MovaStatement statement)
    {
        Expect(";", "at the end of the statement");
        return statement;
    }

    private void Expect(string symbol, string where)
    {
        if (!_token.Is(symbol))
        {
            throw _token.Place.Error($"'{symbol}' is expected {where}, not {_token}.");
        }
        Take();
    }

    private MovaToken Take()
    {
        MovaToken taken = _token;
        _token = _lexer.Next();
        return taken;
    }
}
