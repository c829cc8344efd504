using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Kernels;

/// <summary>Bit strings inside bytes, most significant bit first.</summary>
internal static class TreeBits
{
    // A word loaded at any bit holds at least this many bits of the string, after up to seven were shifted out.
    private const int BitsPerLoad = 57;

    public static int At(ReadOnlySpan<byte> bytes, int bit) => (bytes[bit >> 3] >> (7 - (bit & 7))) & 1;

    /// <summary>How many bits, at most <paramref name="bitsMax"/>, are the same from the two starts on.</summary>
    public static int CommonPrefix(ReadOnlySpan<byte> a, int aStart, ReadOnlySpan<byte> b, int bStart, int bitsMax)
    {
        for (int done = 0; done < bitsMax; done += BitsPerLoad)
        {
            int same = BitOperations.LeadingZeroCount(Load(a, aStart + done) ^ Load(b, bStart + done));
            if (same < BitsPerLoad)
            {
                return Math.Min(done + same, bitsMax);
            }
        }
        return bitsMax;
    }

    /// <summary>Copies bits. What the last touched byte of the target holds behind them becomes zero.</summary>
    public static void Copy(ReadOnlySpan<byte> source, int sourceStart, Span<byte> target, int targetStart, int bits)
    {
        while (bits > 0)
        {
            int offset = targetStart & 7;
            int take = Math.Min(8 - offset, bits);
            int chunk = LoadByte(source, sourceStart) & (0xff << (8 - take));
            ref byte cell = ref target[targetStart >> 3];
            cell = (byte)((cell & ~(0xff >> offset)) | ((chunk & 0xff) >> offset));
            sourceStart += take;
            targetStart += take;
            bits -= take;
        }
    }

    private static int LoadByte(ReadOnlySpan<byte> bytes, int bit)
    {
        int at = bit >> 3;
        int pair = (bytes[at] << 8) | (at + 1 < bytes.Length ? bytes[at + 1] : 0);
        return (pair >> (8 - (bit & 7))) & 0xff;
    }

    private static ulong Load(ReadOnlySpan<byte> bytes, int bit)
    {
        int at = bit >> 3;
        ulong word = 0;
        if (at + sizeof(ulong) <= bytes.Length)
        {
            word = BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);
        }
        else
        {
            for (int i = at, shift = 56; i < bytes.Length; i++, shift -= 8)
            {
                word |= (ulong)bytes[i] << shift;
            }
        }
        return word << (bit & 7);
    }
}
