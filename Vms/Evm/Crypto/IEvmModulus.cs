using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>A prime of at most 256 bits, and what Montgomery's arithmetic needs of it.</summary>
internal interface IEvmModulus
{
    static abstract EvmWord Prime { get; }

    /// <summary>-1 / prime modulo 2^64.</summary>
    static abstract ulong NegativeInverse { get; }

    /// <summary>2^512 modulo the prime.</summary>
    static abstract EvmWord Square { get; }
}

/// <summary>Derives the constants, once for each prime.</summary>
internal static class EvmModulus
{
    public static ulong NegativeInverse(ulong lowest)
    {
        // Newton: each step doubles the bits that are right.
        ulong inverse = 1;
        for (int i = 0; i < 6; i++)
        {
            inverse *= 2 - (lowest * inverse);
        }
        return 0 - inverse;
    }

    public static EvmWord Square(in EvmWord prime) =>
        FromNumber((BigInteger.One << 512) % ToNumber(prime));

    public static BigInteger ToNumber(in EvmWord word) => new(word.ToBytes(), isUnsigned: true, isBigEndian: true);

    public static EvmWord FromNumber(BigInteger number) =>
        EvmWord.FromBytes(number.ToByteArray(isUnsigned: true, isBigEndian: true));
}
