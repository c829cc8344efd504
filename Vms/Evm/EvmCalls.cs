namespace Granary.Vms.Evm;

/// <summary>How frames begin and end.</summary>
internal static class EvmCalls
{
    public static EvmSignal Call(ref EvmRun run, EvmOp op)
    {
        EvmFrame frame = run.Frame;
        bool hasValue = op is EvmOp.Call or EvmOp.CallCode;
        EvmAddress address = EvmAddress.FromWord(run.Peek(1));
        EvmWord value = hasValue ? run.Peek(2) : EvmWord.Zero;
        int rest = hasValue ? 3 : 2;
        if (op == EvmOp.Call && frame.IsStatic && !value.IsZero)
        {
            return run.Fail(EvmFailure.StaticViolation);
        }
        EvmWord inputOffset = run.Peek(rest);
        EvmWord inputLength = run.Peek(rest + 1);
        EvmWord outputOffset = run.Peek(rest + 2);
        EvmWord outputLength = run.Peek(rest + 3);
        if (!run.TryExpand(inputOffset, inputLength, outputOffset, outputLength, out EvmSignal signal)
            || !run.TryAccess(address, EvmGas.ColdAccount - EvmGas.WarmAccess, out int account, out signal)
            || !TryPayForValue(ref run, op, account, value, out signal))
        {
            return signal;
        }
        EvmWord wanted = run.Peek();
        long most = run.Rules.KeepsSixtyFourth ? run.Gas - (run.Gas / 64) : run.Gas;
        if (!run.Rules.KeepsSixtyFourth && wanted > (ulong)most)
        {
            return run.Fail(EvmFailure.OutOfGas);
        }
        EvmCall call = new()
        {
            Op = op, Address = address, Account = account, Value = value,
            Gas = wanted < (ulong)most ? (long)wanted.U0 : most, Stipend = value.IsZero ? 0 : EvmGas.CallStipend,
            InputOffset = inputLength.IsZero ? 0 : frame.MemoryBase + (int)inputOffset.U0,
            InputLength = (int)inputLength.U0, OutputOffset = outputLength.IsZero ? 0 : (int)outputOffset.U0,
            OutputLength = (int)outputLength.U0,
        };
        bool precompiled = EvmPrecompiles.TryFind(run.Rules, address, out int number);
        if (!precompiled && !run.TryLoadCode(account, out signal))
        {
            return signal;
        }
        run.Settle();
        run.Drop(rest + 4);
        run.State.SetReturnData([]);
        if (run.State.Depth > EvmState.DepthMax || run.World.Accounts[frame.Account].Balance < value)
        {
            PushStatus(run.State, frame, false);
            run.Begin(run.Gas + call.Stipend);
            return EvmSignal.Next;
        }
        return precompiled ? CallPrecompile(ref run, frame, call, number) : Enter(ref run, frame, call);
    }

    /// <summary>Ends the top frame with a region of its memory as output.</summary>
    public static EvmSignal EndWell(ref EvmRun run, scoped in EvmWord offset, scoped in EvmWord length)
    {
        if (!run.TryExpand(offset, length, out EvmSignal signal))
        {
            return signal;
        }
        ReadOnlySpan<byte> output = run.Region(offset, length);
        if (run.Frame.IsCreation)
        {
            return EvmCreation.End(ref run, output);
        }
        run.Settle();
        return End(ref run, EvmFailure.None, run.Gas, output);
    }

    public static EvmSignal EndReverted(ref EvmRun run)
    {
        EvmWord offset = run.Peek();
        EvmWord length = run.Peek(1);
        if (!run.TryExpand(offset, length, out EvmSignal signal))
        {
            return signal;
        }
        run.Settle();
        return End(ref run, EvmFailure.Reverted, run.Gas, run.Region(offset, length));
    }

