namespace Granary.Vms.Evm;

/// <summary>The steps of a transaction: it is paid for, runs, and is settled.</summary>
internal static class EvmExecution
{
    /// <summary>Checks the sender, takes the gas from it and counts its nonce.</summary>
    public static EvmSignal Buy(
        ref EvmRun run, EvmTransaction tx, EvmAddress sender, out EvmTransactionError error)
    {
        error = EvmTransactionError.None;
        EvmState state = run.State;
        if (!run.TryLoad(sender, out int account, out EvmSignal signal))
        {
            return signal;
        }
        EvmWorld world = run.World;
        error = EvmTransactionRules.CheckSender(tx, world.Accounts[account]);
        if (error != EvmTransactionError.None)
        {
            return EvmSignal.Next;
        }
        state.Origin = sender;
        state.GasPrice = EvmTransactionRules.Price(tx, state.Block);
        state.BlobHashes = tx.BlobHashes;
        EvmWord cost = (state.GasPrice * tx.GasLimit) + (state.Block.BlobBaseFee * tx.BlobGas);
        world.SetBalance(account, world.Accounts[account].Balance - cost);
        world.SetNonce(account, tx.Nonce + 1);
        world.SetExists(account);
        world.Touch(account);
        world.Warm(account);
        if (state.Rules.WarmCoinbase)
        {
            if (!run.TryLoad(state.Block.Coinbase, out int coinbase, out signal))
            {
                return signal;
            }
            world.Warm(coinbase);
        }
        return EvmSignal.Next;
    }

    /// <summary>Brings in one account or slot of the access list; false when there are no more.</summary>
    /// <param name="step">Counts them through.</param>
    public static bool TryAccessStep(ref EvmRun run, EvmTransaction tx, ref int step, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        int rest = step;
        foreach (EvmAccess access in tx.AccessList)
        {
            if (rest > access.Slots.Length)
            {
                rest -= access.Slots.Length + 1;
                continue;
            }
            step++;
            if (!run.TryLoad(access.Address, out int account, out signal))
            {
                return true;
            }
            if (rest == 0)
            {
                run.World.Warm(account);
                return true;
            }
            if (run.TryLoadSlot(account, access.Slots[rest - 1], out int slot, out signal))
            {
                run.World.WarmSlot(account, slot);
            }
            return true;
        }
        return false;
    }

    /// <summary>Begins the outermost frame; Finished when there is nothing to run.</summary>
    public static EvmSignal Begin(ref EvmRun run, EvmTransaction tx)
    {
        EvmState state = run.State;
        EvmWorld world = run.World;
        int sender = world.Find(state.Origin);
        long gas = (long)tx.GasLimit - EvmTransactionRules.IntrinsicGas(tx, state.Rules);
        state.SetReturnData([]);
        if (tx.To is not { } to)
        {
            return BeginCreation(ref run, tx, sender, gas);
        }
        if (!run.TryLoad(to, out int account, out EvmSignal signal) || !run.TryLoadCode(account, out signal))
        {
            return signal;
        }
        world.Warm(account);
        if (EvmPrecompiles.TryFind(state.Rules, to, out int number))
        {
            return RunPrecompile(ref run, tx, sender, account, gas, number);
        }
        state.SetInput(tx.Data.Span);
        EvmFrame frame = state.Push();
        frame.Kind = EvmFrameKind.Transaction;
        frame.Code = world.Accounts[account].Code!;
        frame.Gas = gas;
        (frame.Address, frame.Account) = (to, account);
        frame.Caller = state.Origin;
        frame.Value = tx.Value;
        frame.IsStatic = false;
        (frame.InputOffset, frame.InputLength) = (0, tx.Data.Length);
        (frame.OutputOffset, frame.OutputLength) = (0, 0);
        frame.MemoryBase = tx.Data.Length;
        frame.WorldMark = world.Mark;
        (frame.LogMark, frame.RefundMark) = (0, 0);
        EvmCalls.Transfer(state.Rules, world, sender, account, tx.Value);
        return EvmSignal.FrameChanged;
    }

    /// <summary>Gives back gas that was not used and pays the coinbase; returns the gas used.</summary>
    public static EvmSignal Settle(ref EvmRun run, EvmTransaction tx, out long gasUsed)
    {
        EvmState state = run.State;
        EvmWorld world = run.World;
        long used = (long)tx.GasLimit - state.OutcomeGas;
        long refund = state.Outcome == EvmFailure.None ? Math.Max(0, state.Refund) : 0;
        gasUsed = used - Math.Min(refund, used / state.Rules.RefundDivisor);
        if (!run.TryLoad(state.Block.Coinbase, out int coinbase, out EvmSignal signal))
        {
            return signal;
        }
        int sender = world.Find(state.Origin);
        ulong left = tx.GasLimit - (ulong)gasUsed;
        world.SetBalance(sender, world.Accounts[sender].Balance + (state.GasPrice * left));
        EvmWord tip = (state.GasPrice - state.Block.BaseFee) * (ulong)gasUsed;
        world.SetBalance(coinbase, world.Accounts[coinbase].Balance + tip);
        world.Touch(coinbase);
        if (!tip.IsZero || !state.Rules.ClearsEmptyAccounts)
        {
            world.SetExists(coinbase);
        }
        return EvmSignal.Next;
    }

    private static EvmSignal BeginCreation(ref EvmRun run, EvmTransaction tx, int sender, long gas)
    {
        EvmState state = run.State;
        EvmAddress address = EvmCreation.AddressOf(state.Origin, tx.Nonce);
        if (!run.TryLoad(address, out int account, out EvmSignal signal)
            || !EvmCreation.TrySeeCollision(ref run, account, out bool collides, out signal))
        {
            return signal;
        }
        run.World.Warm(account);
        if (collides)
        {
            (state.Outcome, state.OutcomeGas) = (EvmFailure.AddressCollision, 0);
            return EvmSignal.Finished;
        }
        EvmCode code = new(tx.Data.Span, EvmKeccak.Hash(tx.Data.Span));
        EvmCreation.Enter(
            state, EvmFrameKind.CreateTransaction, code, account, state.Origin, sender, tx.Value, gas);
        return EvmSignal.FrameChanged;
    }

    private static EvmSignal RunPrecompile(
        ref EvmRun run, EvmTransaction tx, int sender, int account, long gas, int number)
    {
        EvmState state = run.State;
        long cost = EvmPrecompiles.Gas(number, state.Rules, tx.Data.Span);
        (state.Outcome, state.OutcomeGas) = (EvmFailure.OutOfGas, 0);
        if (cost > gas)
        {
            return EvmSignal.Finished;
        }
        if (!run.TryChargeMessage(cost, out EvmSignal signal))
        {
            return signal;
        }
        state.Outcome = EvmFailure.PrecompileFailed;
        if (EvmPrecompiles.TryRun(number, tx.Data.Span, out byte[] output))
        {
            EvmCalls.Transfer(state.Rules, run.World, sender, account, tx.Value);
            state.SetReturnData(output);
            (state.Outcome, state.OutcomeGas) = (EvmFailure.None, gas - cost);
        }
        return EvmSignal.Finished;
    }
}
