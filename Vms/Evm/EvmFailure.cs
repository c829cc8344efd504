namespace Granary.Vms.Evm;

/// <summary>Why a frame ended without success. Saved and shown in receipts: numbers never change.</summary>
internal enum EvmFailure : byte
{
    None = 0,
    Reverted = 1,
    OutOfGas = 2,
    StackUnderflow = 3,
    StackOverflow = 4,
    InvalidOpcode = 5,
    InvalidJump = 6,
    StaticViolation = 7,
    ReturnDataOutOfBounds = 8,
    InitCodeTooLong = 9,
    CodeTooLong = 10,
    CodeBeginsWithEf = 11,
    AddressCollision = 12,
    PrecompileFailed = 13,
}
