using System.Buffers;

namespace Granary.Vms.Evm;

/// <summary>How contracts are made.</summary>
internal static class EvmCreation
{
    public static EvmSignal Create(ref EvmRun run, EvmOp op)
    {
        EvmFrame frame = run.Frame;
        if (frame.IsStatic)
        {
            return run.Fail(EvmFailure.StaticViolation);
        }
        EvmWord value = run.Peek();
        EvmWord offset = run.Peek(1);
        EvmWord length = run.Peek(2);
        EvmWord salt = op == EvmOp.Create2 ? run.Peek(3) : EvmWord.Zero;
        if (length > (ulong)run.Rules.InitCodeBytesMax)
        {
            return run.Fail(EvmFailure.InitCodeTooLong);
        }
        int wordGas = run.Rules.InitCodeWordGas + (op == EvmOp.Create2 ? EvmGas.KeccakWord : 0);
        if (!run.TryExpand(offset, length, out EvmSignal signal)
            || !run.TryCharge(wordGas * EvmGas.Words(length.U0), out signal))
        {
            return signal;
        }
        EvmAccount creator = run.World.Accounts[frame.Account];
        run.State.SetReturnData([]);
        if (run.State.Depth > EvmState.DepthMax || creator.Balance < value || creator.Nonce == ulong.MaxValue)
        {
            run.Drop(op == EvmOp.Create2 ? 4 : 3);
            EvmCalls.Push(run.State, frame, EvmWord.Zero);
            return EvmSignal.Next;
        }
        ReadOnlySpan<byte> initCode = run.Region(offset, length);
        EvmWord codeHash = EvmKeccak.Hash(initCode);
        EvmAddress address = op == EvmOp.Create2
            ? AddressOf(frame.Address, salt, codeHash)
            : AddressOf(frame.Address, creator.Nonce);
        run.World.SetNonce(frame.Account, creator.Nonce + 1);
        if (!run.TryLoad(address, out int account, out signal) || !TrySeeCollision(
            ref run, account, out bool collides, out signal))
        {
            return signal;
        }
        if (run.Rules.HasColdAccess)
        {
            run.World.Warm(account);
        }
        run.Settle();
        run.Drop(op == EvmOp.Create2 ? 4 : 3);
        long gas = run.Rules.KeepsSixtyFourth ? run.Gas - (run.Gas / 64) : run.Gas;
        if (collides)
        {
            EvmCalls.Push(run.State, frame, EvmWord.Zero);
            run.Begin(run.Gas - gas);
            return EvmSignal.Next;
        }
        frame.Pc++;
        frame.Gas = run.Gas - gas;
        EvmFrameKind kind = op == EvmOp.Create2 ? EvmFrameKind.Create2 : EvmFrameKind.Create;
        Enter(run.State, kind, new EvmCode(initCode, codeHash), account, frame.Address, frame.Account, value, gas);
        return EvmSignal.FrameChanged;
    }

    /// <summary>Begins the frame that runs the code that makes a contract.</summary>
    public static void Enter(
        EvmState state, EvmFrameKind kind, EvmCode initCode, int account, EvmAddress creator, int creatorAccount,
        in EvmWord value, long gas)
    {
        EvmWorld world = state.World;
        EvmFrame frame = state.Push();
        frame.Kind = kind;
        frame.Code = initCode;
        frame.Gas = gas;
        frame.Address = world.Accounts[account].Address;
        frame.Account = account;
        frame.Caller = creator;
        frame.Value = value;
        frame.IsStatic = false;
        (frame.InputOffset, frame.InputLength, frame.OutputOffset, frame.OutputLength) = (0, 0, 0, 0);
        frame.WorldMark = world.Mark;
        frame.LogMark = state.Logs.Count;
        frame.RefundMark = state.Refund;
        world.SetExists(account);
        world.SetCreated(account);
        if (state.Rules.ClearsEmptyAccounts)
        {
            world.SetNonce(account, 1);
        }
        EvmCalls.Transfer(state.Rules, world, creatorAccount, account, value);
    }

    /// <summary>The output of a creation that ended well becomes the contract's code.</summary>
    public static EvmSignal End(ref EvmRun run, scoped ReadOnlySpan<byte> output)
    {
        if (output.Length > run.Rules.CodeBytesMax)
        {
            return run.Fail(EvmFailure.CodeTooLong);
        }
        if (run.Rules.RefusesEofCode && output.Length > 0 && output[0] == 0xEF)
        {
            return run.Fail(EvmFailure.CodeBeginsWithEf);
        }
        long cost = (long)EvmGas.CodeByte * output.Length;
        bool paid = cost <= run.Gas;
        if (!paid && run.Rules.CodeMustBePaid)
        {
            return run.Fail(EvmFailure.OutOfGas);
        }
        if (paid)
        {
            if (!run.TryCharge(cost, out EvmSignal signal))
            {
                return signal;
            }
            run.World.SetCode(run.Frame.Account, run.Codes.Get(output, EvmKeccak.Hash(output)));
        }
        run.Settle();
        return EvmCalls.End(ref run, EvmFailure.None, run.Gas, []);
    }

    /// <summary>A contract cannot be made where there is one, or where slots are stored (EIP-684, EIP-7610).</summary>
    public static bool TrySeeCollision(ref EvmRun run, int account, out bool collides, out EvmSignal signal)
    {
        signal = EvmSignal.Next;
        EvmAccount at = run.World.Accounts[account];
        collides = at.Nonce != 0 || at.HasCode;
        if (collides || !at.Stored.Exists)
        {
            return true;
        }
        run.Settle();
        TrapKind trap = run.Store.FindSlot(at.Key, out ReadOnlyMemory<byte> slot);
        run.Recount();
        collides = !slot.IsEmpty;
        return run.NoTrap(trap, ref signal);
    }

    /// <summary>The address of what an account creates with its nonce.</summary>
    public static EvmAddress AddressOf(EvmAddress creator, ulong nonce)
    {
        ArrayBufferWriter<byte> items = new(32);
        EvmRlp.WriteAddress(items, creator);
        EvmRlp.WriteNumber(items, nonce);
        ArrayBufferWriter<byte> list = new(items.WrittenCount + 1);
        EvmRlp.WriteList(list, items.WrittenSpan);
        return EvmAddress.FromWord(EvmKeccak.Hash(list.WrittenSpan));
    }

    /// <summary>The address of what an account creates with a salt (EIP-1014).</summary>
    public static EvmAddress AddressOf(EvmAddress creator, in EvmWord salt, in EvmWord initCodeHash)
    {
        Span<byte> bytes = stackalloc byte[1 + EvmAddress.Bytes + (2 * EvmWord.Bytes)];
        bytes[0] = 0xFF;
        creator.WriteTo(bytes[1..]);
        salt.WriteTo(bytes.Slice(1 + EvmAddress.Bytes, EvmWord.Bytes));
        initCodeHash.WriteTo(bytes[(1 + EvmAddress.Bytes + EvmWord.Bytes)..]);
        return EvmAddress.FromWord(EvmKeccak.Hash(bytes));
    }
}
