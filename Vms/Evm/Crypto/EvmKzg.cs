using System.Numerics;
using System.Security.Cryptography;

namespace Granary.Vms.Evm;

/// <summary>
/// Point evaluation (EIP-4844): proves that a polynomial that one has committed to has a value at a point.
/// </summary>
internal static class EvmKzg
{
    private const int InputBytes = (3 * EvmWord.Bytes) + (2 * EvmBlsField.Bytes);
    private const int FieldElementsPerBlob = 4_096;
    private const byte HashVersion = 1;
    private const byte CompressedFlag = 0x80;
    private const byte InfinityFlag = 0x40;
    private const byte LargerFlag = 0x20;

    private static readonly EvmBlsField _b = EvmBlsField.From(4);

    private static readonly EvmPoint<EvmBlsField> _first = EvmPoint<EvmBlsField>.Affine(
        EvmBlsField.FromHex(
            "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"),
        EvmBlsField.FromHex(
            "08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1"));

    private static readonly EvmPoint<EvmFp2<EvmBlsField>> _second = EvmPoint<EvmFp2<EvmBlsField>>.Affine(
        new(
            EvmBlsField.FromHex(
                "024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8"),
            EvmBlsField.FromHex(
                "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e")),
        new(
            EvmBlsField.FromHex(
                "0ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801"),
            EvmBlsField.FromHex(
                "0606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be")));

    /// <summary>τ times the generator of the second group, from the ceremony for Ethereum's trusted setup.</summary>
    private static readonly EvmPoint<EvmFp2<EvmBlsField>> _tau = EvmPoint<EvmFp2<EvmBlsField>>.Affine(
        new(
            EvmBlsField.FromHex(
                "185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2"),
            EvmBlsField.FromHex(
                "15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72")),
        new(
            EvmBlsField.FromHex(
                "014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99"),
            EvmBlsField.FromHex(
                "1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154f")));

    /// <summary>Takes the commitment's hash, point, value, commitment and proof; false when it proves nothing.
    /// </summary>
    public static bool TryEvaluate(ReadOnlySpan<byte> input, out byte[] output)
    {
        output = [];
        if (input.Length != InputBytes)
        {
            return false;
        }
        EvmWord z = EvmWord.FromBytes(input.Slice(EvmWord.Bytes, EvmWord.Bytes));
        EvmWord y = EvmWord.FromBytes(input.Slice(2 * EvmWord.Bytes, EvmWord.Bytes));
        ReadOnlySpan<byte> commitment = input.Slice(3 * EvmWord.Bytes, EvmBlsField.Bytes);
        byte[] hash = SHA256.HashData(commitment);
        hash[0] = HashVersion;
        if (!input.StartsWith(hash) || z >= Curve.Order || y >= Curve.Order
            || !TryRead(commitment, out EvmPoint<EvmBlsField> committed)
            || !TryRead(input[^EvmBlsField.Bytes..], out EvmPoint<EvmBlsField> proof)
            || !Holds(committed, z, y, proof))
        {
            return false;
        }
        output = [.. ((EvmWord)FieldElementsPerBlob).ToBytes(), .. Curve.Order.ToBytes()];
        return true;
    }

    /// <summary>e(C - y·G1, -G2) · e(proof, τ·G2 - z·G2) = 1.</summary>
    private static bool Holds(
        in EvmPoint<EvmBlsField> committed, in EvmWord z, in EvmWord y, in EvmPoint<EvmBlsField> proof)
    {
        EvmPoint<EvmBlsField> left = committed.Add(EvmCurve.Multiply(_first, y).Negate());
        EvmPoint<EvmFp2<EvmBlsField>> right = _tau.Add(EvmCurve.Multiply(_second, z).Negate());
        List<(EvmPoint<EvmBlsField>, EvmPoint<EvmFp2<EvmBlsField>>)> pairs = [];
        AddPair(pairs, left, _second.Negate());
        AddPair(pairs, proof, right);
        return EvmPairing<EvmBlsField, Curve>.IsOne(pairs);
    }

    private static void AddPair(
        List<(EvmPoint<EvmBlsField>, EvmPoint<EvmFp2<EvmBlsField>>)> pairs,
        in EvmPoint<EvmBlsField> first, in EvmPoint<EvmFp2<EvmBlsField>> second)
    {
        if (!first.IsInfinity && !second.IsInfinity)
        {
            (EvmBlsField x, EvmBlsField y) = first.ToAffine();
            (EvmFp2<EvmBlsField> x2, EvmFp2<EvmBlsField> y2) = second.ToAffine();
            pairs.Add((EvmPoint<EvmBlsField>.Affine(x, y), EvmPoint<EvmFp2<EvmBlsField>>.Affine(x2, y2)));
        }
    }

    /// <summary>A compressed point of the first group.</summary>
    private static bool TryRead(ReadOnlySpan<byte> bytes, out EvmPoint<EvmBlsField> point)
    {
        point = EvmPoint<EvmBlsField>.Infinity;
        byte flags = bytes[0];
        if ((flags & CompressedFlag) == 0)
        {
            return false;
        }
        if ((flags & InfinityFlag) != 0)
        {
            return flags == (CompressedFlag | InfinityFlag) && bytes[1..].IndexOfAnyExcept((byte)0) < 0;
        }
        BigInteger number = new(bytes, isUnsigned: true, isBigEndian: true);
        number &= (BigInteger.One << 381) - 1;
        if (number >= EvmBlsField.Prime)
        {
            return false;
        }
        EvmBlsField x = EvmBlsField.From(number);
        EvmBlsField square = (x * x * x) + _b;
        // The prime is 3 modulo 4.
        EvmBlsField y = EvmCurve.Power(square, (EvmBlsField.Prime + 1) / 4);
        if (!EvmBlsField.AreEqual(y * y, square))
        {
            return false;
        }
        bool isLarger = y.ToNumber() > EvmBlsField.Prime / 2;
        if (isLarger != ((flags & LargerFlag) != 0))
        {
            y = EvmBlsField.Zero - y;
        }
        point = EvmPoint<EvmBlsField>.Affine(x, y);
        return EvmCurve.Multiply(point, Curve.Order).IsInfinity;
    }

    private readonly struct Curve : IEvmPairing<EvmBlsField>
    {
        public static EvmWord Order =>
            new(0xFFFFFFFF00000001, 0x53BDA402FFFE5BFE, 0x3339D80809A1D805, 0x73EDA753299D7D48);

        /// <summary>The parameter without its sign.</summary>
        public static UInt128 LoopCount => 0xD201000000010000;

        public static bool DividesTwist => false;

        public static bool HasFrobeniusLines => false;

        /// <summary>ξ = 1 + u.</summary>
        public static EvmFp2<EvmBlsField> MultiplyByXi(in EvmFp2<EvmBlsField> x) => new(x.A - x.B, x.B + x.A);
    }
}
