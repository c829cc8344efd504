namespace Granary.Vms.Evm;

/// <summary>The curve of EIP-196 and EIP-197 (alt_bn128, BN254).</summary>
internal static class EvmBn128
{
    public const int PairBytes = 6 * EvmWord.Bytes;
    private const int PointBytes = 2 * EvmWord.Bytes;

    private static readonly EvmResidue<Field> _b = EvmResidue<Field>.From(3);

    /// <summary>3 / (9 + u).</summary>
    private static readonly EvmFp2<EvmResidue<Field>> _twistB =
        new EvmFp2<EvmResidue<Field>>(_b, EvmResidue<Field>.Zero)
        * EvmFp2<EvmResidue<Field>>.Invert(Curve.MultiplyByXi(EvmFp2<EvmResidue<Field>>.One));

    public static bool TryAdd(ReadOnlySpan<byte> input, out byte[] output)
    {
        Span<byte> padded = stackalloc byte[2 * PointBytes];
        Pad(input, padded);
        output = [];
        if (!TryRead(padded, out EvmPoint<EvmResidue<Field>> a)
            || !TryRead(padded[PointBytes..], out EvmPoint<EvmResidue<Field>> b))
        {
            return false;
        }
        output = Write(a.Add(b));
        return true;
    }

    public static bool TryMultiply(ReadOnlySpan<byte> input, out byte[] output)
    {
        Span<byte> padded = stackalloc byte[PointBytes + EvmWord.Bytes];
        Pad(input, padded);
        output = [];
        if (!TryRead(padded, out EvmPoint<EvmResidue<Field>> point))
        {
            return false;
        }
        output = Write(EvmCurve.Multiply(point, EvmWord.FromBytes(padded[PointBytes..])));
        return true;
    }

    public static bool TryPair(ReadOnlySpan<byte> input, out byte[] output)
    {
        output = [];
        if (input.Length % PairBytes != 0)
        {
            return false;
        }
        List<(EvmPoint<EvmResidue<Field>>, EvmPoint<EvmFp2<EvmResidue<Field>>>)> pairs = [];
        for (; !input.IsEmpty; input = input[PairBytes..])
        {
            if (!TryRead(input, out EvmPoint<EvmResidue<Field>> first)
                || !TryReadTwist(input[PointBytes..], out EvmPoint<EvmFp2<EvmResidue<Field>>> second))
            {
                return false;
            }
            if (!first.IsInfinity && !second.IsInfinity)
            {
                pairs.Add((first, second));
            }
        }
        output = EvmPairing<EvmResidue<Field>, Curve>.IsOne(pairs)
            ? EvmWord.One.ToBytes()
            : EvmWord.Zero.ToBytes();
        return true;
    }

    private static void Pad(ReadOnlySpan<byte> input, Span<byte> padded)
    {
        padded.Clear();
        input[..Math.Min(input.Length, padded.Length)].CopyTo(padded);
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> input, int index, out EvmResidue<Field> number)
    {
        EvmWord word = EvmWord.FromBytes(input.Slice(index * EvmWord.Bytes, EvmWord.Bytes));
        number = word < Field.Prime ? EvmResidue<Field>.From(word) : EvmResidue<Field>.Zero;
        return word < Field.Prime;
    }

    private static bool TryRead(ReadOnlySpan<byte> input, out EvmPoint<EvmResidue<Field>> point)
    {
        point = EvmPoint<EvmResidue<Field>>.Infinity;
        if (!TryReadNumber(input, 0, out EvmResidue<Field> x) || !TryReadNumber(input, 1, out EvmResidue<Field> y))
        {
            return false;
        }
        if (x.IsZero && y.IsZero)
        {
            return true;
        }
        point = EvmPoint<EvmResidue<Field>>.Affine(x, y);
        return EvmCurve.IsOnCurve(point, _b);
    }

    private static bool TryReadTwist(ReadOnlySpan<byte> input, out EvmPoint<EvmFp2<EvmResidue<Field>>> point)
    {
        point = EvmPoint<EvmFp2<EvmResidue<Field>>>.Infinity;
        // The part with u comes first.
        if (!TryReadNumber(input, 0, out EvmResidue<Field> xu) || !TryReadNumber(input, 1, out EvmResidue<Field> x)
            || !TryReadNumber(input, 2, out EvmResidue<Field> yu) || !TryReadNumber(input, 3, out EvmResidue<Field> y))
        {
            return false;
        }
        if (x.IsZero && xu.IsZero && y.IsZero && yu.IsZero)
        {
            return true;
        }
        point = EvmPoint<EvmFp2<EvmResidue<Field>>>.Affine(new(x, xu), new(y, yu));
        return EvmCurve.IsOnCurve(point, _twistB) && EvmCurve.Multiply(point, Curve.Order).IsInfinity;
    }

    private static byte[] Write(in EvmPoint<EvmResidue<Field>> point)
    {
        byte[] output = new byte[PointBytes];
        if (!point.IsInfinity)
        {
            (EvmResidue<Field> x, EvmResidue<Field> y) = point.ToAffine();
            x.ToWord().WriteTo(output.AsSpan(0, EvmWord.Bytes));
            y.ToWord().WriteTo(output.AsSpan(EvmWord.Bytes));
        }
        return output;
    }

    private readonly struct Field : IEvmModulus
    {
        public static EvmWord Prime =>
            new(0x3C208C16D87CFD47, 0x97816A916871CA8D, 0xB85045B68181585D, 0x30644E72E131A029);

        public static ulong NegativeInverse { get; } = EvmModulus.NegativeInverse(Prime.U0);

        public static EvmWord Square { get; } = EvmModulus.Square(Prime);
    }

    private readonly struct Curve : IEvmPairing<EvmResidue<Field>>
    {
        public static EvmWord Order =>
            new(0x43E1F593F0000001, 0x2833E84879B97091, 0xB85045B68181585D, 0x30644E72E131A029);

        /// <summary>6x + 2 for x = 4965661367192848881.</summary>
        public static UInt128 LoopCount => (6 * (UInt128)4_965_661_367_192_848_881) + 2;

        public static bool DividesTwist => true;

        public static bool HasFrobeniusLines => true;

        /// <summary>ξ = 9 + u.</summary>
        public static EvmFp2<EvmResidue<Field>> MultiplyByXi(in EvmFp2<EvmResidue<Field>> x)
        {
            EvmFp2<EvmResidue<Field>> x2 = x + x;
            EvmFp2<EvmResidue<Field>> x4 = x2 + x2;
            EvmFp2<EvmResidue<Field>> x9 = x4 + x4 + x;
            return new(x9.A - x.B, x9.B + x.A);
        }
    }
}
