namespace Granary.Vms.Nock;

/// <summary>Gas, memory, and the products that need more than a step.</summary>
internal ref partial struct NockInterpreter
{
    /// <summary>
    /// Takes the top frame with the product in <see cref="NockState.Product"/>, and leaves a formula to evaluate or
    /// another product. Below zero: stopped, with the frame still there when the run can go on.
    /// </summary>
    private long SlowReturn(long gas)
    {
        NockState state = _state;
        ref NockFrame frame = ref state.Frames[state.Depth - 1];
        switch (frame.Wait)
        {
            case NockWait.Increment:
                return Increment(gas);
            case NockWait.EqualSecond:
                return Equal(gas, frame.A);
            case NockWait.If:
                return If(gas, frame);
            case NockWait.Arm:
                return Arm(gas, frame);
            case NockWait.EditWhole:
                return Edit(gas, frame);
            case NockWait.HintProduct:
                if (frame.Formula.Tag is { IsSmall: true, Low: PutsTag })
                {
                    state.Mode = NockMode.Puts;
                    return StopSlow(NockStop.Puts, gas);
                }
                state.PutsDone();
                return gas;
            case NockWait.HintEnd:
                gas = Charge(gas, NockGas.Step);
                if (gas >= 0)
                {
                    state.Meter++;
                    state.Depth--;
                }
                return gas;
            case NockWait.ScryPath:
                state.Mode = NockMode.Scry;
                return StopSlow(NockStop.Scry, gas);
            default:
                throw new InvalidOperationException($"A product for {frame.Wait} needs no slow way.");
        }
    }

    private long Increment(long gas)
    {
        if (_state.Product is not Atom atom)
        {
            return StopSlow(NockStop.Crash, gas);
        }
        int words = atom.WordCount + 1;
        if (8L * words > _state.Limits.AtomBytesMax)
        {
            return StopSlow(NockStop.TooLarge, gas);
        }
        gas = Charge(gas, words * NockGas.Word);
        return gas < 0 ? gas : Finish(gas, atom.Increment(), NockLimits.AtomUnits + (8L * words));
    }

    /// <remarks>The comparison is one step, as long as the nouns are large: the message's gas ends it, a slice does
    /// not.</remarks>
    private long Equal(long gas, Noun a)
    {
        Noun b = _state.Product;
        if (a is Cell != b is Cell)
        {
            return Finish(gas, Atom.One, 0);
        }
        gas = Charge(gas, NockGas.Noun);
        if (gas < 0)
        {
            return gas;
        }
        Settle(gas);
        long work = _meter.MessageLeft / NockGas.Noun;
        long before = work;
        bool? same = NounEquality.Same(a, b, ref work);
        _meter.Settle((before - Math.Max(0, work)) * NockGas.Noun);
        gas = Grant();
        return same is { } known ? Finish(gas, Atom.Loobean(known), 0) : StopSlow(NockStop.OutOfGas, gas);
    }

    private long If(long gas, in NockFrame frame)
    {
        // [4 4 condition] of a cell crashes.
        if (_state.Product is not Atom condition)
        {
            return StopSlow(NockStop.Crash, gas);
        }
        bool loobean = condition.IsSmall && condition.Low <= 1;
        gas = Charge(gas, (loobean ? 2 : 1) * NockGas.Step);
        if (gas < 0)
        {
            return gas;
        }
        _state.Meter += loobean ? 2 : 1;
        if (!loobean)
        {
            return StopSlow(NockStop.Crash, gas);
        }
        Noun branch = condition.Low == 0 ? frame.Formula.C : frame.Formula.D;
        _state.Leave(NockMode.Evaluate, frame.A, branch, Atom.Zero, _state.Depth - 1);
        return gas;
    }

    private long Arm(long gas, in NockFrame frame)
    {
        NockState state = _state;
        if (frame.Formula.Axis == 2 && _jets.Find(state.Product) is { } jet)
        {
            return Jet(gas, jet);
        }
        gas = Charge(gas, frame.Formula.AxisGas);
        return gas < 0 ? gas : Kick(gas, frame);
    }

    /// <summary>The arm of the core at hand, which is paid for.</summary>
    private long Kick(long gas, in NockFrame frame)
    {
        NockState state = _state;
        state.Meter += 3;
        if (Slot(frame.Formula, state.Product) is not { } arm)
        {
            return StopSlow(NockStop.Crash, gas);
        }
        state.Leave(NockMode.Evaluate, state.Product, arm, Atom.Zero, state.Depth - 1);
        return gas;
    }

    private long Edit(long gas, in NockFrame frame)
    {
        gas = Charge(gas, frame.Formula.AxisGas);
        if (gas < 0)
        {
            return gas;
        }
        NockFormula formula = frame.Formula;
        Noun? edited = NounSlots.Edit(_state.Product, formula.WideAxis ?? Atom.Of(formula.Axis), frame.A);
        return edited is null
            ? StopSlow(NockStop.Crash, gas)
            : Finish(gas, edited, formula.AxisGas / NockGas.EditTurn * NockLimits.CellUnits);
    }

    /// <summary>The frame is done with, and this is its product.</summary>
    private long Finish(long gas, Noun product, long units)
    {
        _state.Depth--;
        _state.Product = product;
        return Allocate(gas, units);
    }

    /// <summary>Takes gas from the meter that the loop may spend.</summary>
    /// <remarks>None when it is time to count the living nouns, so that the next step comes to <see cref="Refill"/>.
    /// </remarks>
    private long Grant() => _granted = _state.Allocated >= _state.SweepAt ? 0 : _meter.Allowance;

    private void Settle(long gas)
    {
        _meter.Settle(_granted - gas);
        _granted = gas;
    }

    /// <summary>Counts memory. What is at hand is put back when it is time for the next count.</summary>
    private long Allocate(long gas, long units)
    {
        if ((_state.Allocated += units) < _state.SweepAt)
        {
            return gas;
        }
        _granted -= gas;
        return 0;
    }

    /// <summary>Takes a price with a product at hand.</summary>
    private long Charge(long gas, long cost) => gas >= cost ? gas - cost : Refill(gas, cost, maySweep: false);

    /// <summary>Takes a price that what is at hand does not cover; below zero when the run stops.</summary>
    /// <param name="maySweep">Only between two steps, so that the nouns are counted at the same points however a run is
    /// cut.</param>
    private long Refill(long gas, long cost, bool maySweep)
    {
        _meter.Settle(_granted - gas);
        _granted = 0;
        if (_meter.SliceOver)
        {
            _stop = NockStop.SliceEnded;
        }
        else if (maySweep && !_state.Sweep())
        {
            _stop = NockStop.TooLarge;
        }
        else if (!_meter.TryCharge(cost))
        {
            _stop = NockStop.OutOfGas;
        }
        else
        {
            return Grant();
        }
        return -1;
    }

    private NockStop Stop(NockStop stop, long gas)
    {
        Settle(gas);
        return stop;
    }

    private long StopSlow(NockStop stop, long gas)
    {
        Settle(gas);
        _stop = stop;
        return -1;
    }
}
