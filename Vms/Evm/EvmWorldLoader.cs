namespace Granary.Vms.Evm;

/// <summary>Brings what is stored into the world of a transaction; the host charges for it.</summary>
internal static class EvmWorldLoader
{
    public static TrapKind LoadAccount(EvmState state, EvmStore store, EvmAddress address, out int account)
    {
        account = -1;
        Span<byte> bytes = stackalloc byte[EvmAddress.Bytes];
        address.WriteTo(bytes);
        EvmWord key = EvmKeccak.Hash(bytes);
        TrapKind trap = store.ReadAccount(key, out EvmAccountRecord record);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        account = state.World.Add(address, key);
        EvmAccount at = state.World.Accounts[account];
        at.Stored = record;
        (at.Exists, at.Nonce, at.Balance, at.CodeHash) = (record.Exists, record.Nonce, record.Balance, record.CodeHash);
        return CheckHeld(state);
    }

    /// <summary>Code that is missing (an import may lack it) is no code.</summary>
    public static TrapKind LoadCode(EvmState state, EvmStore store, EvmCodeCache codes, EvmAccount account)
    {
        if (!account.HasCode)
        {
            account.Code = EvmCode.Empty;
            return TrapKind.None;
        }
        TrapKind trap = store.ReadCode(account.CodeHash, out ReadOnlyMemory<byte> code);
        if (trap != TrapKind.None)
        {
            return trap;
        }
        state.World.Hold(account, codes.Get(code.Span, account.CodeHash));
        return CheckHeld(state);
    }

    public static TrapKind LoadSlot(EvmState state, EvmStore store, int account, in EvmWord slot, out int index)
    {
        index = -1;
        EvmAccount at = state.World.Accounts[account];
        EvmWord value = EvmWord.Zero;
        // What the transaction made has nothing stored: a creation at an address with slots is refused.
        if (!at.IsCreated && at.Stored.Exists)
        {
            TrapKind trap = store.ReadSlot(at.Key, slot, out value);
            if (trap != TrapKind.None)
            {
                return trap;
            }
        }
        index = state.World.AddSlot(account, new EvmSlot(slot, value, value, false));
        return CheckHeld(state);
    }

    private static TrapKind CheckHeld(EvmState state) =>
        state.World.HeldBytes > state.WorldBytesMax ? TrapKind.LimitExceeded : TrapKind.None;
}
