namespace Granary.Vms.Evm;

/// <summary>Says of a transaction that was refused what is wrong and what would be right.</summary>
internal static class EvmTransactionTexts
{
    public static string Explain(
        EvmTransactionError kind, EvmTransaction tx, EvmState state, EvmAddress sender = default)
    {
        int index = state.World.Find(sender);
        EvmAccountRecord account = index < 0 ? EvmAccountRecord.Absent : state.World.Accounts[index].Current;
        EvmBlock block = state.Block;
        return kind switch
        {
            EvmTransactionError.TypeNotSupported =>
                $"type {tx.Type}; {state.Rules.Revision} has types up to {state.Rules.TransactionTypeMax}",
            EvmTransactionError.InvalidChainId => $"signed for chain {tx.ChainId}; this is chain {state.ChainId}",
            EvmTransactionError.InvalidSignature => "s is in the upper half of its range",
            EvmTransactionError.NonceTooLow => $"nonce {tx.Nonce}; the next one of {sender} is {account.Nonce}",
            EvmTransactionError.NonceTooHigh => $"nonce {tx.Nonce}; the next one of {sender} is {account.Nonce}",
            EvmTransactionError.NonceIsMax => $"{sender} has used every nonce",
            EvmTransactionError.SenderNotEoa => $"{sender} is a contract",
            EvmTransactionError.IntrinsicGasTooLow =>
                $"gas limit {tx.GasLimit}; before its first instruction it needs "
                + $"{EvmTransactionRules.IntrinsicGas(tx, state.Rules)}",
            EvmTransactionError.GasAllowanceExceeded =>
                $"gas limit {tx.GasLimit}; the block's is {block.GasLimit}, {state.Job.BlockGasUsed} of it used",
            EvmTransactionError.InitcodeSizeExceeded =>
                $"init code of {tx.Data.Length} bytes; the most is {state.Rules.InitCodeBytesMax}",
            EvmTransactionError.InsufficientAccountFunds =>
                $"{sender} has {account.Balance}, which does not cover value and the most that the gas may cost",
            EvmTransactionError.PriorityGreaterThanMaxFeePerGas =>
                $"priority fee {tx.MaxPriorityFee} is above the most that gas may cost, {tx.MaxFee}",
            EvmTransactionError.InsufficientMaxFeePerGas =>
                $"gas may cost {tx.MaxFee}; the block's base fee is {block.BaseFee}",
            EvmTransactionError.InsufficientMaxFeePerBlobGas =>
                $"blob gas may cost {tx.MaxBlobFee}; in this block it is {block.BlobBaseFee}",
            EvmTransactionError.Type3TxZeroBlobs => "a transaction of type 3 without blobs",
            EvmTransactionError.Type3TxBlobCountExceeded =>
                $"{tx.BlobHashes.Length} blobs; a block has {EvmFees.BlobsPerBlockMax} at most",
            EvmTransactionError.Type3TxInvalidBlobVersionedHash => "a blob's hash does not begin with 1",
            EvmTransactionError.Type3TxContractCreation => "a transaction of type 3 cannot make a contract",
            _ => "it is malformed",
        };
    }
}
