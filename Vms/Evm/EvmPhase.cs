namespace Granary.Vms.Evm;

/// <summary>What a machine does next. Saved: numbers never change.</summary>
internal enum EvmPhase : byte
{
    Idle = 0,
    UnknownEntry = 1,

    /// <summary>Reads the head of the chain; there is none before the first message.</summary>
    Start = 2,

    /// <summary>Stores the accounts that the world begins with.</summary>
    Genesis = 3,

    /// <summary>Reads the payload.</summary>
    Open = 4,

    /// <summary>Reads, checks and pays for the next transaction.</summary>
    Buy = 5,
    AccessList = 6,
    Begin = 7,

    /// <summary>Frames run.</summary>
    Run = 8,
    Settle = 9,

    /// <summary>Stores what the transaction changed.</summary>
    Write = 10,

    /// <summary>Publishes the receipt.</summary>
    Receipt = 11,

    /// <summary>Stores the block's hash and the head.</summary>
    Close = 12,

    /// <summary>Walks through accounts and slots for the state root.</summary>
    Root = 13,

    /// <summary>Begins what is only asked, and undone.</summary>
    Ask = 14,
}
