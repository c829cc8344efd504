namespace Granary.Vms.Nock;

/// <summary>A formula taken apart, one level at a time and only when it is first evaluated.</summary>
internal sealed class NockFormula
{
    private const int FreeTurns = 8;

    private static readonly NockFormula _atom = new(Atom.Zero) { Op = NockOp.Malformed };

    private NockFormula? _formulaB;
    private NockFormula? _formulaC;
    private NockFormula? _formulaD;

    private NockFormula(Noun noun)
    {
        Noun = noun;
        B = C = D = noun;
    }

    public NockOp Op { get; private init; }

    /// <summary>The formula itself.</summary>
    public Noun Noun { get; }

    /// <summary>The first part: a formula, or the constant of <see cref="NockOp.Constant"/>.</summary>
    public Noun B { get; private init; }

    public Noun C { get; private init; }

    public Noun D { get; private init; }

    /// <summary>The axis, or 0 when it is <see cref="WideAxis"/> or none at all.</summary>
    public ulong Axis { get; private init; }

    /// <summary>An axis of more than 64 bits.</summary>
    public Atom? WideAxis { get; private init; }

    /// <summary>The price of the formula's own steps, and of following its axis where that is part of them.</summary>
    public long Gas { get; private init; } = NockGas.Step;

    /// <summary>The price of following the axis when an operand is there: of operators 9 and 10.</summary>
    public long AxisGas { get; private init; }

    /// <summary>What the formula counts on Anoma's meter before its operands.</summary>
    public long Steps { get; private init; } = 1;

    /// <summary>A constant, or a part of the subject at an axis of 64 bits: done in one step.</summary>
    public bool IsLeaf { get; private init; }

    /// <summary>What its first operand is evaluated for.</summary>
    public NockWait Wait { get; private init; }

    /// <summary>The tag of a hint; null when it is a cell.</summary>
    public Atom? Tag { get; private init; }

    public NockFormula FormulaB => _formulaB ??= Of(B);

    public NockFormula FormulaC => _formulaC ??= Of(C);

    public NockFormula FormulaD => _formulaD ??= Of(D);

    /// <summary>True when an evaluation of this formula waits in this way at some time.</summary>
    public bool MayWait(NockWait wait) => Op switch
    {
        NockOp.Slot or NockOp.Constant or NockOp.Hint or NockOp.Malformed => false,
        NockOp.Cons or NockOp.Compose or NockOp.Equal or NockOp.Edit or NockOp.Scry or NockOp.DynamicHint =>
            wait == Wait || wait == Wait + 1,
        _ => wait == Wait,
    };

    public static NockFormula Of(Noun noun) => noun is Cell cell ? cell.Formula ??= Decode(cell) : _atom;

    private static NockFormula Decode(Cell formula)
    {
        if (formula.Head is not Atom op)
        {
            return new NockFormula(formula)
            {
                Op = NockOp.Cons, B = formula.Head, C = formula.Tail, Wait = NockWait.ConsHead,
            };
        }
        NockFormula malformed = new(formula) { Op = NockOp.Malformed };
        if (!op.IsSmall || op.Low > (ulong)NockOp.Scry)
        {
            return malformed;
        }
        switch ((NockOp)op.Low)
        {
            case NockOp.Slot:
                return formula.Tail is Atom slot ? DecodeSlot(formula, slot) : malformed;
            case NockOp.Constant:
                return new NockFormula(formula) { Op = NockOp.Constant, B = formula.Tail, IsLeaf = true };
            case NockOp.CellTest:
                return new NockFormula(formula) { Op = NockOp.CellTest, B = formula.Tail, Wait = NockWait.CellTest };
            case NockOp.Increment:
                return new NockFormula(formula) { Op = NockOp.Increment, B = formula.Tail, Wait = NockWait.Increment };
            default:
                return formula.Tail is Cell parts
                    ? DecodeParts(formula, (NockOp)op.Low, parts.Head, parts.Tail) ?? malformed
                    : malformed;
        }
    }

    private static NockFormula DecodeSlot(Cell formula, Atom axis) => new(formula)
    {
        Op = NockOp.Slot, Axis = Narrow(axis), WideAxis = Wide(axis), IsLeaf = axis.IsSmall,
        Gas = NockGas.Step + (Math.Max(0, Turns(axis) - FreeTurns) * NockGas.Turn),
    };

    /// <summary>A formula of an operator and at least two parts; null when one is missing.</summary>
    private static NockFormula? DecodeParts(Cell formula, NockOp op, Noun b, Noun c) => op switch
    {
        NockOp.Compose => new(formula) { Op = op, B = b, C = c, Wait = NockWait.ComposeSubject },
        NockOp.Equal => new(formula) { Op = op, B = b, C = c, Wait = NockWait.EqualFirst },
        // Anoma evaluates [4 4 condition]: two steps more.
        NockOp.If => c is Cell branches
            ? new(formula)
            {
                Op = op, B = b, C = branches.Head, D = branches.Tail, Wait = NockWait.If,
                Gas = 3 * NockGas.Step, Steps = 3,
            }
            : null,
        NockOp.Then => new(formula) { Op = op, B = b, C = c, Wait = NockWait.Then },
        NockOp.Push => new(formula) { Op = op, B = b, C = c, Wait = NockWait.Push },
        // An axis that is no atom crashes only after the core was made: 0 stands for it, which is no axis either.
        NockOp.Arm => new(formula)
        {
            Op = op, B = c, C = c, Axis = Narrow(b), WideAxis = Wide(b), Wait = NockWait.Arm, Steps = 0,
            AxisGas = (3 * NockGas.Step) + (Math.Max(0, Turns(b) - FreeTurns) * NockGas.Turn),
        },
        NockOp.Edit => b is Cell edit
            ? new(formula)
            {
                Op = op, B = edit.Tail, C = c, Axis = Narrow(edit.Head), WideAxis = Wide(edit.Head),
                Wait = NockWait.EditPart, AxisGas = Turns(edit.Head) * NockGas.EditTurn,
            }
            : null,
        NockOp.Hint => b is Cell hint
            ? new(formula)
            {
                Op = NockOp.DynamicHint, B = hint.Tail, C = c, Tag = hint.Head as Atom, Wait = NockWait.HintProduct,
            }
            : new(formula) { Op = op, C = c, Tag = (Atom)b },
        _ => new(formula) { Op = op, B = b, C = c, Wait = NockWait.ScryFirst, Steps = 0 },
    };

    private static long Turns(Noun axis) => axis is Atom atom ? Math.Max(0, atom.BitLength - 1) : 0;

    private static ulong Narrow(Noun axis) => axis is Atom { IsSmall: true } atom ? atom.Low : 0;

    private static Atom? Wide(Noun axis) => axis is Atom { IsSmall: false } atom ? atom : null;
}
