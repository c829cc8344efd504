namespace Granary.Vms.Evm;

internal sealed partial class EvmDriver
{
    /// <summary>One key of the walk through accounts and slots, in the order of the Merkle Patricia tree.</summary>
    private EvmSignal WalkStep(ref EvmRun run)
    {
        EvmSignal signal = EvmSignal.Next;
        if (!run.NoTrap(
            run.Store.Next(Job.Walked, out ReadOnlyMemory<byte> name, out ReadOnlyMemory<byte> value), ref signal))
        {
            return signal;
        }
        run.Recount();
        if (!EvmRootWalk.Step(Job, name.Span, value.Span))
        {
            _exit = new VmExit.Halted(EvmReceipts.WriteWord(Job.Accounts.Finish()));
            return EvmSignal.Finished;
        }
        // The record of an account that is walked is not stored in the machine; it is read again when its slots are
        // done.
        if (Job.WalkedAccount is { } account && Job.SlotsDone)
        {
            if (!run.NoTrap(run.Store.ReadAccount(account, out EvmAccountRecord record), ref signal))
            {
                return signal;
            }
            run.Recount();
            EvmRootWalk.EndAccount(Job, account, record);
        }
        return signal;
    }

    /// <summary>Answers what is only asked: an account, or what a call would do.</summary>
    private EvmSignal Ask(ref EvmRun run)
    {
        if (Job.Entry == EvmEntry.Account)
        {
            return AskAccount(ref run);
        }
        if (!EvmQuestion.TryRead(Job.Payload, state.Block.GasLimit, out EvmQuestion question, out string error))
        {
            return Refuse(error);
        }
        state.ClearTransaction(0);
        state.Origin = question.From;
        if (!run.TryLoad(question.From, out int sender, out EvmSignal signal))
        {
            return signal;
        }
        if (run.World.Accounts[sender].Balance < question.Value)
        {
            return Refuse($"{question.From} has {run.World.Accounts[sender].Balance}, which does not cover the value");
        }
        EvmTransaction asked = question.ToTransaction(run.World.Accounts[sender].Nonce, state.Rules);
        signal = EvmExecution.Begin(ref run, asked);
        switch (signal)
        {
            case EvmSignal.Finished:
                return Answer();
            case EvmSignal.FrameChanged:
                Job.Phase = EvmPhase.Run;
                break;
        }
        return signal;
    }

    private EvmSignal AskAccount(ref EvmRun run)
    {
        if (EvmPayload.Read(Job.Payload) is not { Length: EvmAddress.Bytes } bytes)
        {
            return Refuse("the payload is no address: 20 bytes, or 0x and 40 hexadecimal digits");
        }
        if (!run.TryLoad(EvmAddress.FromBytes(bytes), out int index, out EvmSignal signal)
            || !run.TryLoadCode(index, out signal))
        {
            return signal;
        }
        _exit = new VmExit.Halted(EvmReceipts.WriteAccount(run.World.Accounts[index]));
        return EvmSignal.Finished;
    }

    /// <summary>What a call returned, as hexadecimal text; nothing of it stays.</summary>
    private EvmSignal Answer()
    {
        byte[] output = EvmReceipts.WriteBytes(state.ReturnData);
        _exit = state.Outcome switch
        {
            EvmFailure.None => new VmExit.Halted(output),
            EvmFailure.Reverted => new VmExit.Reverted(output),
            _ => new VmExit.Reverted(System.Text.Encoding.UTF8.GetBytes($"the call failed: {state.Outcome}")),
        };
        return EvmSignal.Finished;
    }
}
