namespace Granary.Vms.Evm;

/// <summary>Stores what a transaction changed, one key a step, so that a slice can end in between.</summary>
internal static class EvmWorldWriter
{
    /// <summary>The first two steps of an account: its code, its record. Slots follow.</summary>
    private const int StepsBeforeSlots = 2;

    /// <summary>Takes the next step for an account; false when there is none left.</summary>
    /// <param name="step">Where to go on; it is moved.</param>
    public static bool WriteStep(EvmState state, EvmStore store, int index, ref int step, out TrapKind trap)
    {
        EvmAccount account = state.World.Accounts[index];
        trap = TrapKind.None;
        if (step == 0)
        {
            Settle(state.Rules, account);
            step++;
            if (account.Exists && account.CodeHash != account.Stored.CodeHash && account.Code is { } code)
            {
                trap = store.WriteCode(code);
                return true;
            }
        }
        if (step == 1)
        {
            step++;
            if (account.Current != account.Stored)
            {
                trap = store.WriteAccount(account);
                return true;
            }
        }
        if (!account.Exists)
        {
            return WipeStep(store, account, out trap);
        }
        while (step - StepsBeforeSlots < account.Slots.Count)
        {
            EvmSlot slot = account.Slots[step - StepsBeforeSlots];
            step++;
            if (slot.Value != slot.Original)
            {
                trap = store.WriteSlot(account.Key, slot.Key, slot.Value);
                return true;
            }
        }
        return false;
    }

    /// <summary>What destroyed itself, or is empty and was touched, is gone.</summary>
    private static void Settle(EvmRules rules, EvmAccount account)
    {
        bool cleared = rules.ClearsEmptyAccounts && account.IsTouched && account.IsEmpty;
        if (account.IsDestructed || cleared)
        {
            account.Exists = false;
            account.Nonce = 0;
            account.Balance = EvmWord.Zero;
            account.CodeHash = EvmKeccak.OfNothing;
        }
    }

    /// <summary>Removes one slot of an account that is gone; since Cancun such accounts never had any.</summary>
    private static bool WipeStep(EvmStore store, EvmAccount account, out TrapKind trap)
    {
        trap = TrapKind.None;
        if (!account.Stored.Exists)
        {
            return false;
        }
        trap = store.FindSlot(account.Key, out ReadOnlyMemory<byte> name);
        if (trap != TrapKind.None)
        {
            return true;
        }
        if (name.IsEmpty)
        {
            return false;
        }
        trap = store.Delete(name.Span);
        return true;
    }
}
