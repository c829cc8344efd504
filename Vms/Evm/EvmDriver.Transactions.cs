namespace Granary.Vms.Evm;

internal sealed partial class EvmDriver
{
    /// <summary>How many block hashes are kept.</summary>
    private const ulong BlockHashesKept = 256;

    private EvmTransaction Transaction => Job.Transaction ??= Decode()!;

    private EvmTransaction? Decode() => EvmTransactionDecoder.Decode(
        Job.Payload.AsMemory(Job.TransactionOffset, Job.TransactionLength), out _, out _);

    /// <summary>Reads, checks and pays for the next transaction, or closes the block.</summary>
    private EvmSignal Buy(ref EvmRun run)
    {
        if (Job.Next == Job.End && (Job.Entry == EvmEntry.RunBlock || Job.Results.Count > 0))
        {
            Job.Phase = EvmPhase.Close;
            return EvmSignal.Next;
        }
        if (!EvmPayload.TryNext(Job, out string? error))
        {
            return RefuseTransaction(EvmTransactionError.RlpMalformed, error!);
        }
        // Finding the sender is most of the work that a transaction makes before it runs.
        if (!run.TryChargeMessage(EvmGas.Transaction, out EvmSignal signal))
        {
            return signal;
        }
        ReadOnlyMemory<byte> bytes = Job.Payload.AsMemory(Job.TransactionOffset, Job.TransactionLength);
        EvmTransaction? tx = EvmTransactionDecoder.Decode(bytes, out EvmTransactionError kind, out error);
        if (tx is null)
        {
            return RefuseTransaction(kind, error!);
        }
        kind = EvmTransactionRules.CheckAlone(
            tx, state.Rules, state.ChainId, state.Block, state.Block.GasLimit - Job.BlockGasUsed);
        if (kind == EvmTransactionError.None
            && Job.BlockBlobGasUsed + tx.BlobGas > EvmFees.BlobsPerBlockMax * (ulong)EvmFees.BlobGas)
        {
            kind = EvmTransactionError.Type3TxBlobCountExceeded;
        }
        if (kind != EvmTransactionError.None)
        {
            return RefuseTransaction(kind, EvmTransactionTexts.Explain(kind, tx, state));
        }
        if (!EvmSecp256k1.TryRecover(tx.SigningHash, tx.Parity, tx.R, tx.S, out EvmAddress sender))
        {
            return RefuseTransaction(EvmTransactionError.InvalidSignature, "no key can have made this signature");
        }
        state.ClearTransaction(tx.Hash.U0);
        signal = EvmExecution.Buy(ref run, tx, sender, out kind);
        if (signal != EvmSignal.Next)
        {
            return signal;
        }
        if (kind != EvmTransactionError.None)
        {
            return RefuseTransaction(kind, EvmTransactionTexts.Explain(kind, tx, state, sender));
        }
        (Job.Transaction, Job.Sender) = (tx, sender);
        Job.Phase = EvmPhase.AccessList;
        Job.Step = 0;
        return signal;
    }

    private EvmSignal AccessList(ref EvmRun run)
    {
        int step = Job.Step;
        if (EvmExecution.TryAccessStep(ref run, Transaction, ref step, out EvmSignal signal))
        {
            Job.Step = step;
            return signal;
        }
        Job.Phase = EvmPhase.Begin;
        return EvmSignal.Next;
    }

    private EvmSignal Begin(ref EvmRun run)
    {
        EvmSignal signal = EvmExecution.Begin(ref run, Transaction);
        Job.Phase = signal switch
        {
            EvmSignal.FrameChanged => EvmPhase.Run,
            EvmSignal.Finished => EvmPhase.Settle,
            _ => Job.Phase,
        };
        return signal;
    }

    private EvmSignal RunFrames(ref EvmRun run)
    {
        EvmSignal signal = EvmInterpreter.Run(ref run);
        run.Begin(0);
        if (signal != EvmSignal.Finished)
        {
            return signal;
        }
        if (Job.Entry == EvmEntry.Call)
        {
            return Answer();
        }
        Job.Phase = EvmPhase.Settle;
        return EvmSignal.Next;
    }

    private EvmSignal Settle(ref EvmRun run)
    {
        EvmSignal signal = EvmExecution.Settle(ref run, Transaction, out long gasUsed);
        if (signal == EvmSignal.Next)
        {
            Job.GasUsed = gasUsed;
            Job.Phase = EvmPhase.Write;
            (Job.Account, Job.Step) = (0, 0);
        }
        return signal;
    }

    private EvmSignal Write(ref EvmRun run)
    {
        EvmSignal signal = EvmSignal.Next;
        if (Job.Account == run.World.Accounts.Count)
        {
            Job.Phase = EvmPhase.Receipt;
            return signal;
        }
        int step = Job.Step;
        if (!EvmWorldWriter.WriteStep(state, run.Store, Job.Account, ref step, out TrapKind trap))
        {
            Job.Account++;
            step = 0;
        }
        Job.Step = step;
        run.Recount();
        run.NoTrap(trap, ref signal);
        return signal;
    }

    private EvmSignal Receipt(ref EvmRun run)
    {
        EvmSignal signal = EvmSignal.Next;
        Job.BlockGasUsed += (ulong)Job.GasUsed;
        Job.BlockBlobGasUsed += Transaction.BlobGas;
        byte[] receipt = EvmReceipts.Write(state, Transaction);
        if (!run.NoTrap(run.Store.Emit("receipt", receipt), ref signal))
        {
            return signal;
        }
        run.Recount();
        Job.BlockLogs += (uint)state.Logs.Count;
        Job.Results.Add(new EvmResult(Transaction.Hash, state.Outcome, Job.GasUsed));
        Job.Reply = Job.Entry == EvmEntry.RunTx ? receipt : [];
        Job.Transaction = null;
        state.ClearTransaction(0);
        Job.Phase = EvmPhase.Buy;
        return signal;
    }

    private EvmSignal Close(ref EvmRun run)
    {
        EvmSignal signal = EvmSignal.Next;
        EvmBlock block = state.Block;
        EvmHead head = new(block.Number, block.Timestamp, EvmHeads.HashOf(Job.Head, block, Job.Results));
        EvmStore store = run.Store;
        TrapKind trap = store.WriteBlockHash(head.Number, head.Hash);
        if (trap == TrapKind.None && head.Number > BlockHashesKept)
        {
            trap = store.DeleteBlockHash(head.Number - BlockHashesKept - 1);
        }
        trap = trap == TrapKind.None ? store.WriteHead(EvmHeads.Encode(head)) : trap;
        if (!run.NoTrap(trap, ref signal))
        {
            return signal;
        }
        _exit = new VmExit.Halted(Job.Entry == EvmEntry.RunTx ? Job.Reply : EvmReceipts.WriteBlock(head, Job));
        return EvmSignal.Finished;
    }

    private EvmSignal RefuseTransaction(EvmTransactionError kind, string why) =>
        Refuse($"transaction {Job.Results.Count}: {kind}: {why}");
}
