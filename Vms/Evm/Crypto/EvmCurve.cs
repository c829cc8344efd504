using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>A point of a curve y² = x³ + b in Jacobian coordinates: x = X/Z², y = Y/Z³; Z = 0 is infinity.</summary>
internal readonly struct EvmPoint<T>(in T x, in T y, in T z)
    where T : struct, IEvmField<T>
{
    public readonly T X = x;
    public readonly T Y = y;
    public readonly T Z = z;

    public bool IsInfinity => Z.IsZero;

    public static EvmPoint<T> Infinity => new(T.One, T.One, T.Zero);

    public static EvmPoint<T> Affine(in T x, in T y) => new(x, y, T.One);

    public EvmPoint<T> Negate() => new(X, T.Zero - Y, Z);

    /// <summary>x and y; meaningless for infinity.</summary>
    public (T X, T Y) ToAffine()
    {
        T inverse = T.Invert(Z);
        T square = inverse * inverse;
        return (X * square, Y * (square * inverse));
    }

    public EvmPoint<T> Double()
    {
        // "dbl-2009-l" of the Explicit-Formulas Database.
        T a = X * X;
        T b = Y * Y;
        T c = b * b;
        T xb = X + b;
        T d = (xb * xb) - a - c;
        d += d;
        T e = a + a + a;
        T x = (e * e) - d - d;
        T c8 = c + c;
        c8 += c8;
        c8 += c8;
        T yz = Y * Z;
        return new EvmPoint<T>(x, (e * (d - x)) - c8, yz + yz);
    }

    public EvmPoint<T> Add(in EvmPoint<T> other)
    {
        if (IsInfinity)
        {
            return other;
        }
        if (other.IsInfinity)
        {
            return this;
        }
        T z1 = Z * Z;
        T z2 = other.Z * other.Z;
        T u1 = X * z2;
        T u2 = other.X * z1;
        T s1 = Y * other.Z * z2;
        T s2 = other.Y * Z * z1;
        T h = u2 - u1;
        T r = s2 - s1;
        if (h.IsZero)
        {
            return r.IsZero ? Double() : Infinity;
        }
        T h2 = h * h;
        T h3 = h2 * h;
        T v = u1 * h2;
        T x = (r * r) - h3 - v - v;
        return new EvmPoint<T>(x, (r * (v - x)) - (s1 * h3), Z * other.Z * h);
    }
}

/// <summary>Sums of points.</summary>
internal static class EvmCurve
{
    public static bool Bit(in EvmWord word, int bit) => (bit >> 6) switch
    {
        0 => (word.U0 >> (bit & 63)) & 1,
        1 => (word.U1 >> (bit & 63)) & 1,
        2 => (word.U2 >> (bit & 63)) & 1,
        _ => (word.U3 >> (bit & 63)) & 1,
    } != 0;

    public static EvmPoint<T> Multiply<T>(in EvmPoint<T> point, in EvmWord factor)
        where T : struct, IEvmField<T>
    {
        EvmPoint<T> sum = EvmPoint<T>.Infinity;
        for (int bit = factor.BitCount - 1; bit >= 0; bit--)
        {
            sum = sum.Double();
            if (Bit(factor, bit))
            {
                sum = sum.Add(point);
            }
        }
        return sum;
    }

    /// <summary>a * first + b * second, with one run of doublings for both.</summary>
    public static EvmPoint<T> MultiplyTwo<T>(
        in EvmPoint<T> first, in EvmWord a, in EvmPoint<T> second, in EvmWord b)
        where T : struct, IEvmField<T>
    {
        EvmPoint<T> both = first.Add(second);
        EvmPoint<T> sum = EvmPoint<T>.Infinity;
        for (int bit = Math.Max(a.BitCount, b.BitCount) - 1; bit >= 0; bit--)
        {
            sum = sum.Double();
            sum = (Bit(a, bit), Bit(b, bit)) switch
            {
                (true, true) => sum.Add(both),
                (true, false) => sum.Add(first),
                (false, true) => sum.Add(second),
                _ => sum,
            };
        }
        return sum;
    }

    /// <summary>True for a point (not infinity, Z = 1) of y² = x³ + b.</summary>
    public static bool IsOnCurve<T>(in EvmPoint<T> point, in T b)
        where T : struct, IEvmField<T> =>
        T.AreEqual(point.Y * point.Y, (point.X * point.X * point.X) + b);

    /// <summary>Powers by squaring, for exponents of any size.</summary>
    public static T Power<T>(in T value, BigInteger exponent)
        where T : struct, IEvmField<T>
    {
        T result = T.One;
        for (long bit = exponent.GetBitLength() - 1; bit >= 0; bit--)
        {
            result *= result;
            if (!((exponent >> (int)bit) & BigInteger.One).IsZero)
            {
                result *= value;
            }
        }
        return result;
    }
}
