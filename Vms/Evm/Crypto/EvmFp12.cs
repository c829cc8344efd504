using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>a + b·v + c·v² with v³ = ξ.</summary>
internal readonly struct EvmFp6<T, TPairing>(in EvmFp2<T> a, in EvmFp2<T> b, in EvmFp2<T> c)
    where T : struct, IEvmField<T>
    where TPairing : IEvmPairing<T>
{
    public readonly EvmFp2<T> A = a;
    public readonly EvmFp2<T> B = b;
    public readonly EvmFp2<T> C = c;

    public static EvmFp6<T, TPairing> operator +(in EvmFp6<T, TPairing> x, in EvmFp6<T, TPairing> y) =>
        new(x.A + y.A, x.B + y.B, x.C + y.C);

    public static EvmFp6<T, TPairing> operator -(in EvmFp6<T, TPairing> x, in EvmFp6<T, TPairing> y) =>
        new(x.A - y.A, x.B - y.B, x.C - y.C);

    public static EvmFp6<T, TPairing> operator *(in EvmFp6<T, TPairing> x, in EvmFp6<T, TPairing> y)
    {
        EvmFp2<T> aa = x.A * y.A;
        EvmFp2<T> bb = x.B * y.B;
        EvmFp2<T> cc = x.C * y.C;
        EvmFp2<T> bc = ((x.B + x.C) * (y.B + y.C)) - bb - cc;
        EvmFp2<T> ab = ((x.A + x.B) * (y.A + y.B)) - aa - bb;
        EvmFp2<T> ac = ((x.A + x.C) * (y.A + y.C)) - aa - cc;
        return new(aa + TPairing.MultiplyByXi(bc), ab + TPairing.MultiplyByXi(cc), ac + bb);
    }

    public EvmFp6<T, TPairing> MultiplyByV() => new(TPairing.MultiplyByXi(C), A, B);

    public EvmFp6<T, TPairing> Invert()
    {
        EvmFp2<T> a = (A * A) - TPairing.MultiplyByXi(B * C);
        EvmFp2<T> b = TPairing.MultiplyByXi(C * C) - (A * B);
        EvmFp2<T> c = (B * B) - (A * C);
        EvmFp2<T> norm = (A * a) + TPairing.MultiplyByXi((C * b) + (B * c));
        EvmFp2<T> inverse = EvmFp2<T>.Invert(norm);
        return new(a * inverse, b * inverse, c * inverse);
    }
}

/// <summary>a + b·w with w² = v: where pairings live.</summary>
internal readonly struct EvmFp12<T, TPairing>(in EvmFp6<T, TPairing> a, in EvmFp6<T, TPairing> b)
    : IEvmField<EvmFp12<T, TPairing>>
    where T : struct, IEvmField<T>
    where TPairing : IEvmPairing<T>
{
    /// <summary>ξ to the powers of i·(p-1)/6, by which the power by p multiplies w's powers.</summary>
    private static readonly EvmFp2<T>[] _frobenius = MakeFrobenius();

    public readonly EvmFp6<T, TPairing> A = a;
    public readonly EvmFp6<T, TPairing> B = b;

    public static EvmFp12<T, TPairing> Zero => default;

    public static EvmFp12<T, TPairing> One => new(new(EvmFp2<T>.One, default, default), default);

    public static BigInteger Prime => T.Prime;

    public bool IsZero => AreEqual(this, default);

    public static EvmFp12<T, TPairing> operator +(in EvmFp12<T, TPairing> x, in EvmFp12<T, TPairing> y) =>
        new(x.A + y.A, x.B + y.B);

    public static EvmFp12<T, TPairing> operator -(in EvmFp12<T, TPairing> x, in EvmFp12<T, TPairing> y) =>
        new(x.A - y.A, x.B - y.B);

    public static EvmFp12<T, TPairing> operator *(in EvmFp12<T, TPairing> x, in EvmFp12<T, TPairing> y)
    {
        EvmFp6<T, TPairing> aa = x.A * y.A;
        EvmFp6<T, TPairing> bb = x.B * y.B;
        return new(aa + bb.MultiplyByV(), ((x.A + x.B) * (y.A + y.B)) - aa - bb);
    }

    public static bool AreEqual(in EvmFp12<T, TPairing> x, in EvmFp12<T, TPairing> y)
    {
        EvmFp12<T, TPairing> d = x - y;
        return d.A.A.IsZero && d.A.B.IsZero && d.A.C.IsZero && d.B.A.IsZero && d.B.B.IsZero && d.B.C.IsZero;
    }

    public static EvmFp12<T, TPairing> Invert(in EvmFp12<T, TPairing> x)
    {
        EvmFp6<T, TPairing> inverse = ((x.A * x.A) - (x.B * x.B).MultiplyByV()).Invert();
        return new(x.A * inverse, default(EvmFp6<T, TPairing>) - (x.B * inverse));
    }

    /// <summary>a - b·w: the power by p⁶.</summary>
    public EvmFp12<T, TPairing> Conjugate() => new(A, default(EvmFp6<T, TPairing>) - B);

    /// <summary>The power by p.</summary>
    public EvmFp12<T, TPairing> Frobenius() => new(
        new(A.A.Conjugate(), A.B.Conjugate() * _frobenius[2], A.C.Conjugate() * _frobenius[4]),
        new(
            B.A.Conjugate() * _frobenius[1], B.B.Conjugate() * _frobenius[3], B.C.Conjugate() * _frobenius[5]));

    /// <summary>What <see cref="Frobenius"/> multiplies a power of w by.</summary>
    public static EvmFp2<T> FrobeniusFactor(int power) => _frobenius[power];

    private static EvmFp2<T>[] MakeFrobenius()
    {
        EvmFp2<T> factor = EvmCurve.Power(TPairing.MultiplyByXi(EvmFp2<T>.One), (T.Prime - 1) / 6);
        EvmFp2<T>[] factors = new EvmFp2<T>[6];
        factors[0] = EvmFp2<T>.One;
        for (int i = 1; i < factors.Length; i++)
        {
            factors[i] = factors[i - 1] * factor;
        }
        return factors;
    }
}
