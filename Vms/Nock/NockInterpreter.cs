namespace Granary.Vms.Nock;

/// <summary>The evaluator: a loop over an explicit stack.</summary>
/// <remarks>
/// A step is charged before it is done. An operand that is a leaf is done at once, without a frame of its own, but only
/// when its gas is at hand, so that a run may be cut between any two steps. The steps into which operators 6 and 9
/// expand are taken together.
/// </remarks>
internal ref partial struct NockInterpreter
{
    /// <summary>The hint that prints its product, <c>%puts</c>.</summary>
    private const ulong PutsTag = 0x73747570;

    private readonly NockState _state;
    private readonly NockJets _jets;
    private readonly ref GasMeter _meter;

    /// <summary>Gas at hand when it was last counted.</summary>
    private long _granted;
    private NockStop _stop;

    public NockInterpreter(NockState state, NockJets jets, ref GasMeter meter)
    {
        _state = state;
        _jets = jets;
        _meter = ref meter;
    }

    /// <summary>Evaluates until it stops. The state is at a safe point then, unless it stopped for good.</summary>
    public NockStop Run() => _state.Mode switch
    {
        NockMode.Evaluate or NockMode.Return => Loop(),
        NockMode.Puts => NockStop.Puts,
        NockMode.Scry => NockStop.Scry,
        _ => NockStop.Done,
    };

    // One method with jumps: the registers stay in the processor's, and each wait ends in the one place it goes on.
    private NockStop Loop()
    {
        NockState state = _state;
        NockFrame[] frames = state.Frames;
        int depth = state.Depth;
        Noun subject = state.Subject;
        Noun product = state.Product;
        NockFormula formula = NockFormula.Of(state.Formula);
        NockFormula owner;
        NockFormula operand;
        NockWait wait;
        Noun a;
        long gas = Grant();
        if (state.Mode == NockMode.Return)
        {
            goto popped;
        }

    evaluate:
        if ((gas -= formula.Gas) < 0)
        {
            state.Leave(NockMode.Evaluate, subject, formula.Noun, Atom.Zero, depth);
            gas = Refill(gas + formula.Gas, formula.Gas, maySweep: true);
            if (gas < 0)
            {
                return _stop;
            }
        }
        state.Meter += formula.Steps;
        switch (formula.Op)
        {
            case NockOp.Slot:
                if (Slot(formula, subject) is not { } part)
                {
                    state.Leave(NockMode.Evaluate, subject, formula.Noun, Atom.Zero, depth);
                    return Stop(NockStop.Crash, gas);
                }
                product = part;
                goto popped;
            case NockOp.Constant:
                product = formula.B;
                goto popped;
            case NockOp.Hint:
                formula = formula.FormulaC;
                goto evaluate;
            case NockOp.Malformed:
                state.Leave(NockMode.Evaluate, subject, formula.Noun, Atom.Zero, depth);
                return Stop(NockStop.Crash, gas);
            case NockOp.Arm:
                state.Nines++;
                break;
            case NockOp.Scry:
                state.Scries++;
                break;
        }
        owner = formula;
        wait = formula.Wait;
        a = subject;
        operand = formula.FormulaB;

    operand:
        // Room is made for the frame even when the operand needs none: how deep is too deep must not depend on the gas
        // at hand.
        if (depth == frames.Length)
        {
            if (!state.Grow())
            {
                state.Leave(NockMode.Evaluate, subject, owner.Noun, Atom.Zero, depth);
                return Stop(NockStop.TooDeep, gas);
            }
            frames = state.Frames;
        }
        if (operand.IsLeaf && gas >= operand.Gas && Leaf(operand, subject) is { } leaf)
        {
            gas -= operand.Gas;
            state.Meter++;
            product = leaf;
            goto dispatch;
        }
        ref NockFrame pushed = ref frames[depth++];
        pushed.Wait = wait;
        pushed.Formula = owner;
        pushed.A = a;
        formula = operand;
        goto evaluate;

    popped:
        if (depth == 0)
        {
            state.Leave(NockMode.Idle, Atom.Zero, Atom.Zero, product, 0);
            return Stop(NockStop.Done, gas);
        }
        ref NockFrame top = ref frames[--depth];
        wait = top.Wait;
        owner = top.Formula;
        a = top.A;

    dispatch:
        switch (wait)
        {
            case NockWait.ConsHead:
            case NockWait.ComposeSubject:
            case NockWait.EqualFirst:
            case NockWait.EditPart:
            case NockWait.ScryFirst:
                // The second operand; each has the number after the first.
                subject = a;
                a = product;
                wait++;
                operand = owner.FormulaC;
                goto operand;
            case NockWait.ConsTail:
                product = new Cell(a, product);
                gas = Allocate(gas, NockLimits.CellUnits);
                goto popped;
            case NockWait.ComposeFormula:
                subject = a;
                formula = NockFormula.Of(product);
                goto evaluate;
            case NockWait.CellTest:
                product = Atom.Loobean(product is Cell);
                goto popped;
            case NockWait.Increment:
                if (product is Atom { IsSmall: true } small && small.Low != ulong.MaxValue)
                {
                    product = Atom.Of(small.Low + 1);
                    gas = Allocate(gas, NockLimits.AtomUnits + 8);
                    goto popped;
                }
                break;
            case NockWait.EqualSecond:
                if (ReferenceEquals(a, product))
                {
                    product = Atom.Zero;
                    goto popped;
                }
                if (a is Atom { IsSmall: true } first && product is Atom { IsSmall: true } second)
                {
                    product = Atom.Loobean(first.Low == second.Low);
                    goto popped;
                }
                break;
            case NockWait.If:
                // [0 condition + 2] on [2 3], then the product as axis of the two branches: a step each.
                if (gas >= 2 * NockGas.Step && product is Atom { IsSmall: true, Low: <= 1 } yes)
                {
                    gas -= 2 * NockGas.Step;
                    state.Meter += 2;
                    subject = a;
                    formula = yes.Low == 0 ? owner.FormulaC : owner.FormulaD;
                    goto evaluate;
                }
                break;
            case NockWait.Then:
                subject = product;
                formula = owner.FormulaC;
                goto evaluate;
            case NockWait.Push:
                subject = new Cell(product, a);
                gas = Allocate(gas, NockLimits.CellUnits);
                formula = owner.FormulaC;
                goto evaluate;
            case NockWait.Arm:
                if (gas >= owner.AxisGas && !(owner.Axis == 2 && _jets.MayHit(product))
                    && Slot(owner, product) is { } arm)
                {
                    gas -= owner.AxisGas;
                    state.Meter += 3;
                    subject = product;
                    formula = NockFormula.Of(arm);
                    goto evaluate;
                }
                break;
        }
        // The rest is rare or needs more than a step: the frame is put back and the slow way taken.
        ref NockFrame back = ref frames[depth];
        back.Wait = wait;
        back.Formula = owner;
        back.A = a;
        state.Leave(NockMode.Return, Atom.Zero, Atom.Zero, product, depth + 1);
        gas = SlowReturn(gas);
        if (gas < 0)
        {
            return _stop;
        }
        frames = state.Frames;
        depth = state.Depth;
        if (state.Mode == NockMode.Return)
        {
            product = state.Product;
            goto popped;
        }
        subject = state.Subject;
        formula = NockFormula.Of(state.Formula);
        goto evaluate;
    }

    private static Noun? Slot(NockFormula formula, Noun subject) => formula.WideAxis is null
        ? NounSlots.Get(subject, formula.Axis)
        : NounSlots.Get(subject, formula.WideAxis);

    private static Noun? Leaf(NockFormula formula, Noun subject) =>
        formula.Op == NockOp.Constant ? formula.B : NounSlots.Get(subject, formula.Axis);
}
