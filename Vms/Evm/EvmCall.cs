namespace Granary.Vms.Evm;

/// <summary>The operands of a call, checked and paid.</summary>
internal readonly record struct EvmCall
{
    public EvmOp Op { get; init; }

    /// <summary>Whose code runs.</summary>
    public EvmAddress Address { get; init; }

    public int Account { get; init; }

    public EvmWord Value { get; init; }

    /// <summary>Gas out of the caller's.</summary>
    public long Gas { get; init; }

    /// <summary>Gas that comes for nothing with a value.</summary>
    public long Stipend { get; init; }

    /// <summary>In the shared memory.</summary>
    public int InputOffset { get; init; }

    public int InputLength { get; init; }

    /// <summary>In the caller's memory.</summary>
    public int OutputOffset { get; init; }

    public int OutputLength { get; init; }
}
