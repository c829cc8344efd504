namespace Granary.Vms.Nock;

/// <summary>Calls of the library that are done natively.</summary>
internal ref partial struct NockInterpreter
{
    /// <summary>Takes the top frame, an arm whose core is a jet's gate.</summary>
    private long Jet(long gas, NockJet jet)
    {
        NockState state = _state;
        gas = Charge(gas, jet.Steps * NockGas.Step);
        if (gas < 0)
        {
            return gas;
        }
        Settle(gas);
        state.Meter += jet.Steps;
        Cell gate = (Cell)state.Product;
        Cell payload = (Cell)gate.Tail;
        Noun door = payload.Tail is Cell { Tail: Cell { Head: var sample } } ? sample : Atom.Zero;
        long work = _meter.MessageLeft;
        NockJetCall call = new(work, state.Limits);
        Noun? product = jet.Run(payload.Head, door, ref call);
        _meter.Settle(work - Math.Max(0, call.Left));
        if (call is { Declined: true, Left: >= 0 })
        {
            return Code(jet);
        }
        gas = Grant();
        if (call.TooLarge)
        {
            return StopSlow(NockStop.TooLarge, gas);
        }
        if (call.Left < 0)
        {
            return StopSlow(NockStop.OutOfGas, gas);
        }
        return product is null ? StopSlow(NockStop.Crash, gas) : Finish(gas, product, call.Units ?? UnitsOf(product));
    }

    /// <summary>The code of a gate that its jet declines. The price of the jet stays paid.</summary>
    /// <remarks>No slice ends here: the jet would be tried, and paid for, once more.</remarks>
    private long Code(NockJet jet)
    {
        NockState state = _state;
        ref NockFrame frame = ref state.Frames[state.Depth - 1];
        state.Meter -= jet.Steps;
        if (!_meter.TryCharge(frame.Formula.AxisGas))
        {
            return StopSlow(NockStop.OutOfGas, Grant());
        }
        return Kick(Grant(), frame);
    }

    /// <summary>Atoms by their size; what is cued is paid for by its bytes, which are at least as many.</summary>
    private static long UnitsOf(Noun product)
    {
        if (product is Atom atom)
        {
            return NockLimits.AtomUnits + (8L * atom.WordCount);
        }
        return NounCensus.Of(product);
    }
}