    /// <summary>Ends the top frame, whose gas is lost.</summary>
    public static EvmSignal EndFailed(ref EvmRun run, EvmFailure failure) => End(ref run, failure, 0, []);

    /// <summary>
    /// Ends the top frame: takes back its changes unless it ended well, and hands gas and output to its caller.
    /// </summary>
    public static EvmSignal End(ref EvmRun run, EvmFailure failure, long gasLeft, scoped ReadOnlySpan<byte> output)
    {
        EvmState state = run.State;
        EvmFrame frame = state.Top;
        if (failure != EvmFailure.None)
        {
            state.World.Revert(frame.WorldMark);
            state.DropLogs(frame.LogMark);
            state.Refund = frame.RefundMark;
        }
        bool isCreation = frame.IsCreation;
        EvmWord created = isCreation ? frame.Address.ToWord() : EvmWord.One;
        // A creation's output has become code, so its caller sees none.
        state.SetReturnData(isCreation && failure == EvmFailure.None ? [] : output);
        (int outputOffset, int outputLength) = (frame.OutputOffset, frame.OutputLength);
        state.Pop();
        if (state.Depth == 0)
        {
            (state.Outcome, state.OutcomeGas) = (failure, gasLeft);
            return EvmSignal.Finished;
        }
        EvmFrame caller = state.Top;
        int copied = Math.Min(outputLength, state.ReturnDataLength);
        state.ReturnData[..copied].CopyTo(state.Memory.AsSpan(caller.MemoryBase + outputOffset));
        caller.Gas += gasLeft;
        Push(state, caller, failure == EvmFailure.None ? created : EvmWord.Zero);
        return EvmSignal.FrameChanged;
    }

    public static EvmSignal SelfDestruct(ref EvmRun run)
    {
        EvmFrame frame = run.Frame;
        if (frame.IsStatic)
        {
            return run.Fail(EvmFailure.StaticViolation);
        }
        EvmAddress heir = EvmAddress.FromWord(run.Peek());
        if (!run.TryAccess(heir, EvmGas.ColdAccount, out int to, out EvmSignal signal))
        {
            return signal;
        }
        EvmWorld world = run.World;
        EvmAccount account = world.Accounts[frame.Account];
        EvmAccount heirAccount = world.Accounts[to];
        bool makesAccount = run.Rules.ClearsEmptyAccounts
            ? !account.Balance.IsZero && heirAccount.IsEmpty
            : !heirAccount.Exists;
        if (run.Rules.SelfDestructPaysForAccount && makesAccount && !run.TryCharge(EvmGas.NewAccount, out signal))
        {
            return signal;
        }
        if (!account.IsDestructed)
        {
            run.State.Refund += run.Rules.SelfDestructRefund;
        }
        bool removed = !run.Rules.SelfDestructOnlyNew || account.IsCreated;
        EvmWord balance = account.Balance;
        if (to != frame.Account)
        {
            Transfer(run.Rules, world, frame.Account, to, balance);
        }
        else if (removed)
        {
            world.SetBalance(to, EvmWord.Zero);
        }
        if (removed)
        {
            world.SetDestructed(frame.Account);
        }
        run.Settle();
        return End(ref run, EvmFailure.None, run.Gas, []);
    }

    /// <summary>Moves value that is there, and touches the receiver.</summary>
    public static void Transfer(EvmRules rules, EvmWorld world, int from, int to, in EvmWord value)
    {
        if (!value.IsZero && from != to)
        {
            world.SetBalance(from, world.Accounts[from].Balance - value);
            world.SetBalance(to, world.Accounts[to].Balance + value);
        }
        // Before EIP-161 a call made the account that it called; since then only value does, and what is touched
        // and still empty goes at the end.
        if (!rules.ClearsEmptyAccounts || !value.IsZero)
        {
            world.SetExists(to);
        }
        world.Touch(to);
    }

