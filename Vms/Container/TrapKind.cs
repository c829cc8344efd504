namespace Granary.Vms;

/// <summary>What a machine did wrong. Stored in journals: numbers never change and are never used again.</summary>
public enum TrapKind : byte
{
    None = 0,

    /// <summary>The code holds no such instruction, or it is cut short.</summary>
    UndefinedInstruction = 1,
    StackUnderflow = 2,
    StackOverflow = 3,

    /// <summary>The message's gas is spent.</summary>
    OutOfGas = 4,

    /// <summary>The message names an entry point that the program does not have.</summary>
    NoSuchEntry = 5,

    /// <summary>A size is over its limit (<see cref="VmLimits"/> or the kernel's).</summary>
    LimitExceeded = 6,

    /// <summary>An operand of the wrong type or outside its range.</summary>
    BadOperand = 7,

    /// <summary>The message was cancelled from outside.</summary>
    Cancelled = 8,
}
