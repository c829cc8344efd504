namespace Granary.Vms.Evm;

internal static partial class EvmInstructions
{
    /// <summary>How many blocks back one can ask for a hash.</summary>
    private const int BlockHashesBack = 256;

    public static EvmSignal Exp(ref EvmRun run)
    {
        ref EvmWord exponent = ref run.Peek(1);
        if (!run.TryCharge((long)run.Rules.ExpByteGas * exponent.ByteCount, out EvmSignal signal))
        {
            return signal;
        }
        exponent = EvmBits.Power(run.Peek(), exponent);
        run.Drop(1);
        return EvmSignal.Next;
    }

    public static EvmSignal Log(ref EvmRun run, int topicCount)
    {
        if (run.Frame.IsStatic)
        {
            return run.Fail(EvmFailure.StaticViolation);
        }
        EvmWord length = run.Peek(1);
        if (!run.TryExpand(run.Peek(), length, out EvmSignal signal)
            || !run.TryCharge(EvmGas.LogByte * (long)length.U0, out signal))
        {
            return signal;
        }
        EvmWord[] topics = new EvmWord[topicCount];
        for (int i = 0; i < topicCount; i++)
        {
            topics[i] = run.Peek(2 + i);
        }
        byte[] data = run.Region(run.Peek(), length).ToArray();
        if (!run.State.TryAddLog(new EvmLog(run.Frame.Address, topics, data)))
        {
            return run.Stop(TrapKind.LimitExceeded);
        }
        run.Drop(2 + topicCount);
        return EvmSignal.Next;
    }

    /// <summary>Instructions that ask for something outside the frame.</summary>
    public static EvmSignal Environment(ref EvmRun run, EvmOp op) => op switch
    {
        EvmOp.Balance or EvmOp.ExtCodeSize or EvmOp.ExtCodeHash => AskAccount(ref run, op),
        EvmOp.BlockHash => BlockHash(ref run),
        EvmOp.BlobHash => BlobHash(ref run),
        _ => PushKnown(ref run, op),
    };

    private static EvmSignal PushKnown(ref EvmRun run, EvmOp op)
    {
        EvmState state = run.State;
        EvmWord value = op switch
        {
            EvmOp.Origin => state.Origin.ToWord(),
            EvmOp.GasPrice => state.GasPrice,
            EvmOp.CodeSize => (ulong)run.Frame.Code.Length,
            EvmOp.ReturnDataSize => (ulong)state.ReturnDataLength,
            EvmOp.Coinbase => state.Block.Coinbase.ToWord(),
            EvmOp.Timestamp => state.Block.Timestamp,
            EvmOp.Number => state.Block.Number,
            EvmOp.PrevRandao => state.Block.PrevRandao,
            EvmOp.GasLimit => state.Block.GasLimit,
            EvmOp.ChainId => state.ChainId,
            EvmOp.SelfBalance => run.World.Accounts[run.Frame.Account].Balance,
            EvmOp.BaseFee => state.Block.BaseFee,
            EvmOp.BlobBaseFee => state.Block.BlobBaseFee,
            _ => throw new InvalidOperationException($"The table let instruction {op} through."),
        };
        // One more word than there was: the table has checked that there is room.
        run.Drop(-1);
        run.Peek() = value;
        return EvmSignal.Next;
    }

    private static EvmSignal AskAccount(ref EvmRun run, EvmOp op)
    {
        EvmAddress address = EvmAddress.FromWord(run.Peek());
        if (!run.TryAccess(address, EvmGas.ColdAccount - EvmGas.WarmAccess, out int index, out EvmSignal signal))
        {
            return signal;
        }
        EvmAccount account = run.World.Accounts[index];
        if (op == EvmOp.ExtCodeSize && !run.TryLoadCode(index, out signal))
        {
            return signal;
        }
        run.Peek() = op switch
        {
            EvmOp.Balance => account.Balance,
            EvmOp.ExtCodeSize => (ulong)account.Code!.Length,
            _ => account.Exists && !account.IsEmpty ? account.CodeHash : EvmWord.Zero,
        };
        return EvmSignal.Next;
    }

    private static EvmSignal BlockHash(ref EvmRun run)
    {
        ref EvmWord top = ref run.Peek();
        ulong present = run.State.Block.Number;
        if (!top.IsUInt64 || top.U0 >= present || present - top.U0 > BlockHashesBack)
        {
            top = EvmWord.Zero;
            return EvmSignal.Next;
        }
        run.Settle();
        TrapKind trap = run.Store.ReadBlockHash(top.U0, out top);
        run.Recount();
        EvmSignal signal = EvmSignal.Next;
        run.NoTrap(trap, ref signal);
        return signal;
    }

    private static EvmSignal BlobHash(ref EvmRun run)
    {
        ref EvmWord top = ref run.Peek();
        EvmWord[] hashes = run.State.BlobHashes;
        top = top.Saturated < (ulong)hashes.Length ? hashes[top.U0] : EvmWord.Zero;
        return EvmSignal.Next;
    }
}
