namespace Granary.Vms.Evm;

/// <summary>An account that the transaction has touched: as it was before, and as it is.</summary>
internal sealed class EvmAccount(EvmAddress address, EvmWord key, EvmKeyComparer comparer)
{
    private Dictionary<EvmWord, int>? _slotIndex;
    private Dictionary<EvmWord, int>? _transientIndex;

    public EvmAddress Address { get; } = address;

    /// <summary>Keccak of the address: its place in <c>data/</c> and in the Merkle Patricia tree.</summary>
    public EvmWord Key { get; } = key;

    /// <summary>As stored; <see cref="EvmAccountRecord.Absent"/> when it is not.</summary>
    public EvmAccountRecord Stored { get; set; } = EvmAccountRecord.Absent;

    public bool Exists { get; set; }

    public ulong Nonce { get; set; }

    public EvmWord Balance { get; set; }

    public EvmWord CodeHash { get; set; } = EvmKeccak.OfNothing;

    /// <summary>The code, or null while nobody has asked for it.</summary>
    public EvmCode? Code { get; set; }

    /// <summary>Not the first touch any more (EIP-2929).</summary>
    public bool IsWarm { get; set; }

    /// <summary>To be removed at the end when it is empty (EIP-161).</summary>
    public bool IsTouched { get; set; }

    /// <summary>Made by this transaction: has no stored slots, and may destroy itself.</summary>
    public bool IsCreated { get; set; }

    public bool IsDestructed { get; set; }

    public List<EvmSlot> Slots { get; } = [];

    /// <summary>Slots that live as long as the transaction (EIP-1153).</summary>
    public List<EvmTransientSlot> TransientSlots { get; } = [];

    public bool HasCode => CodeHash != EvmKeccak.OfNothing;

    /// <summary>Empty by EIP-161; true for an account that does not exist.</summary>
    public bool IsEmpty => Nonce == 0 && Balance.IsZero && !HasCode;

    public EvmAccountRecord Current => new(Exists, Nonce, Balance, CodeHash);

    public int FindSlot(in EvmWord slot) =>
        _slotIndex is not null && _slotIndex.TryGetValue(slot, out int index) ? index : -1;

    public int AddSlot(in EvmSlot slot)
    {
        _slotIndex ??= new Dictionary<EvmWord, int>(comparer);
        _slotIndex.Add(slot.Key, Slots.Count);
        Slots.Add(slot);
        return Slots.Count - 1;
    }

    public int FindTransient(in EvmWord slot) =>
        _transientIndex is not null && _transientIndex.TryGetValue(slot, out int index) ? index : -1;

    public int AddTransient(in EvmTransientSlot slot)
    {
        _transientIndex ??= new Dictionary<EvmWord, int>(comparer);
        _transientIndex.Add(slot.Key, TransientSlots.Count);
        TransientSlots.Add(slot);
        return TransientSlots.Count - 1;
    }
}

/// <summary>What <c>data/</c> says of an account.</summary>
internal readonly record struct EvmAccountRecord(bool Exists, ulong Nonce, EvmWord Balance, EvmWord CodeHash)
{
    public static EvmAccountRecord Absent { get; } = new(false, 0, EvmWord.Zero, EvmKeccak.OfNothing);
}

/// <summary>A slot of storage: before the transaction, and now.</summary>
internal record struct EvmSlot(EvmWord Key, EvmWord Original, EvmWord Value, bool IsWarm);

internal record struct EvmTransientSlot(EvmWord Key, EvmWord Value);
