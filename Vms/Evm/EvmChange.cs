namespace Granary.Vms.Evm;

/// <summary>What a change of the world did. Saved: numbers never change.</summary>
internal enum EvmChangeKind : byte
{
    Balance = 0,
    Nonce = 1,
    CodeHash = 2,
    Exists = 3,
    Created = 4,
    Destructed = 5,
    Touched = 6,
    Warm = 7,
    Slot = 8,
    SlotWarm = 9,
    Transient = 10,
}

/// <summary>One step of the world and what was there before it, so that it can be undone.</summary>
/// <param name="Account">Index of the account.</param>
/// <param name="Slot">Index of the slot, for changes of slots.</param>
internal readonly record struct EvmChange(EvmChangeKind Kind, int Account, int Slot, EvmWord Before);
