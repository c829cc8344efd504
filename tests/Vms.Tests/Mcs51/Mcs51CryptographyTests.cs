using System.Numerics;
using System.Security.Cryptography;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>The platform's ciphers and signatures beside second implementations.</summary>
public sealed class Mcs51CryptographyTests
{
    [Fact]
    public void Signatures_are_judged_as_by_plain_arithmetic_on_the_curve()
    {
        using ECDsa signer = ECDsa.Create(ECCurve.CreateFromFriendlyName("secp256k1"));
        ECPoint q = signer.ExportParameters(false).Q;
        byte[] key = [(byte)(2 + (q.Y![31] & 1)), .. q.X!];
        int accepted = 0;
        for (int seed = 0; seed < 24; seed++)
        {
            Random random = new(seed);
            byte[] digest = new byte[32];
            random.NextBytes(digest);
            byte[] signature = signer.SignHash(digest, DSASignatureFormat.Rfc3279DerSequence);
            byte[] usedKey = [.. key];
            switch (seed % 4)
            {
                case 1:
                    digest[random.Next(32)] ^= 1;
                    break;
                case 2:
                    signature[^(1 + random.Next(20))] ^= 4;
                    break;
                case 3:
                    usedKey[0] ^= 1;
                    break;
            }
            bool expected = Secp256k1Reference.Verify(signature, usedKey, digest);
            Assert.True(expected == Mcs51Signature.Verify(signature, usedKey, digest), $"seed {seed}");
            accepted += expected ? 1 : 0;
        }
        Assert.Equal(6, accepted);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3000")]
    [InlineData("30060201000201" + "01")] // r = 0
    [InlineData("3006020101020100")] // s = 0
    [InlineData("3080020101020101")]
    [InlineData("30060201ff020101")] // a negative r
    public void Signatures_that_are_none_are_wrong_and_no_error(string hex)
    {
        byte[] generator = Convert.FromHexString("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");
        Assert.False(Mcs51Signature.Verify(Convert.FromHexString(hex), generator, new byte[32]));
    }

    [Fact]
    public void Keys_that_are_no_points_are_wrong_and_no_error()
    {
        byte[] signature = Convert.FromHexString("3006020101020101");
        Assert.False(Mcs51Signature.Verify(signature, [2, .. new byte[31], 5], new byte[32]));
        Assert.False(Mcs51Signature.Verify(signature, [2, .. Enumerable.Repeat((byte)0xFF, 32)], new byte[32]));
        Assert.False(Mcs51Signature.Verify(signature, [4, .. new byte[32]], new byte[32]));
    }

    [Theory]
    // The classic example of FIPS 46, and the published weak keys on a zero block.
    [InlineData("133457799bbcdff1", "0123456789abcdef", "85e813540f0ab405")]
    [InlineData("0101010101010101", "0000000000000000", "8ca64de9c1b123a7")]
    [InlineData("0000000000000000", "0000000000000000", "8ca64de9c1b123a7")]
    [InlineData("fefefefefefefefe", "ffffffffffffffff", "7359b2163e4edc58")]
    [InlineData("1010101010101010", "0000000000000000", "")]
    [InlineData("3232323232323232", "1122334455667788", "")]
    public void Single_des_works_for_every_key_weak_ones_too(string key, string plain, string cipher)
    {
        byte[] keyBytes = Convert.FromHexString(key);
        byte[] encrypted = Mcs51Des.Transform(keyBytes, Convert.FromHexString(plain), isEncryption: true);
        if (cipher.Length > 0)
        {
            Assert.Equal(cipher, Convert.ToHexStringLower(encrypted));
        }
        Assert.Equal(plain, Convert.ToHexStringLower(Mcs51Des.Transform(keyBytes, encrypted, isEncryption: false)));
        // Two equal halves are single DES.
        Assert.Equal(encrypted, Mcs51Des.Transform(
            [.. keyBytes, .. keyBytes], Convert.FromHexString(plain), isEncryption: true));
    }

    /// <summary>ECDSA by the book, with affine points: slow, short, and nobody else's code.</summary>
    private static class Secp256k1Reference
    {
        private static readonly BigInteger P = (BigInteger.One << 256) - (BigInteger.One << 32) - 977;

        private static readonly BigInteger N = Number(
            Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"));

        private static readonly (BigInteger X, BigInteger Y)? G = (
            Number(Convert.FromHexString("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")),
            Number(Convert.FromHexString("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")));

        public static bool Verify(byte[] der, byte[] key, byte[] digest)
        {
            BigInteger r = Number(der.AsSpan(4, der[3]));
            BigInteger s = Number(der.AsSpan(6 + der[3]));
            BigInteger x = Number(key.AsSpan(1));
            BigInteger y = BigInteger.ModPow((x * x * x) + 7, (P + 1) / 4, P);
            y = y.IsEven == (key[0] == 2) ? y : P - y;
            if (r.IsZero || s.IsZero || r >= N || s >= N)
            {
                return false;
            }
            BigInteger inverse = BigInteger.ModPow(s, N - 2, N);
            (BigInteger X, BigInteger Y)? sum = Add(
                Multiply(G, Number(digest) * inverse % N), Multiply((x, y), r * inverse % N));
            return sum is { } point && point.X % N == r;
        }

        private static (BigInteger X, BigInteger Y)? Multiply((BigInteger X, BigInteger Y)? point, BigInteger by)
        {
            (BigInteger X, BigInteger Y)? sum = null;
            for (; by > 0; by >>= 1)
            {
                sum = by.IsEven ? sum : Add(sum, point);
                point = Add(point, point);
            }
            return sum;
        }

        private static (BigInteger X, BigInteger Y)? Add(
            (BigInteger X, BigInteger Y)? a, (BigInteger X, BigInteger Y)? b)
        {
            if (a is not { } p || b is not { } q)
            {
                return a ?? b;
            }
            if (p.X == q.X && p.Y != q.Y)
            {
                return null;
            }
            BigInteger slope = p.X == q.X
                ? 3 * p.X * p.X * Inverse(2 * p.Y)
                : (q.Y - p.Y) * Inverse(q.X - p.X);
            BigInteger x = Mod((slope * slope) - p.X - q.X);
            return (x, Mod((slope * (p.X - x)) - p.Y));
        }

        private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

        private static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;

        private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
    }
}
