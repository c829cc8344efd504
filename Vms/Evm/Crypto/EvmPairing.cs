using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>Whether a product of pairings is 1, for curves with twists of degree six.</summary>
internal static class EvmPairing<T, TPairing>
    where T : struct, IEvmField<T>
    where TPairing : IEvmPairing<T>
{
    /// <summary>What is left of the exponent (p¹²-1)/r after its easy part: (p⁴-p²+1)/r.</summary>
    private static readonly BigInteger _hardExponent =
        (BigInteger.Pow(T.Prime, 4) - BigInteger.Pow(T.Prime, 2) + 1) / EvmModulus.ToNumber(TPairing.Order);

    /// <param name="pairs">Points other than infinity, of the groups, with Z = 1.</param>
    public static bool IsOne(IReadOnlyList<(EvmPoint<T> First, EvmPoint<EvmFp2<T>> Second)> pairs)
    {
        EvmFp12<T, TPairing> product = EvmFp12<T, TPairing>.One;
        foreach ((EvmPoint<T> first, EvmPoint<EvmFp2<T>> second) in pairs)
        {
            product *= Miller(first, second);
        }
        // The easy part, (p⁶-1)(p²+1).
        product = product.Conjugate() * EvmFp12<T, TPairing>.Invert(product);
        product = product.Frobenius().Frobenius() * product;
        return EvmFp12<T, TPairing>.AreEqual(
            EvmCurve.Power(product, _hardExponent), EvmFp12<T, TPairing>.One);
    }

    private static EvmFp12<T, TPairing> Miller(in EvmPoint<T> p, in EvmPoint<EvmFp2<T>> q)
    {
        EvmFp12<T, TPairing> f = EvmFp12<T, TPairing>.One;
        (EvmFp2<T> X, EvmFp2<T> Y) t = (q.X, q.Y);
        UInt128 count = TPairing.LoopCount;
        for (int bit = 126 - (int)UInt128.LeadingZeroCount(count); bit >= 0; bit--)
        {
            f *= f;
            EvmFp2<T> square = t.X * t.X;
            Step(ref f, ref t, (t.X, t.Y), (square + square + square) * EvmFp2<T>.Invert(t.Y + t.Y), p);
            if (((count >> bit) & 1) != 0)
            {
                Add(ref f, ref t, (q.X, q.Y), p);
            }
        }
        if (TPairing.HasFrobeniusLines)
        {
            EvmFp2<T> x1 = q.X.Conjugate() * EvmFp12<T, TPairing>.FrobeniusFactor(2);
            EvmFp2<T> y1 = q.Y.Conjugate() * EvmFp12<T, TPairing>.FrobeniusFactor(3);
            Add(ref f, ref t, (x1, y1), p);
            EvmFp2<T> x2 = x1.Conjugate() * EvmFp12<T, TPairing>.FrobeniusFactor(2);
            EvmFp2<T> y2 = y1.Conjugate() * EvmFp12<T, TPairing>.FrobeniusFactor(3);
            Add(ref f, ref t, (x2, EvmFp2<T>.Zero - y2), p);
        }
        return f;
    }

    private static void Add(
        ref EvmFp12<T, TPairing> f, ref (EvmFp2<T> X, EvmFp2<T> Y) t, (EvmFp2<T> X, EvmFp2<T> Y) other,
        in EvmPoint<T> p) =>
        Step(ref f, ref t, other, (other.Y - t.Y) * EvmFp2<T>.Invert(other.X - t.X), p);

    /// <summary>Multiplies by the line of a slope through t, taken at p; t becomes t + other.</summary>
    private static void Step(
        ref EvmFp12<T, TPairing> f, ref (EvmFp2<T> X, EvmFp2<T> Y) t, (EvmFp2<T> X, EvmFp2<T> Y) other,
        in EvmFp2<T> slope, in EvmPoint<T> p)
    {
        EvmFp2<T> constant = (slope * t.X) - t.Y;
        EvmFp2<T> linear = slope.Scale(T.Zero - p.X);
        EvmFp2<T> y = new(p.Y, T.Zero);
        // With w the sixth root of ξ, (x, y) of the twist is (x w², y w³) or (x / w², y / w³) of the curve; the
        // second line is multiplied by w³, which the last power takes away.
        f *= TPairing.DividesTwist
            ? new EvmFp12<T, TPairing>(new(y, default, default), new(linear, constant, default))
            : new EvmFp12<T, TPairing>(new(constant, linear, default), new(default, y, default));
        EvmFp2<T> x = (slope * slope) - t.X - other.X;
        t = (x, (slope * (t.X - x)) - t.Y);
    }
}
