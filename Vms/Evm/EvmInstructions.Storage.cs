namespace Granary.Vms.Evm;

internal static partial class EvmInstructions
{
    public static EvmSignal SLoad(ref EvmRun run)
    {
        int account = run.Frame.Account;
        if (!TryAccessSlot(ref run, run.Peek(), run.Rules.Storage.Cold - EvmGas.WarmAccess, out int slot,
            out EvmSignal signal))
        {
            return signal;
        }
        run.Peek() = run.World.Accounts[account].Slots[slot].Value;
        return EvmSignal.Next;
    }

    public static EvmSignal SStore(ref EvmRun run)
    {
        if (run.Frame.IsStatic)
        {
            return run.Fail(EvmFailure.StaticViolation);
        }
        EvmStorageGas prices = run.Rules.Storage;
        if (run.Gas <= prices.LeftMin)
        {
            return run.Fail(EvmFailure.OutOfGas);
        }
        int account = run.Frame.Account;
        if (!TryAccessSlot(ref run, run.Peek(), prices.Cold, out int index, out EvmSignal signal))
        {
            return signal;
        }
        EvmSlot slot = run.World.Accounts[account].Slots[index];
        EvmWord value = run.Peek(1);
        if (!run.TryCharge(StoreGas(prices, slot, value), out signal))
        {
            return signal;
        }
        run.State.Refund += StoreRefund(prices, slot, value);
        if (slot.Value != value)
        {
            run.World.SetSlot(account, index, value);
        }
        run.Drop(2);
        return EvmSignal.Next;
    }

    public static EvmSignal TLoad(ref EvmRun run)
    {
        ref EvmWord top = ref run.Peek();
        top = run.World.GetTransient(run.Frame.Account, top);
        return EvmSignal.Next;
    }

    public static EvmSignal TStore(ref EvmRun run)
    {
        if (run.Frame.IsStatic)
        {
            return run.Fail(EvmFailure.StaticViolation);
        }
        run.World.SetTransient(run.Frame.Account, run.Peek(), run.Peek(1));
        run.Drop(2);
        return EvmSignal.Next;
    }

    private static bool TryAccessSlot(ref EvmRun run, in EvmWord key, long coldGas, out int slot, out EvmSignal signal)
    {
        int account = run.Frame.Account;
        slot = run.World.Accounts[account].FindSlot(key);
        bool cold = run.Rules.HasColdAccess
            && (slot < 0 || !run.World.Accounts[account].Slots[slot].IsWarm);
        if (cold && !run.TryCharge(coldGas, out signal))
        {
            return false;
        }
        if (!run.TryLoadSlot(account, key, out slot, out signal))
        {
            return false;
        }
        if (cold)
        {
            run.World.WarmSlot(account, slot);
        }
        return true;
    }

    private static long StoreGas(EvmStorageGas prices, in EvmSlot slot, in EvmWord value)
    {
        if (!prices.IsNet)
        {
            return slot.Value.IsZero && !value.IsZero ? prices.Set : prices.Reset;
        }
        if (slot.Value == value || slot.Value != slot.Original)
        {
            return prices.Again;
        }
        return slot.Original.IsZero ? prices.Set : prices.Reset;
    }

    /// <summary>EIP-2200 with the sums of EIP-3529; a refund may be taken back.</summary>
    private static long StoreRefund(EvmStorageGas prices, in EvmSlot slot, in EvmWord value)
    {
        if (slot.Value == value)
        {
            return 0;
        }
        if (!prices.IsNet)
        {
            return !slot.Value.IsZero && value.IsZero ? prices.ClearRefund : 0;
        }
        if (slot.Value == slot.Original)
        {
            return !slot.Original.IsZero && value.IsZero ? prices.ClearRefund : 0;
        }
        long refund = 0;
        if (!slot.Original.IsZero)
        {
            refund -= slot.Value.IsZero ? prices.ClearRefund : 0;
            refund += value.IsZero ? prices.ClearRefund : 0;
        }
        if (slot.Original == value)
        {
            refund += (slot.Original.IsZero ? prices.Set : prices.Reset) - prices.Again;
        }
        return refund;
    }
}
