namespace Granary.Vms.Wasm;

/// <summary>What stops a machine, in the words of the specification.</summary>
internal enum WasmTrap : byte
{
    None,
    Unreachable,
    DivideByZero,
    IntegerOverflow,
    InvalidConversion,
    OutOfBoundsMemory,
    OutOfBoundsTable,
    UndefinedElement,
    UninitializedElement,
    IndirectCallMismatch,
    StackExhausted,
    OutOfGas,
    LimitExceeded,
    BadHostCall,

    /// <summary>No trap: the step is for another part of the interpreter.</summary>
    NotNumeric,
}

internal static class WasmTraps
{
    public static string TextOf(WasmTrap trap) => trap switch
    {
        WasmTrap.Unreachable => "unreachable",
        WasmTrap.DivideByZero => "integer divide by zero",
        WasmTrap.IntegerOverflow => "integer overflow",
        WasmTrap.InvalidConversion => "invalid conversion to integer",
        WasmTrap.OutOfBoundsMemory => "out of bounds memory access",
        WasmTrap.OutOfBoundsTable => "out of bounds table access",
        WasmTrap.UndefinedElement => "undefined element",
        WasmTrap.UninitializedElement => "uninitialized element",
        WasmTrap.IndirectCallMismatch => "indirect call type mismatch",
        WasmTrap.StackExhausted => "call stack exhausted",
        WasmTrap.OutOfGas => "out of gas",
        WasmTrap.LimitExceeded => "limit exceeded",
        WasmTrap.BadHostCall => "bad argument of a host call",
        _ => throw new ArgumentOutOfRangeException(nameof(trap)),
    };

    public static TrapKind KindOf(WasmTrap trap) => trap switch
    {
        WasmTrap.Unreachable => TrapKind.UndefinedInstruction,
        WasmTrap.StackExhausted => TrapKind.StackOverflow,
        WasmTrap.OutOfGas => TrapKind.OutOfGas,
        WasmTrap.LimitExceeded => TrapKind.LimitExceeded,
        _ => TrapKind.BadOperand,
    };
}
