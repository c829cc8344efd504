namespace Granary.Vms.Evm;

/// <summary>
/// The accounts that a transaction has touched, over what is stored. Changes are journalled, so that a frame that fails
/// takes back its own and those of the frames it called.
/// </summary>
/// <remarks>Nothing is written before the transaction ends. Tables are only for finding; order is that of lists.
/// </remarks>
internal sealed class EvmWorld(ulong seed)
{
    /// <summary>About what an account, a slot and a change take in memory and in a snapshot.</summary>
    private const int AccountBytes = 256;
    private const int SlotBytes = 160;
    private const int ChangeBytes = 48;

    private readonly EvmKeyComparer _comparer = new(seed);
    private readonly Dictionary<EvmAddress, int> _index = new(new EvmKeyComparer(seed));

    public List<EvmAccount> Accounts { get; } = [];

    public List<EvmChange> Changes { get; } = [];

    /// <summary>About the bytes that all this takes.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Where to go back to.</summary>
    public int Mark => Changes.Count;

    public ulong Seed { get; } = seed;

    public int Find(EvmAddress address) => _index.TryGetValue(address, out int index) ? index : -1;

    public int Add(EvmAddress address, in EvmWord key)
    {
        _index.Add(address, Accounts.Count);
        Accounts.Add(new EvmAccount(address, key, _comparer));
        HeldBytes += AccountBytes;
        return Accounts.Count - 1;
    }

    public int AddSlot(int account, in EvmSlot slot)
    {
        HeldBytes += SlotBytes;
        return Accounts[account].AddSlot(slot);
    }

    public int AddTransient(int account, in EvmTransientSlot slot)
    {
        HeldBytes += SlotBytes;
        return Accounts[account].AddTransient(slot);
    }

    /// <summary>Counts code that an account holds from now on.</summary>
    public void Hold(EvmAccount account, EvmCode code)
    {
        account.Code = code;
        HeldBytes += code.Length;
    }

    public void SetBalance(int account, in EvmWord balance)
    {
        EvmAccount at = Accounts[account];
        Note(EvmChangeKind.Balance, account, at.Balance);
        at.Balance = balance;
    }

    public void SetNonce(int account, ulong nonce)
    {
        EvmAccount at = Accounts[account];
        Note(EvmChangeKind.Nonce, account, at.Nonce);
        at.Nonce = nonce;
    }

    public void SetCode(int account, EvmCode code)
    {
        EvmAccount at = Accounts[account];
        Note(EvmChangeKind.CodeHash, account, at.CodeHash);
        at.CodeHash = code.Hash;
        Hold(at, code);
    }

    public void SetExists(int account)
    {
        EvmAccount at = Accounts[account];
        if (!at.Exists)
        {
            Note(EvmChangeKind.Exists, account, EvmWord.Zero);
            at.Exists = true;
        }
    }

    public void SetCreated(int account)
    {
        EvmAccount at = Accounts[account];
        if (!at.IsCreated)
        {
            Note(EvmChangeKind.Created, account, EvmWord.Zero);
            at.IsCreated = true;
        }
    }

    public void SetDestructed(int account)
    {
        EvmAccount at = Accounts[account];
        if (!at.IsDestructed)
        {
            Note(EvmChangeKind.Destructed, account, EvmWord.Zero);
            at.IsDestructed = true;
        }
    }

    public void Touch(int account)
    {
        EvmAccount at = Accounts[account];
        if (!at.IsTouched)
        {
            Note(EvmChangeKind.Touched, account, EvmWord.Zero);
            at.IsTouched = true;
        }
    }

    /// <summary>True when it was the first touch.</summary>
    public bool Warm(int account)
    {
        EvmAccount at = Accounts[account];
        if (at.IsWarm)
        {
            return false;
        }
        Note(EvmChangeKind.Warm, account, EvmWord.Zero);
        at.IsWarm = true;
        return true;
    }

    /// <summary>True when it was the first touch.</summary>
    public bool WarmSlot(int account, int slot)
    {
        EvmAccount at = Accounts[account];
        if (at.Slots[slot].IsWarm)
        {
            return false;
        }
        Note(EvmChangeKind.SlotWarm, account, EvmWord.Zero, slot);
        at.Slots[slot] = at.Slots[slot] with { IsWarm = true };
        return true;
    }

    public void SetSlot(int account, int slot, in EvmWord value)
    {
        EvmAccount at = Accounts[account];
        Note(EvmChangeKind.Slot, account, at.Slots[slot].Value, slot);
        at.Slots[slot] = at.Slots[slot] with { Value = value };
    }

    public EvmWord GetTransient(int account, in EvmWord slot)
    {
        EvmAccount at = Accounts[account];
        int index = at.FindTransient(slot);
        return index < 0 ? EvmWord.Zero : at.TransientSlots[index].Value;
    }

    public void SetTransient(int account, in EvmWord slot, in EvmWord value)
    {
        EvmAccount at = Accounts[account];
        int index = at.FindTransient(slot);
        if (index < 0)
        {
            index = AddTransient(account, new EvmTransientSlot(slot, EvmWord.Zero));
        }
        Note(EvmChangeKind.Transient, account, at.TransientSlots[index].Value, index);
        at.TransientSlots[index] = new EvmTransientSlot(slot, value);
    }

    /// <summary>Takes back everything since a mark.</summary>
    public void Revert(int mark)
    {
        for (int i = Changes.Count - 1; i >= mark; i--)
        {
            Undo(Changes[i]);
        }
        HeldBytes -= (long)(Changes.Count - mark) * ChangeBytes;
        Changes.RemoveRange(mark, Changes.Count - mark);
    }

    /// <summary>Keeps a change that was restored from a snapshot.</summary>
    public void Restore(in EvmChange change) => Note(change.Kind, change.Account, change.Before, change.Slot);

    private void Note(EvmChangeKind kind, int account, in EvmWord before, int slot = 0)
    {
        Changes.Add(new EvmChange(kind, account, slot, before));
        HeldBytes += ChangeBytes;
    }

    private void Undo(in EvmChange change)
    {
        EvmAccount at = Accounts[change.Account];
        switch (change.Kind)
        {
            case EvmChangeKind.Balance:
                at.Balance = change.Before;
                break;
            case EvmChangeKind.Nonce:
                at.Nonce = change.Before.U0;
                break;
            case EvmChangeKind.CodeHash:
                HeldBytes -= at.Code?.Length ?? 0;
                at.CodeHash = change.Before;
                // Asked for again when it is needed: before a creation there is none.
                at.Code = null;
                break;
            case EvmChangeKind.Exists:
                at.Exists = false;
                break;
            case EvmChangeKind.Created:
                at.IsCreated = false;
                break;
            case EvmChangeKind.Destructed:
                at.IsDestructed = false;
                break;
            case EvmChangeKind.Touched:
                at.IsTouched = false;
                break;
            case EvmChangeKind.Warm:
                at.IsWarm = false;
                break;
            case EvmChangeKind.Slot:
                at.Slots[change.Slot] = at.Slots[change.Slot] with { Value = change.Before };
                break;
            case EvmChangeKind.SlotWarm:
                at.Slots[change.Slot] = at.Slots[change.Slot] with { IsWarm = false };
                break;
            case EvmChangeKind.Transient:
                at.TransientSlots[change.Slot] = at.TransientSlots[change.Slot] with { Value = change.Before };
                break;
            default:
                throw new InvalidOperationException($"There is no change {change.Kind}.");
        }
    }
}
