namespace Granary.Vms.Evm;

/// <summary>A signed transaction as its bytes say it.</summary>
internal sealed record EvmTransaction
{
    public const int TypeLegacy = 0;
    public const int TypeAccessList = 1;
    public const int TypeDynamicFee = 2;
    public const int TypeBlob = 3;

    public int Type { get; init; }

    /// <summary>Null for the oldest signatures, which hold for every chain.</summary>
    public EvmWord? ChainId { get; init; }

    public ulong Nonce { get; init; }

    /// <summary>The most that a unit of gas may cost: the price of types 0 and 1.</summary>
    public EvmWord MaxFee { get; init; }

    /// <summary>The most for the coinbase; as <see cref="MaxFee"/> for types 0 and 1.</summary>
    public EvmWord MaxPriorityFee { get; init; }

    public ulong GasLimit { get; init; }

    /// <summary>Null: a contract is made.</summary>
    public EvmAddress? To { get; init; }

    public EvmWord Value { get; init; }

    public ReadOnlyMemory<byte> Data { get; init; }

    public IReadOnlyList<EvmAccess> AccessList { get; init; } = [];

    public EvmWord MaxBlobFee { get; init; }

    public EvmWord[] BlobHashes { get; init; } = [];

    /// <summary>Keccak of the signed bytes: the transaction's name.</summary>
    public EvmWord Hash { get; init; }

    /// <summary>Keccak of what was signed.</summary>
    public EvmWord SigningHash { get; init; }

    /// <summary>0 or 1: which of two points the signature's r stands for.</summary>
    public int Parity { get; init; }

    public EvmWord R { get; init; }

    public EvmWord S { get; init; }

    public ulong BlobGas => (ulong)BlobHashes.Length * EvmFees.BlobGas;
}

/// <summary>An entry of an access list (EIP-2930).</summary>
internal sealed record EvmAccess(EvmAddress Address, EvmWord[] Slots);