    /// <summary>Puts a word on the stack of a frame that has dropped at least one.</summary>
    public static void Push(EvmState state, EvmFrame frame, in EvmWord word)
    {
        state.Stack[frame.StackBase + frame.StackWords] = word;
        frame.Height += EvmWord.Bytes;
    }

    private static void PushStatus(EvmState state, EvmFrame frame, bool ok) =>
        Push(state, frame, ok ? EvmWord.One : EvmWord.Zero);

    private static bool TryPayForValue(
        ref EvmRun run, EvmOp op, int account, in EvmWord value, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        if (!value.IsZero && !run.TryCharge(EvmGas.CallValue, out signal))
        {
            return false;
        }
        EvmAccount called = run.World.Accounts[account];
        bool makesAccount = op == EvmOp.Call
            && (run.Rules.ClearsEmptyAccounts ? !value.IsZero && called.IsEmpty : !called.Exists);
        return !makesAccount || run.TryCharge(EvmGas.NewAccount, out signal);
    }

    private static EvmSignal Enter(ref EvmRun run, EvmFrame caller, in EvmCall call)
    {
        EvmState state = run.State;
        caller.Pc++;
        caller.Gas = run.Gas - call.Gas;
        EvmCode code = run.World.Accounts[call.Account].Code!;
        EvmFrame frame = state.Push();
        frame.Code = code;
        frame.Gas = call.Gas + call.Stipend;
        (frame.InputOffset, frame.InputLength) = (call.InputOffset, call.InputLength);
        (frame.OutputOffset, frame.OutputLength) = (call.OutputOffset, call.OutputLength);
        frame.IsStatic = caller.IsStatic || call.Op == EvmOp.StaticCall;
        frame.WorldMark = run.World.Mark;
        frame.LogMark = state.Logs.Count;
        frame.RefundMark = state.Refund;
        bool delegates = call.Op == EvmOp.DelegateCall;
        frame.Kind = call.Op switch
        {
            EvmOp.Call => EvmFrameKind.Call,
            EvmOp.CallCode => EvmFrameKind.CallCode,
            EvmOp.DelegateCall => EvmFrameKind.DelegateCall,
            _ => EvmFrameKind.StaticCall,
        };
        bool borrowsCode = call.Op is EvmOp.CallCode or EvmOp.DelegateCall;
        frame.Address = borrowsCode ? caller.Address : call.Address;
        frame.Account = borrowsCode ? caller.Account : call.Account;
        frame.Caller = delegates ? caller.Caller : caller.Address;
        frame.Value = delegates ? caller.Value : call.Value;
        if (!borrowsCode)
        {
            Transfer(run.Rules, run.World, caller.Account, call.Account, call.Value);
        }
        return EvmSignal.FrameChanged;
    }

    private static EvmSignal CallPrecompile(ref EvmRun run, EvmFrame caller, in EvmCall call, int number)
    {
        EvmState state = run.State;
        ReadOnlySpan<byte> input = state.Memory.AsSpan(call.InputOffset, call.InputLength);
        long gas = call.Gas + call.Stipend;
        long cost = EvmPrecompiles.Gas(number, run.Rules, input);
        byte[] output = [];
        bool done = cost <= gas;
        if (done)
        {
            if (!run.TryChargeMessage(cost, out EvmSignal signal))
            {
                return signal;
            }
            done = EvmPrecompiles.TryRun(number, input, out output);
        }
        if (done)
        {
            if (call.Op is EvmOp.Call or EvmOp.StaticCall)
            {
                Transfer(run.Rules, run.World, caller.Account, call.Account, call.Value);
            }
            state.SetReturnData(output);
            int copied = Math.Min(call.OutputLength, output.Length);
            output.AsSpan(0, copied).CopyTo(state.Memory.AsSpan(caller.MemoryBase + call.OutputOffset));
        }
        PushStatus(state, caller, done);
        run.Begin(run.Gas - call.Gas + (done ? gas - cost : 0));
        return EvmSignal.Next;
    }
}
