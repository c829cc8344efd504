using System.Globalization;
using System.Text;

namespace Granary.Vms.Evm;

/// <summary>
/// Takes a message through its phases. Between any two steps, and between any two instructions, the machine can be
/// saved.
/// </summary>
internal sealed partial class EvmDriver(EvmProgram program, EvmState state)
{
    private VmExit? _exit;

    private EvmJob Job => state.Job;

    public VmExit Run(ref EvmRun run)
    {
        if (Job.Phase == EvmPhase.Idle)
        {
            return VmExit.Halted.Empty;
        }
        run.Begin(0);
        while (true)
        {
            if (run.SliceOver)
            {
                return VmExit.SliceEnded.Instance;
            }
            EvmSignal signal = Step(ref run);
            if (_exit is not null)
            {
                return _exit;
            }
            switch (signal)
            {
                case EvmSignal.SliceEnded:
                    return VmExit.SliceEnded.Instance;
                case EvmSignal.Trapped:
                    return new VmExit.Trapped(run.Trap, Site());
            }
        }
    }

    private EvmSignal Step(ref EvmRun run) => Job.Phase switch
    {
        EvmPhase.UnknownEntry => Unknown(),
        EvmPhase.Start => ReadHead(ref run),
        EvmPhase.Genesis => WriteGenesis(ref run),
        EvmPhase.Open => Open(ref run),
        EvmPhase.Buy => Buy(ref run),
        EvmPhase.AccessList => AccessList(ref run),
        EvmPhase.Begin => Begin(ref run),
        EvmPhase.Run => RunFrames(ref run),
        EvmPhase.Settle => Settle(ref run),
        EvmPhase.Write => Write(ref run),
        EvmPhase.Receipt => Receipt(ref run),
        EvmPhase.Close => Close(ref run),
        EvmPhase.Root => WalkStep(ref run),
        EvmPhase.Ask => Ask(ref run),
        _ => throw new InvalidOperationException($"Phase {Job.Phase} takes no step."),
    };

    private EvmSignal Unknown()
    {
        _exit = new VmExit.Trapped(TrapKind.NoSuchEntry, new TrapSite(
            "no such entry; a world has " + string.Join(", ", program.EntryPoints)));
        return EvmSignal.Finished;
    }

    private EvmSignal ReadHead(ref EvmRun run)
    {
        EvmSignal signal = EvmSignal.Next;
        if (!run.NoTrap(run.Store.ReadHead(out ReadOnlyMemory<byte> bytes), ref signal))
        {
            return signal;
        }
        run.Recount();
        if (bytes.IsEmpty)
        {
            Job.Phase = EvmPhase.Genesis;
            return signal;
        }
        Job.Head = EvmHeads.Decode(bytes.Span);
        Job.Phase = EvmPhase.Open;
        return signal;
    }

    /// <summary>One record, code or slot of the genesis; at last the head.</summary>
    private EvmSignal WriteGenesis(ref EvmRun run)
    {
        EvmSignal signal = EvmSignal.Next;
        IReadOnlyList<EvmGenesisAccount> accounts = program.Genesis.Accounts;
        TrapKind trap;
        if (Job.Account == accounts.Count)
        {
            EvmHead head = new(0, program.Genesis.Timestamp, EvmKeccak.Hash(program.Genesis.Encode()));
            Job.Head = head;
            trap = run.Store.WriteHead(EvmHeads.Encode(head));
            trap = trap == TrapKind.None ? run.Store.WriteBlockHash(0, head.Hash) : trap;
            Job.Phase = EvmPhase.Open;
            (Job.Account, Job.Step) = (0, 0);
        }
        else
        {
            EvmGenesisAccount account = accounts[Job.Account];
            trap = EvmHeads.WriteGenesisStep(run.Store, account, Job.Step);
            Job.Step++;
            if (Job.Step == account.Slots.Count + 1)
            {
                (Job.Account, Job.Step) = (Job.Account + 1, 0);
            }
        }
        run.Recount();
        run.NoTrap(trap, ref signal);
        return signal;
    }

    /// <summary>Understands the payload.</summary>
    private EvmSignal Open(ref EvmRun run)
    {
        // Reading and hashing the payload, at the price of calldata.
        if (!run.TryChargeMessage((long)state.Rules.DataByteGas * Job.Payload.Length, out EvmSignal signal))
        {
            return signal;
        }
        if (!run.NoTrap(run.Store.ReadTime(out long time), ref signal))
        {
            return signal;
        }
        run.Recount();
        ulong now = (ulong)Math.Max(0, time) / 1_000;
        EvmBlock block = new()
        {
            Number = Job.Head.Number + 1, Timestamp = Math.Max(now, Job.Head.Timestamp + 1),
            Coinbase = program.Genesis.Coinbase, GasLimit = program.Genesis.GasLimit,
            BaseFee = program.Genesis.BaseFee, PrevRandao = EvmKeccak.Hash(Job.Head.Hash.ToBytes()),
        };
        switch (Job.Entry)
        {
            case EvmEntry.StateRoot:
                Job.Phase = EvmPhase.Root;
                Job.Walked = [EvmStore.AccountPrefix];
                return signal;
            case EvmEntry.Call or EvmEntry.Account:
                state.Block = block;
                Job.Phase = EvmPhase.Ask;
                return signal;
        }
        if (EvmPayload.Read(Job.Payload) is not { } bytes)
        {
            return Refuse("the payload begins with 0x but is not hexadecimal");
        }
        Job.Payload = bytes;
        if (!EvmPayload.TryOpen(Job, ref block, out string error))
        {
            return Refuse(error);
        }
        if (block.Number <= Job.Head.Number || block.Timestamp <= Job.Head.Timestamp)
        {
            return Refuse($"block {block.Number} at time {block.Timestamp} is not behind the head, which is block "
                + $"{Job.Head.Number} at time {Job.Head.Timestamp}");
        }
        state.Block = block;
        Job.Phase = EvmPhase.Buy;
        return signal;
    }

    /// <summary>Ends the message without a trace of it.</summary>
    private EvmSignal Refuse(string text)
    {
        _exit = new VmExit.Reverted(Encoding.UTF8.GetBytes(text));
        return EvmSignal.Finished;
    }

    private TrapSite Site()
    {
        string site = string.Create(
            NumberFormatInfo.InvariantInfo,
            $"{Job.Phase}, block {state.Block.Number}, transaction {Job.Results.Count}");
        if (state.Depth > 0)
        {
            EvmFrame frame = state.Top;
            byte op = frame.Code.Padded[frame.Pc];
            string name = EvmOpcodes.Find(op)?.Name ?? $"0x{op:X2}";
            site = string.Create(
                NumberFormatInfo.InvariantInfo, $"{site}, depth {state.Depth - 1}, pc {frame.Pc}, {name}");
        }
        return new TrapSite(site);
    }
}
