using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>a + b·u with u² = -1, over a prime field.</summary>
internal readonly struct EvmFp2<T>(in T a, in T b) : IEvmField<EvmFp2<T>>
    where T : struct, IEvmField<T>
{
    public readonly T A = a;
    public readonly T B = b;

    public static EvmFp2<T> Zero => default;

    public static EvmFp2<T> One => new(T.One, T.Zero);

    public static BigInteger Prime => T.Prime;

    public bool IsZero => A.IsZero && B.IsZero;

    public static EvmFp2<T> operator +(in EvmFp2<T> x, in EvmFp2<T> y) => new(x.A + y.A, x.B + y.B);

    public static EvmFp2<T> operator -(in EvmFp2<T> x, in EvmFp2<T> y) => new(x.A - y.A, x.B - y.B);

    public static EvmFp2<T> operator *(in EvmFp2<T> x, in EvmFp2<T> y)
    {
        // Karatsuba: three products instead of four.
        T aa = x.A * y.A;
        T bb = x.B * y.B;
        return new EvmFp2<T>(aa - bb, ((x.A + x.B) * (y.A + y.B)) - aa - bb);
    }

    public static bool AreEqual(in EvmFp2<T> x, in EvmFp2<T> y) => T.AreEqual(x.A, y.A) && T.AreEqual(x.B, y.B);

    public static EvmFp2<T> Invert(in EvmFp2<T> x)
    {
        T inverse = T.Invert((x.A * x.A) + (x.B * x.B));
        return new EvmFp2<T>(x.A * inverse, T.Zero - (x.B * inverse));
    }

    /// <summary>The power by the prime.</summary>
    public EvmFp2<T> Conjugate() => new(A, T.Zero - B);

    public EvmFp2<T> Scale(in T factor) => new(A * factor, B * factor);
}
