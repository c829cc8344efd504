namespace Granary.Vms.Evm;

/// <summary>Prices and refunds of SSTORE in one rule set.</summary>
internal sealed record EvmStorageGas
{
    /// <summary>Fails when no more than this is left, so that a call with a stipend cannot write (EIP-2200).</summary>
    public int LeftMin { get; init; } = -1;

    /// <summary>Prices look at the value before the transaction too (EIP-1283, EIP-2200).</summary>
    public bool IsNet { get; init; }

    /// <summary>Writing what is there already, or again in the same transaction.</summary>
    public int Again { get; init; } = 5_000;

    /// <summary>From 0 to another value.</summary>
    public int Set { get; init; } = 20_000;

    /// <summary>From a value other than 0.</summary>
    public int Reset { get; init; } = 5_000;

    /// <summary>Refund for a value that becomes 0.</summary>
    public int ClearRefund { get; init; } = 15_000;

    /// <summary>Touching a slot for the first time costs this beside (EIP-2929).</summary>
    public int Cold { get; init; }

    public static EvmStorageGas Frontier { get; } = new();

    public static EvmStorageGas Constantinople { get; } = new() { IsNet = true, Again = 200 };

    public static EvmStorageGas Istanbul { get; } = new() { IsNet = true, Again = 800, LeftMin = 2_300 };

    public static EvmStorageGas Berlin { get; } = new()
    {
        IsNet = true, Again = 100, Reset = 2_900, Cold = 2_100, LeftMin = 2_300,
    };

    public static EvmStorageGas London { get; } = Berlin with { ClearRefund = 4_800 };
}
