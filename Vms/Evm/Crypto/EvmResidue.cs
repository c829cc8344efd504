using System.Numerics;
using System.Runtime.CompilerServices;

namespace Granary.Vms.Evm;

/// <summary>A number modulo a prime of at most 256 bits, in Montgomery's form.</summary>
/// <remarks>For public data only: the time it takes depends on the values.</remarks>
internal readonly struct EvmResidue<TModulus> : IEvmField<EvmResidue<TModulus>>
    where TModulus : IEvmModulus
{
    private readonly EvmWord _value;

    private EvmResidue(in EvmWord value) => _value = value;

    public static EvmResidue<TModulus> Zero => default;

    public static EvmResidue<TModulus> One { get; } = From(EvmWord.One);

    public static BigInteger Prime { get; } = EvmModulus.ToNumber(TModulus.Prime);

    public bool IsZero => _value.IsZero;

    /// <summary>Of a number below the prime.</summary>
    public static EvmResidue<TModulus> From(in EvmWord number) => new(Multiply(number, TModulus.Square));

    public static EvmResidue<TModulus> operator +(in EvmResidue<TModulus> a, in EvmResidue<TModulus> b)
    {
        EvmWord sum = a._value + b._value;
        // A prime of 256 bits can make the sum wrap.
        return new(sum < a._value || sum >= TModulus.Prime ? sum - TModulus.Prime : sum);
    }

    public static EvmResidue<TModulus> operator -(in EvmResidue<TModulus> a, in EvmResidue<TModulus> b)
    {
        EvmWord difference = a._value - b._value;
        return new(a._value < b._value ? difference + TModulus.Prime : difference);
    }

    public static EvmResidue<TModulus> operator *(in EvmResidue<TModulus> a, in EvmResidue<TModulus> b) =>
        new(Multiply(a._value, b._value));

    public static bool AreEqual(in EvmResidue<TModulus> a, in EvmResidue<TModulus> b) => a._value == b._value;

    public static EvmResidue<TModulus> Invert(in EvmResidue<TModulus> a) =>
        a.Power(TModulus.Prime - (EvmWord)2);

    public EvmResidue<TModulus> Power(in EvmWord exponent)
    {
        EvmResidue<TModulus> result = One;
        for (int bit = exponent.BitCount - 1; bit >= 0; bit--)
        {
            result *= result;
            if (EvmCurve.Bit(exponent, bit))
            {
                result *= this;
            }
        }
        return result;
    }

    public EvmWord ToWord() => Multiply(_value, EvmWord.One);

    /// <summary>a * b / 2^256 modulo the prime: multiplied and reduced limb by limb.</summary>
    private static EvmWord Multiply(in EvmWord a, in EvmWord b)
    {
        EvmWord p = TModulus.Prime;
        ulong t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
        Row(a.U0, b, p, ref t0, ref t1, ref t2, ref t3, ref t4);
        Row(a.U1, b, p, ref t0, ref t1, ref t2, ref t3, ref t4);
        Row(a.U2, b, p, ref t0, ref t1, ref t2, ref t3, ref t4);
        Row(a.U3, b, p, ref t0, ref t1, ref t2, ref t3, ref t4);
        EvmWord result = new(t0, t1, t2, t3);
        return t4 != 0 || result >= p ? result - p : result;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Row(
        ulong a, in EvmWord b, in EvmWord p, ref ulong t0, ref ulong t1, ref ulong t2, ref ulong t3, ref ulong t4)
    {
        ulong carry = 0;
        t0 = MultiplyAdd(a, b.U0, t0, ref carry);
        t1 = MultiplyAdd(a, b.U1, t1, ref carry);
        t2 = MultiplyAdd(a, b.U2, t2, ref carry);
        t3 = MultiplyAdd(a, b.U3, t3, ref carry);
        ulong top = t4 + carry;
        ulong overflow = top < carry ? 1UL : 0;
        ulong m = t0 * TModulus.NegativeInverse;
        carry = 0;
        _ = MultiplyAdd(m, p.U0, t0, ref carry);
        t0 = MultiplyAdd(m, p.U1, t1, ref carry);
        t1 = MultiplyAdd(m, p.U2, t2, ref carry);
        t2 = MultiplyAdd(m, p.U3, t3, ref carry);
        t3 = top + carry;
        t4 = overflow + (t3 < carry ? 1UL : 0);
    }

    /// <summary>a * b + add + carry, which always fits two limbs; the higher one becomes the carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong a, ulong b, ulong add, ref ulong carry)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        low += add;
        high += low < add ? 1UL : 0;
        low += carry;
        high += low < carry ? 1UL : 0;
        carry = high;
        return low;
    }
}
