using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>What curves and towers need of the numbers that they are over.</summary>
internal interface IEvmField<T>
    where T : struct, IEvmField<T>
{
    static abstract T Zero { get; }

    static abstract T One { get; }

    /// <summary>The prime below which coordinates lie.</summary>
    static abstract BigInteger Prime { get; }

    bool IsZero { get; }

    static abstract T operator +(in T a, in T b);

    static abstract T operator -(in T a, in T b);

    static abstract T operator *(in T a, in T b);

    static abstract bool AreEqual(in T a, in T b);

    /// <summary>The number that multiplies to 1; 0 for 0.</summary>
    static abstract T Invert(in T a);
}
