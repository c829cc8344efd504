namespace Granary.Vms.Evm;

/// <summary>What instructions can learn of the block that their transaction is in.</summary>
internal sealed record EvmBlock
{
    public ulong Number { get; init; }

    /// <summary>Unix seconds.</summary>
    public ulong Timestamp { get; init; }

    public EvmAddress Coinbase { get; init; }

    public ulong GasLimit { get; init; }

    /// <summary>From Paris on randomness of the network, before it the difficulty.</summary>
    public EvmWord PrevRandao { get; init; }

    public EvmWord BaseFee { get; init; }

    public ulong ExcessBlobGas { get; init; }

    public EvmWord BlobBaseFee => EvmFees.BlobBaseFee(ExcessBlobGas);
}
