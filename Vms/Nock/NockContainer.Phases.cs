namespace Granary.Vms.Nock;

/// <summary>The two phases of a transaction.</summary>
internal sealed partial class NockContainer
{
    /// <summary>Declared: the gate is kicked with the order id. v0.30: it is kicked as it is.</summary>
    private void BeginPhase1()
    {
        NockTransaction own = _job.Transaction;
        Noun code = program.Gate;
        if (code is Atom jammed)
        {
            try
            {
                code = NounJam.Cue(jammed.ToBytes());
            }
            catch (NounFormatException)
            {
                Fail("cue");
                return;
            }
        }
        _state = new NockState(program.Bounds);
        _state.Begin(code, own.V030 ? NockKicks.Kick : NockKicks.WithSample(own.Id));
        _job.Phase = NockPhase.Phase1;
    }

    /// <summary>Declared: the trap is kicked. v0.30: the order id is put into the gate, which is then kicked.</summary>
    private void BeginPhase2()
    {
        NockTransaction own = _job.Transaction;
        _state = new NockState(program.Bounds);
        _state.Begin(own.Second, own.V030 ? NockKicks.Placed(own.Id) : NockKicks.Kick);
        own.IdPlaced = false;
        own.Second = Atom.Zero;
        _job.Phase = NockPhase.Phase2;
    }

    private VmExit? RunPhase(ref GasMeter gas, IVmHost host)
    {
        // The code cannot spend what telling the executor needs.
        GasMeter inner = new(gas.SliceLeft, Math.Max(0, gas.MessageLeft - GasKept));
        NockStop stop = new NockInterpreter(_state, NockJets.All, ref inner).Run();
        gas.Settle(inner.Used);
        switch (stop)
        {
            case NockStop.SliceEnded:
                return VmExit.SliceEnded.Instance;
            case NockStop.Puts:
                return Puts(ref gas, host);
            case NockStop.Done when _job.Phase == NockPhase.Phase1:
                EndPhase1();
                return null;
            case NockStop.Done:
                EndPhase2();
                return null;
            case NockStop.Scry when _job.Phase == NockPhase.Phase1:
                Fail("scry-in-phase-1");
                return null;
            case NockStop.Scry:
                Scry();
                return null;
            case NockStop.OutOfGas:
                Fail("out-of-gas");
                return null;
            case NockStop.TooDeep or NockStop.TooLarge:
                Fail("limit");
                return null;
            default:
                Fail(_job.Phase == NockPhase.Phase1 ? "crash-phase-1" : "crash-phase-2");
                return null;
        }
    }

    private void EndPhase1()
    {
        NockTransaction own = _job.Transaction;
        own.Meter1 = _state.Meter;
        if (_state.Product is not Cell { Head: var declared, Tail: var second })
        {
            Fail("shape-phase-1");
            return;
        }
        own.Second = second;
        if (own.V030)
        {
            BeginPhase2();
            return;
        }
        if (declared is not Cell { Head: var reads, Tail: var writes } || !NockKeyspaces.IsDeclaration(reads)
            || !NockKeyspaces.IsDeclaration(writes))
        {
            Fail("shape-phase-1");
            return;
        }
        (own.Reads, own.Writes) = (reads, writes);
        _state = new NockState(program.Bounds);
        _job.Phase = NockPhase.Declare;
    }

    private void EndPhase2()
    {
        NockTransaction own = _job.Transaction;
        if (own.V030 && !own.IdPlaced)
        {
            own.IdPlaced = true;
            _state.Begin(_state.Product, NockKicks.Kick);
            return;
        }
        own.Meter2 = _state.Meter;
        own.Data = _state.Product;
        if (!IsPuts(own.Data))
        {
            Fail("shape-phase-2");
            return;
        }
        _state = new NockState(program.Bounds);
        _job.Phase = NockPhase.Finish;
    }

    /// <summary>The path of a scry is the list <c>[id key 0]</c> with the transaction's own id.</summary>
    private void Scry()
    {
        NockTransaction own = _job.Transaction;
        if (_state.Product is not Cell
            {
                Head: var id, Tail: Cell { Head: var key, Tail: Atom { BitLength: 0 } },
            }
            || !NounEquality.Same(id, own.Id))
        {
            Fail("scry-path");
            return;
        }
        if (!own.V030 && !NockKeyspaces.Hold(own.Reads, key))
        {
            Fail("read-denied");
            return;
        }
        own.Data = key;
        _job.Phase = NockPhase.Read;
    }

    /// <summary>The transaction puts nothing; the executor is told why.</summary>
    private void Fail(string reason)
    {
        NockTransaction own = _job.Transaction;
        if (_job.Phase == NockPhase.Phase1)
        {
            own.Meter1 = _state.Meter;
        }
        else if (_job.Phase is NockPhase.Phase2 or NockPhase.Read)
        {
            own.Meter2 = _state.Meter;
        }
        own.Reason = Atom.FromText(reason);
        (own.Data, own.Second) = (Atom.Zero, Atom.Zero);
        _state = new NockState(program.Bounds);
        _job.Phase = NockPhase.Finish;
    }

    private static bool IsPuts(Noun noun)
    {
        for (; noun is Cell list; noun = list.Tail)
        {
            if (list.Head is not Cell)
            {
                return false;
            }
        }
        return noun is Atom { BitLength: 0 };
    }
}
