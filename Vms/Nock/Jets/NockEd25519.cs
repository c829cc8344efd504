using System.Numerics;
using System.Security.Cryptography;

namespace Granary.Vms.Nock;

/// <summary>Ed25519 signatures (RFC 8032), as the sixth layer of Anoma's library has them.</summary>
/// <remarks>Its time depends on the secret key: it is for keys that are no secret from the host, as all state is.
/// </remarks>
public static class NockEd25519
{
    public const int SignatureBytes = 64;
    public const int SecretKeyBytes = 64;
    public const int PublicKeyBytes = 32;

    private static readonly BigInteger s_prime = BigInteger.Pow(2, 255) - 19;

    /// <summary>The number of points that the base point makes.</summary>
    private static readonly BigInteger s_order =
        BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493", null);

    private static readonly BigInteger s_d = Mod(-121_665 * Invert(121_666));

    private static readonly BigInteger s_rootOfMinusOne = BigInteger.ModPow(2, (s_prime - 1) / 4, s_prime);

    private static readonly Point s_base = Decode(Encode(Mod(4 * Invert(5)), odd: false))!.Value;

    private readonly record struct Point(BigInteger X, BigInteger Y, BigInteger Z, BigInteger T);

    /// <summary>The public key of a seed of 32 bytes.</summary>
    public static byte[] PublicKey(ReadOnlySpan<byte> seed) => Encode(Times(s_base, Expand(seed).Scalar));

    /// <summary>Signs with a seed of 32 bytes and the public key behind it.</summary>
    /// <exception cref="ArgumentException">The key has another size.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> secretKey, ReadOnlySpan<byte> message)
    {
        if (secretKey.Length != SecretKeyBytes)
        {
            throw new ArgumentException($"A secret key has {SecretKeyBytes} bytes.", nameof(secretKey));
        }
        (BigInteger scalar, byte[] prefix) = Expand(secretKey[..32]);
        BigInteger nonce = Number(SHA512.HashData([.. prefix, .. message])) % s_order;
        byte[] point = Encode(Times(s_base, nonce));
        BigInteger challenge = Number(SHA512.HashData([.. point, .. secretKey[32..], .. message])) % s_order;
        return [.. point, .. Bytes((nonce + (challenge * scalar)) % s_order)];
    }

    /// <summary>False for a wrong signature and for keys and points that are none.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeyBytes || signature.Length != SignatureBytes)
        {
            return false;
        }
        BigInteger s = Number(signature[32..]);
        if (s >= s_order || Decode(publicKey) is not { } key || Decode(signature[..32]) is not { } point)
        {
            return false;
        }
        BigInteger challenge =
            Number(SHA512.HashData([.. signature[..32], .. publicKey, .. message])) % s_order;
        Point left = Times(s_base, s);
        Point right = Add(point, Times(key, challenge));
        return Mod((left.X * right.Z) - (right.X * left.Z)).IsZero
            && Mod((left.Y * right.Z) - (right.Y * left.Z)).IsZero;
    }

    private static (BigInteger Scalar, byte[] Prefix) Expand(ReadOnlySpan<byte> seed)
    {
        byte[] hash = SHA512.HashData(seed);
        hash[0] &= 0xF8;
        hash[31] = (byte)((hash[31] & 0x7F) | 0x40);
        return (Number(hash.AsSpan(0, 32)), hash[32..]);
    }

    private static Point Add(in Point p, in Point q)
    {
        BigInteger a = Mod((p.Y - p.X) * (q.Y - q.X));
        BigInteger b = Mod((p.Y + p.X) * (q.Y + q.X));
        BigInteger c = Mod(2 * p.T * q.T * s_d);
        BigInteger d = Mod(2 * p.Z * q.Z);
        (BigInteger e, BigInteger f, BigInteger g, BigInteger h) = (b - a, d - c, d + c, b + a);
        return new Point(Mod(e * f), Mod(g * h), Mod(f * g), Mod(e * h));
    }

    private static Point Times(Point point, BigInteger scalar)
    {
        Point sum = new(0, 1, 1, 0);
        for (; !scalar.IsZero; scalar >>= 1)
        {
            if (!scalar.IsEven)
            {
                sum = Add(sum, point);
            }
            point = Add(point, point);
        }
        return sum;
    }

    private static byte[] Encode(in Point point)
    {
        BigInteger inverse = Invert(point.Z);
        return Encode(Mod(point.Y * inverse), !Mod(point.X * inverse).IsEven);
    }

    private static byte[] Encode(BigInteger y, bool odd)
    {
        byte[] bytes = Bytes(y);
        bytes[31] |= (byte)(odd ? 0x80 : 0);
        return bytes;
    }

    private static Point? Decode(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        bool odd = (copy[31] & 0x80) != 0;
        copy[31] &= 0x7F;
        BigInteger y = Number(copy);
        if (y >= s_prime)
        {
            return null;
        }
        BigInteger square = Mod((y * y) - 1) * Invert(Mod((s_d * y * y) + 1));
        BigInteger x = BigInteger.ModPow(square, (s_prime + 3) / 8, s_prime);
        if (!Mod((x * x) - square).IsZero)
        {
            x = Mod(x * s_rootOfMinusOne);
        }
        if (!Mod((x * x) - square).IsZero || (x.IsZero && odd))
        {
            return null;
        }
        x = x.IsEven == odd ? s_prime - x : x;
        return new Point(x, y, 1, Mod(x * y));
    }

    private static BigInteger Mod(BigInteger value)
    {
        BigInteger rest = value % s_prime;
        return rest.Sign < 0 ? rest + s_prime : rest;
    }

    private static BigInteger Invert(BigInteger value) => BigInteger.ModPow(value, s_prime - 2, s_prime);

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    private static byte[] Bytes(BigInteger value)
    {
        byte[] bytes = new byte[32];
        value.TryWriteBytes(bytes, out _, isUnsigned: true);
        return bytes;
    }
}
