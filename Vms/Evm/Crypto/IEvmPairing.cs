namespace Granary.Vms.Evm;

/// <summary>What differs between the curves that can be paired.</summary>
internal interface IEvmPairing<T>
    where T : struct, IEvmField<T>
{
    /// <summary>Multiplies by ξ, of which the tower takes the sixth root w.</summary>
    static abstract EvmFp2<T> MultiplyByXi(in EvmFp2<T> x);

    /// <summary>The order of the groups.</summary>
    static abstract EvmWord Order { get; }

    /// <summary>How far Miller's loop counts; the sign of the parameter does not matter for a product of 1.</summary>
    static abstract UInt128 LoopCount { get; }

    /// <summary>The twist is y² = x³ + b/ξ (a D-twist), not b·ξ (an M-twist).</summary>
    static abstract bool DividesTwist { get; }

    /// <summary>Two more lines follow the loop (the optimal ate pairing of Barreto-Naehrig curves).</summary>
    static abstract bool HasFrobeniusLines { get; }
}
