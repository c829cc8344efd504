using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>Powers modulo a number, of any size (EIP-198), and their price.</summary>
internal static class EvmModExp
{
    private const int HeadBytes = 3 * EvmWord.Bytes;

    public static long Gas(ReadOnlySpan<byte> input, bool cheaper)
    {
        ReadHead(input, out EvmWord baseLength, out EvmWord exponentLength, out EvmWord modulusLength);
        BigInteger longest = EvmModulus.ToNumber(baseLength > modulusLength ? baseLength : modulusLength);
        // The first 32 bytes of the exponent stand for all of it.
        EvmWord head = EvmWord.Zero;
        if (baseLength.Saturated < (ulong)input.Length)
        {
            int length = (int)Math.Min(exponentLength.Saturated, EvmWord.Bytes);
            head = EvmWord.FromBytes(Slice(input, HeadBytes + (int)baseLength.U0, length));
        }
        BigInteger length8 = EvmModulus.ToNumber(exponentLength);
        BigInteger rounds = length8 <= EvmWord.Bytes ? 0 : 8 * (length8 - EvmWord.Bytes);
        rounds = BigInteger.Max(1, rounds + Math.Max(0, head.BitCount - 1));
        BigInteger gas = cheaper
            ? BigInteger.Max(200, BigInteger.Pow((longest + 7) / 8, 2) * rounds / 3)
            : OldComplexity(longest) * rounds / 20;
        return gas > long.MaxValue ? long.MaxValue : (long)gas;
    }

    public static byte[] Run(ReadOnlySpan<byte> input)
    {
        ReadHead(input, out EvmWord baseLength, out EvmWord exponentLength, out EvmWord modulusLength);
        // What has been paid for fits, except when base and modulus are empty and only the exponent is long.
        if (modulusLength.IsZero)
        {
            return [];
        }
        int at = HeadBytes;
        BigInteger value = Number(input, ref at, (int)baseLength.U0);
        BigInteger exponent = Number(input, ref at, (int)exponentLength.U0);
        BigInteger modulus = Number(input, ref at, (int)modulusLength.U0);
        byte[] output = new byte[(int)modulusLength.U0];
        if (modulus.IsZero)
        {
            return output;
        }
        byte[] result = BigInteger.ModPow(value, exponent, modulus).ToByteArray(isUnsigned: true, isBigEndian: true);
        result.CopyTo(output.AsSpan(output.Length - result.Length));
        return output;
    }

    /// <summary>EIP-198's estimate of a multiplication.</summary>
    private static BigInteger OldComplexity(BigInteger x) =>
        x <= 64 ? x * x
        : x <= 1_024 ? (x * x / 4) + (96 * x) - 3_072
        : (x * x / 16) + (480 * x) - 199_680;

    private static void ReadHead(
        ReadOnlySpan<byte> input, out EvmWord baseLength, out EvmWord exponentLength, out EvmWord modulusLength)
    {
        baseLength = EvmWord.FromBytes(Slice(input, 0, EvmWord.Bytes));
        exponentLength = EvmWord.FromBytes(Slice(input, EvmWord.Bytes, EvmWord.Bytes));
        modulusLength = EvmWord.FromBytes(Slice(input, 2 * EvmWord.Bytes, EvmWord.Bytes));
    }

    private static BigInteger Number(ReadOnlySpan<byte> input, ref int at, int length)
    {
        ReadOnlySpan<byte> there = at < input.Length ? input[at..Math.Min(input.Length, at + length)] : [];
        BigInteger number = new(there, isUnsigned: true, isBigEndian: true);
        number <<= 8 * (length - there.Length);
        at += length;
        return number;
    }

    /// <summary>Part of the input; what is beyond its end reads as zeros.</summary>
    private static byte[] Slice(ReadOnlySpan<byte> input, int from, int length)
    {
        byte[] slice = new byte[length];
        if (from < input.Length)
        {
            input[from..Math.Min(input.Length, from + length)].CopyTo(slice);
        }
        return slice;
    }
}
