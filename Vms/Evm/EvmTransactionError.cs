namespace Granary.Vms.Evm;

/// <summary>Why a transaction cannot be in a block. The names are those of Ethereum's test suites, where they have
/// one; they are what clients see.</summary>
internal enum EvmTransactionError : byte
{
    None = 0,

    /// <summary>Its bytes are no transaction.</summary>
    RlpMalformed = 1,
    TypeNotSupported = 2,
    InvalidChainId = 3,
    InvalidSignature = 4,
    NonceTooLow = 5,
    NonceTooHigh = 6,
    NonceIsMax = 7,
    SenderNotEoa = 8,
    IntrinsicGasTooLow = 9,

    /// <summary>Its gas limit is beyond what is left of the block's.</summary>
    GasAllowanceExceeded = 10,
    InitcodeSizeExceeded = 11,
    InsufficientAccountFunds = 12,
    PriorityGreaterThanMaxFeePerGas = 13,

    /// <summary>Below the base fee.</summary>
    InsufficientMaxFeePerGas = 14,
    InsufficientMaxFeePerBlobGas = 15,
    Type3TxZeroBlobs = 16,
    Type3TxBlobCountExceeded = 17,
    Type3TxInvalidBlobVersionedHash = 18,
    Type3TxContractCreation = 19,
}
