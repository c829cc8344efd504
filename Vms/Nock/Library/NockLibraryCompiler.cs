namespace Granary.Vms.Nock;

/// <summary>Makes formulas of the small language in which the library is written (README.md has its forms).</summary>
internal sealed class NockLibraryCompiler(IReadOnlyDictionary<string, NockLibraryCompiler.Gate> gates)
{
    private const string Trap = "again";

    /// <summary>Where a gate is found: an arm of a layer, or of a door that is an arm of a layer.</summary>
    internal readonly record struct Gate(string Name, int Layer, ulong Arm, ulong Door);

    public static string LayerName(int layer) => $"@{layer}";

    /// <summary>
    /// The arm that makes a gate: <c>[8 [1 sample] [1 battery] 0 1]</c>, in a layer with the hint that names it.
    /// </summary>
    /// <param name="text"><c>(gate axis name (parameter ...) body)</c></param>
    public Noun GateArm(NockLibraryText text, NockLibraryScope scope, bool hinted)
    {
        string[] parameters = [.. text.Items[3].Items.Select(p => p.Word)];
        NockLibraryScope inner = scope.Under(7).WithTuple(parameters, 6);
        Noun battery = Compile(text.Items[4], inner);
        Noun sample = Noun.Tuple([.. parameters.Select(_ => Atom.Zero)]);
        Noun gate = Op(8, Constant(sample), new Cell(Constant(battery), Slot(1)));
        if (!hinted)
        {
            return gate;
        }
        Noun clue = Noun.Tuple(Atom.FromText(text.Items[2].Word), Slot(7), Atom.Zero);
        return Op(7, gate, Op(11, new Cell(Atom.FromText("fast"), Constant(clue)), Slot(1)));
    }

    /// <summary>The arm that makes a door with a sample of 0.</summary>
    public static Noun DoorArm(Noun battery) => Op(8, Constant(Atom.Zero), new Cell(Constant(battery), Slot(1)));

    public Noun Compile(NockLibraryText text, NockLibraryScope scope)
    {
        if (!text.IsList)
        {
            return text.TryAtom() is { } atom ? Constant(atom)
                : scope.Find(text.Word) is { } axis ? Slot(axis)
                : throw Wrong($"there is no '{text.Word}'");
        }
        Noun Part(int i) => Compile(text.Items[i], scope);
        switch (text.Form)
        {
            case "crash":
                return Slot(0);
            case "if":
                return Op(6, Part(1), new Cell(Part(2), Part(3)));
            case "not":
                return Op(6, Part(1), new Cell(Constant(Atom.One), Constant(Atom.Zero)));
            case "and":
                return Op(6, Part(1), new Cell(Part(2), Constant(Atom.One)));
            case "or":
                return Op(6, Part(1), new Cell(Constant(Atom.Zero), Part(2)));
            case "eq":
                return Op(5, Part(1), Part(2));
            case "cell":
                return Op(3, Part(1));
            case "inc":
                return Op(4, Part(1));
            case "cons":
                return Noun.Tuple([.. text.Items.Skip(1).Select(i => Compile(i, scope))]);
            case "hd":
                return Op(7, Part(1), Slot(2));
            case "tl":
                return Op(7, Part(1), Slot(3));
            case "at":
                return Op(7, Part(2), Slot(text.Items[1].TryAtom()!.Low));
            case "let":
                return Op(8, Part(2), Compile(text.Items[3], scope.Under(3).With(text.Items[1].Word, 2)));
            case "loop":
                return Loop(text, scope);
            case Trap:
                return Again(text, scope);
            default:
                return Call(text, scope);
        }
    }

    /// <summary><c>(loop ((name start) ...) body)</c>: a trap with the variables as its sample.</summary>
    private Cell Loop(NockLibraryText text, NockLibraryScope scope)
    {
        IReadOnlyList<NockLibraryText> variables = text.Items[1].Items;
        string[] names = [.. variables.Select(v => v.Items[0].Word)];
        Noun start = Noun.Tuple([.. variables.Select(v => Compile(v.Items[1], scope))]);
        NockLibraryScope inner = scope.Under(7).WithTuple(names, 6).With(Trap, 1);
        Noun battery = Compile(text.Items[2], inner);
        return Op(8, start, Op(7, new Cell(Constant(battery), Slot(1)), Op(9, Atom.Of(2), Slot(1))));
    }

    /// <summary><c>(again value ...)</c>: the innermost loop once more.</summary>
    private Cell Again(NockLibraryText text, NockLibraryScope scope)
    {
        Noun values = Noun.Tuple([.. text.Items.Skip(1).Select(i => Compile(i, scope))]);
        Noun core = Slot(scope.Find(Trap) ?? throw Wrong("'again' outside of a loop"));
        return Op(9, Atom.Of(2), Op(10, new Cell(Atom.Of(6), values), core));
    }

    /// <summary><c>(name argument ...)</c>; a gate of a door takes the door's sample first.</summary>
    private Cell Call(NockLibraryText text, NockLibraryScope scope)
    {
        if (!gates.TryGetValue(text.Form, out Gate gate))
        {
            throw Wrong($"there is no '{text.Form}'");
        }
        Noun[] arguments = [.. text.Items.Skip(1).Select(i => Compile(i, scope))];
        Noun layer = Slot(scope.Find(LayerName(gate.Layer)) ?? throw Wrong($"'{gate.Name}' is in a later layer"));
        Noun made;
        if (gate.Door == 0)
        {
            made = Op(9, Atom.Of(gate.Arm), layer);
        }
        else
        {
            Noun door = Op(9, Atom.Of(gate.Door), layer);
            made = Op(9, Atom.Of(gate.Arm), Op(10, new Cell(Atom.Of(6), arguments[0]), door));
            arguments = arguments[1..];
        }
        Noun sample = Op(7, Slot(3), Noun.Tuple(arguments));
        return Op(8, made, Op(9, Atom.Of(2), Op(10, new Cell(Atom.Of(6), sample), Slot(2))));
    }

    private static Cell Op(ulong op, Noun part) => new(Atom.Of(op), part);

    private static Cell Op(ulong op, Noun b, Noun c) => new(Atom.Of(op), new Cell(b, c));

    private static Cell Constant(Noun noun) => new(Atom.One, noun);

    private static Cell Slot(ulong axis) => new(Atom.Zero, Atom.Of(axis));

    private static InvalidOperationException Wrong(string what) => new($"The library is wrong: {what}.");
}
