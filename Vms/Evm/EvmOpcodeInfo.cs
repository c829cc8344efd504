namespace Granary.Vms.Evm;

/// <summary>What the loop checks before an instruction, in the form in which it can do so with one comparison each.
/// </summary>
/// <remarks>Heights are in bytes of the stack, so that the loop can use one number as height and as offset.</remarks>
internal readonly struct EvmOpcodeInfo(int gas, int needs, int change)
{
    public readonly int Gas = gas;

    /// <summary>The least height.</summary>
    public readonly int LowBytes = needs * EvmWord.Bytes;

    /// <summary>By how much the height may be above the least one.</summary>
    public readonly int SpanBytes =
        Math.Max(0, (EvmState.StackWordsMax - Math.Max(0, change) - needs) * EvmWord.Bytes);

    /// <summary>Fails every check of the stack; <see cref="IsUndefined"/> tells why.</summary>
    public static EvmOpcodeInfo Undefined { get; } = new(0, EvmState.StackWordsMax + 1, 0);

    public bool IsUndefined => LowBytes > EvmState.StackWordsMax * EvmWord.Bytes;
}
