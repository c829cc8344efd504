namespace Granary.Vms.Evm;

/// <summary>What a transaction must fulfil to be in a block, and what it costs before it runs.</summary>
internal static class EvmTransactionRules
{
    private const byte BlobHashVersion = 1;

    /// <summary>Half of the order of secp256k1: s above it is another spelling of the same signature (EIP-2).</summary>
    private static readonly EvmWord _lowSignatureMax =
        new(0xDFE92F46681B20A0, 0x5D576E7357A4501D, 0xFFFFFFFFFFFFFFFF, 0x7FFFFFFFFFFFFFFF);

    /// <summary>What the transaction itself shows.</summary>
    public static EvmTransactionError CheckAlone(
        EvmTransaction tx, EvmRules rules, in EvmWord chainId, EvmBlock block, ulong blockGasLeft)
    {
        if (tx.Type > rules.TransactionTypeMax)
        {
            return EvmTransactionError.TypeNotSupported;
        }
        if (tx.ChainId is { } id && id != chainId)
        {
            return EvmTransactionError.InvalidChainId;
        }
        if (rules.LowSignatures && tx.S > _lowSignatureMax)
        {
            return EvmTransactionError.InvalidSignature;
        }
        if (tx.GasLimit > blockGasLeft || tx.GasLimit > long.MaxValue)
        {
            return EvmTransactionError.GasAllowanceExceeded;
        }
        if (IntrinsicGas(tx, rules) > (long)tx.GasLimit)
        {
            return EvmTransactionError.IntrinsicGasTooLow;
        }
        if (tx.To is null && tx.Data.Length > rules.InitCodeBytesMax)
        {
            return EvmTransactionError.InitcodeSizeExceeded;
        }
        if (tx.MaxPriorityFee > tx.MaxFee)
        {
            return EvmTransactionError.PriorityGreaterThanMaxFeePerGas;
        }
        if (rules.HasBaseFee && tx.MaxFee < block.BaseFee)
        {
            return EvmTransactionError.InsufficientMaxFeePerGas;
        }
        return tx.Type == EvmTransaction.TypeBlob ? CheckBlobs(tx, block) : EvmTransactionError.None;
    }

    /// <summary>What its sender's account shows.</summary>
    public static EvmTransactionError CheckSender(EvmTransaction tx, EvmAccount sender)
    {
        if (sender.HasCode)
        {
            return EvmTransactionError.SenderNotEoa;
        }
        if (tx.Nonce != sender.Nonce)
        {
            return tx.Nonce < sender.Nonce ? EvmTransactionError.NonceTooLow : EvmTransactionError.NonceTooHigh;
        }
        if (tx.Nonce == ulong.MaxValue)
        {
            return EvmTransactionError.NonceIsMax;
        }
        bool fits = EvmWord.TryMultiply(tx.GasLimit, tx.MaxFee, out EvmWord cost)
            & EvmWord.TryMultiply(tx.BlobGas, tx.MaxBlobFee, out EvmWord blobCost);
        return fits && EvmWord.TryAdd(cost, blobCost, out cost) && EvmWord.TryAdd(cost, tx.Value, out cost)
            && cost <= sender.Balance
            ? EvmTransactionError.None
            : EvmTransactionError.InsufficientAccountFunds;
    }

    /// <summary>Gas that is gone before the first instruction.</summary>
    public static long IntrinsicGas(EvmTransaction tx, EvmRules rules)
    {
        ReadOnlySpan<byte> data = tx.Data.Span;
        int zeros = data.Count((byte)0);
        long gas = EvmGas.Transaction + ((long)zeros * EvmGas.DataZeroByte)
            + ((long)(data.Length - zeros) * rules.DataByteGas);
        if (tx.To is null)
        {
            gas += rules.CreateTransactionGas + (rules.InitCodeWordGas * EvmGas.Words((ulong)data.Length));
        }
        foreach (EvmAccess access in tx.AccessList)
        {
            gas += EvmGas.AccessListAddress + ((long)EvmGas.AccessListKey * access.Slots.Length);
        }
        return gas;
    }

    /// <summary>What a unit of gas costs in this block.</summary>
    public static EvmWord Price(EvmTransaction tx, EvmBlock block)
    {
        EvmWord tip = tx.MaxFee - block.BaseFee;
        return block.BaseFee + (tx.MaxPriorityFee < tip ? tx.MaxPriorityFee : tip);
    }

    private static EvmTransactionError CheckBlobs(EvmTransaction tx, EvmBlock block)
    {
        if (tx.To is null)
        {
            return EvmTransactionError.Type3TxContractCreation;
        }
        if (tx.BlobHashes.Length == 0)
        {
            return EvmTransactionError.Type3TxZeroBlobs;
        }
        if (tx.BlobHashes.Length > EvmFees.BlobsPerBlockMax)
        {
            return EvmTransactionError.Type3TxBlobCountExceeded;
        }
        foreach (EvmWord hash in tx.BlobHashes)
        {
            if (hash.U3 >> 56 != BlobHashVersion)
            {
                return EvmTransactionError.Type3TxInvalidBlobVersionedHash;
            }
        }
        return tx.MaxBlobFee < block.BlobBaseFee
            ? EvmTransactionError.InsufficientMaxFeePerBlobGas
            : EvmTransactionError.None;
    }
}
