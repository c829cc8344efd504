using System.Numerics;
using System.Security.Cryptography;

namespace Granary.Vms.Mcs51;

/// <summary>Signatures on the curve secp256k1, checked by the platform.</summary>
internal static class Mcs51Signature
{
    private const int FieldBytes = 32;

    private static readonly BigInteger s_prime =
        (BigInteger.One << 256) - (BigInteger.One << 32) - 977;

    private static readonly BigInteger s_order = BigInteger.Parse(
        "0FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141",
        System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.NumberFormatInfo.InvariantInfo);

    /// <param name="key">A compressed public key: 02 or 03, then x.</param>
    public static bool Verify(ReadOnlySpan<byte> signature, ReadOnlySpan<byte> key, ReadOnlySpan<byte> digest)
    {
        if (!TryDecompress(key, out ECPoint point) || !TryParse(signature, out byte[] fixedForm))
        {
            return false;
        }
        try
        {
            using ECDsa ecdsa = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.CreateFromFriendlyName("secp256k1"), Q = point,
            });
            return ecdsa.VerifyHash(digest, fixedForm, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            // The platform says so of numbers that no signature can have.
            return false;
        }
    }

    /// <summary>The point of that x whose y is even (02) or odd (03); false when the curve has none.</summary>
    private static bool TryDecompress(ReadOnlySpan<byte> key, out ECPoint point)
    {
        point = default;
        BigInteger x = new(key[1..], isUnsigned: true, isBigEndian: true);
        if (key[0] is not (2 or 3) || x >= s_prime)
        {
            return false;
        }
        BigInteger square = (BigInteger.ModPow(x, 3, s_prime) + 7) % s_prime;
        // The prime is 3 modulo 4, so this is a root when there is one.
        BigInteger y = BigInteger.ModPow(square, (s_prime + 1) / 4, s_prime);
        if (y * y % s_prime != square)
        {
            return false;
        }
        y = y.IsEven == (key[0] == 2) ? y : s_prime - y;
        point = new ECPoint { X = Fixed(x), Y = Fixed(y) };
        return true;
    }

    // DER as lenient as the chain's: lengths must hold together, numbers may have any zeros in front.
    private static bool TryParse(ReadOnlySpan<byte> der, out byte[] fixedForm)
    {
        fixedForm = [];
        ReadOnlySpan<byte> rest = der;
        if (!TryTake(ref rest, 0x30, out ReadOnlySpan<byte> body) || !TryTake(ref body, 0x02, out ReadOnlySpan<byte> r)
            || !TryTake(ref body, 0x02, out ReadOnlySpan<byte> s))
        {
            return false;
        }
        BigInteger rValue = new(r, isBigEndian: true);
        BigInteger sValue = new(s, isBigEndian: true);
        if (rValue.Sign <= 0 || sValue.Sign <= 0 || rValue >= s_order || sValue >= s_order)
        {
            return false;
        }
        fixedForm = [.. Fixed(rValue), .. Fixed(sValue)];
        return true;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> from, byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (from.Length < 2 || from[0] != tag || from[1] >= 0x80 || from[1] > from.Length - 2)
        {
            return false;
        }
        content = from.Slice(2, from[1]);
        from = from[(2 + from[1])..];
        return true;
    }

    private static byte[] Fixed(BigInteger value)
    {
        byte[] bytes = new byte[FieldBytes];
        byte[] minimal = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        minimal.CopyTo(bytes, FieldBytes - minimal.Length);
        return bytes;
    }
}
