namespace Granary.Vms.Evm;

/// <summary>One run of the loop: the machine, the host, and the gas of the top frame beside that of the message.
/// </summary>
/// <remarks>
/// The loop counts the frame's gas down in a local. <see cref="Hard"/> is the lowest value that frame and message
/// allow; <see cref="Limit"/> is at least that and stops the loop at the slice's end too, so that one comparison
/// covers all three. What was spent is settled with the meter before the host is called and when frames change.
/// </remarks>
internal ref struct EvmRun(EvmState state, EvmCodeCache codes, IVmHost host, ref GasMeter meter)
{
    private readonly ref GasMeter _meter = ref meter;
    private long _settled;

    public readonly EvmState State = state;

    public readonly EvmCodeCache Codes = codes;

    /// <summary>Gas of the top frame.</summary>
    public long Gas;

    /// <summary>The top frame's gas may not go below this: its own end or the message's.</summary>
    public long Hard;

    /// <summary>At this much gas the loop has to look closer.</summary>
    public long Limit;

    public EvmFailure Failure;

    public TrapKind Trap;

    /// <summary>The frame that runs.</summary>
    public readonly EvmFrame Frame => State.Top;

    public readonly EvmWorld World => State.World;

    public readonly EvmRules Rules => State.Rules;

    public readonly EvmStore Store => new(host, ref _meter);

    /// <summary>True when no instruction may begin.</summary>
    public readonly bool SliceOver => Gas <= SliceStop;

    private readonly long SliceStop =>
        _settled - Math.Max(0, (_meter.SliceLeft / EvmGas.Ratio) + (_meter.SliceLeft % EvmGas.Ratio > 0 ? 1 : 0));

    /// <summary>The frame's gas as of now is the beginning of what is counted next.</summary>
    public void Begin(long gas)
    {
        Gas = gas;
        _settled = gas;
        Hard = Math.Max(0, gas - (_meter.MessageLeft / EvmGas.Ratio));
        Limit = Math.Max(Hard, SliceStop);
    }

    /// <summary>Pays the meter what the frame has spent.</summary>
    public void Settle()
    {
        _meter.Settle((_settled - Gas) * EvmGas.Ratio);
        Begin(Gas);
    }

    /// <summary>Goes on counting after the host has charged the meter.</summary>
    public void Recount() => Begin(Gas);

    /// <summary>Takes gas from the frame; false with the signal to return when frame or message lack it.</summary>
    public bool TryCharge(long cost, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        if (Gas - cost >= Hard)
        {
            Gas -= cost;
            return true;
        }
        signal = cost > Gas ? Fail(EvmFailure.OutOfGas) : Stop(TrapKind.OutOfGas);
        return false;
    }

    /// <summary>Takes from the meter alone, for work that another frame's gas has paid.</summary>
    public bool TryChargeMessage(long cost, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        if (cost <= _meter.MessageLeft / EvmGas.Ratio && _meter.TryCharge(cost * EvmGas.Ratio))
        {
            return true;
        }
        signal = Stop(TrapKind.OutOfGas);
        return false;
    }

    public EvmSignal Fail(EvmFailure failure)
    {
        Failure = failure;
        return EvmSignal.Failed;
    }

    public EvmSignal Stop(TrapKind trap)
    {
        Trap = trap;
        return EvmSignal.Trapped;
    }

    /// <summary>A word from the top of the stack; the loop has checked that it is there.</summary>
    public readonly ref EvmWord Peek(int depth = 0) =>
        ref State.Stack[Frame.StackBase + Frame.StackWords - 1 - depth];

    public readonly void Drop(int words) => Frame.Height -= words * EvmWord.Bytes;

    /// <summary>Pays for and makes memory that holds a region.</summary>
    public bool TryExpand(in EvmWord offset, in EvmWord length, out EvmSignal signal) =>
        TryExpandTo(EvmGas.WordsFor(offset, length), out signal);

    /// <summary>As <see cref="TryExpand(in EvmWord, in EvmWord, out EvmSignal)"/> for two regions at once.</summary>
    public bool TryExpand(
        in EvmWord offset, in EvmWord length, in EvmWord offset2, in EvmWord length2, out EvmSignal signal)
    {
        long words = EvmGas.WordsFor(offset, length);
        long words2 = EvmGas.WordsFor(offset2, length2);
        return TryExpandTo(words < 0 || words2 < 0 ? -1 : Math.Max(words, words2), out signal);
    }

    /// <summary>A region of the top frame's memory that exists.</summary>
    public readonly Span<byte> Region(scoped in EvmWord offset, scoped in EvmWord length) =>
        length.IsZero ? [] : State.Memory.AsSpan(Frame.MemoryBase + (int)offset.U0, (int)length.U0);

    /// <summary>Finds an account, from what is stored when the transaction has not touched it.</summary>
    public bool TryLoad(EvmAddress address, out int account, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        account = World.Find(address);
        if (account >= 0)
        {
            return true;
        }
        Settle();
        TrapKind trap = EvmWorldLoader.LoadAccount(State, Store, address, out account);
        Recount();
        return NoTrap(trap, ref signal);
    }

    /// <summary>As <see cref="TryLoad"/>, and charges when it is the first touch.</summary>
    public bool TryAccess(EvmAddress address, long coldGas, out int account, out EvmSignal signal)
    {
        account = World.Find(address);
        bool cold = Rules.HasColdAccess && (account < 0 || !World.Accounts[account].IsWarm)
            && !EvmPrecompiles.TryFind(Rules, address, out _);
        if (cold && !TryCharge(coldGas, out signal))
        {
            return false;
        }
        if (!TryLoad(address, out account, out signal))
        {
            return false;
        }
        if (cold)
        {
            World.Warm(account);
        }
        return true;
    }

    /// <summary>Makes sure that an account's code is there.</summary>
    public bool TryLoadCode(int account, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        EvmAccount at = World.Accounts[account];
        if (at.Code is not null)
        {
            return true;
        }
        Settle();
        TrapKind trap = EvmWorldLoader.LoadCode(State, Store, Codes, at);
        Recount();
        return NoTrap(trap, ref signal);
    }

    public bool TryLoadSlot(int account, in EvmWord slot, out int index, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        index = World.Accounts[account].FindSlot(slot);
        if (index >= 0)
        {
            return true;
        }
        Settle();
        TrapKind trap = EvmWorldLoader.LoadSlot(State, Store, account, slot, out index);
        Recount();
        return NoTrap(trap, ref signal);
    }

    public bool NoTrap(TrapKind trap, ref EvmSignal signal)
    {
        if (trap == TrapKind.None)
        {
            return true;
        }
        signal = Stop(trap);
        return false;
    }

    private bool TryExpandTo(long words, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        if (words < 0)
        {
            signal = Fail(EvmFailure.OutOfGas);
            return false;
        }
        long present = Frame.MemorySize / EvmWord.Bytes;
        if (words <= present)
        {
            return true;
        }
        if (!TryCharge(EvmGas.Memory(words) - EvmGas.Memory(present), out signal))
        {
            return false;
        }
        if (words > State.MemoryBytesMax / EvmWord.Bytes || !State.TryGrowMemory((int)words * EvmWord.Bytes))
        {
            signal = Stop(TrapKind.LimitExceeded);
            return false;
        }
        return true;
    }
}
