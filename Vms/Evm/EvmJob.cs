namespace Granary.Vms.Evm;

/// <summary>What a message asked for. Saved: numbers never change.</summary>
internal enum EvmEntry : byte
{
    None = 0,
    RunTx = 1,
    RunBlock = 2,
    Call = 3,
    StateRoot = 4,
    Account = 5,
}

/// <summary>A message on its way: what it is about and how far it has come.</summary>
internal sealed class EvmJob
{
    public EvmEntry Entry { get; set; }

    public EvmPhase Phase { get; set; }

    public byte[] Payload { get; set; } = [];

    /// <summary>Counts within the phase.</summary>
    public int Step { get; set; }

    /// <summary>The account that a phase has come to.</summary>
    public int Account { get; set; }

    /// <summary>Where the next transaction begins in the payload.</summary>
    public int Next { get; set; }

    /// <summary>Where the transactions end.</summary>
    public int End { get; set; }

    /// <summary>Where the bytes of the present transaction are.</summary>
    public int TransactionOffset { get; set; }

    public int TransactionLength { get; set; }

    public EvmAddress Sender { get; set; }

    /// <summary>The present transaction, read from the payload when somebody asks.</summary>
    public EvmTransaction? Transaction { get; set; }

    public long GasUsed { get; set; }

    /// <summary>Of the block so far.</summary>
    public ulong BlockGasUsed { get; set; }

    public ulong BlockBlobGasUsed { get; set; }

    public uint BlockLogs { get; set; }

    public EvmHead Head { get; set; }

    /// <summary>The receipt that a single transaction is answered with.</summary>
    public byte[] Reply { get; set; } = [];

    public List<EvmResult> Results { get; } = [];

    public EvmTrieBuilder Accounts { get; } = new();

    public EvmTrieBuilder Slots { get; } = new();

    /// <summary>The last key that the walk has seen.</summary>
    public byte[] Walked { get; set; } = [];

    /// <summary>The account whose slots are walked, or null.</summary>
    public EvmWord? WalkedAccount { get; set; }

    /// <summary>All slots of that account are seen. Never so between two steps.</summary>
    public bool SlotsDone { get; set; }
}

/// <summary>The last block.</summary>
internal readonly record struct EvmHead(ulong Number, ulong Timestamp, EvmWord Hash);

/// <summary>What a block's summary says of a transaction.</summary>
internal readonly record struct EvmResult(EvmWord Hash, EvmFailure Failure, long GasUsed);
