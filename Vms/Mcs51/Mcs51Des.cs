using System.Security.Cryptography;

namespace Granary.Vms.Mcs51;

/// <summary>DES and two-key triple DES, block by block, as old contracts use them.</summary>
/// <remarks>
/// The platform refuses weak keys, and may lack single DES; its triple DES is always there, but not with two equal keys
/// in a row. Single DES is therefore made of three of its operations whose inner keys cancel: E(a, b, key) after
/// D(a, c, d) after E(b, c, d) is E(key). It is the same permutation for every key.
/// </remarks>
internal static class Mcs51Des
{
    public const int BlockBytes = 8;

    /// <summary>Bytes without their parity bits differ: any three that are not equal would do.</summary>
    private static readonly byte[][] s_inner =
        [[.. Enumerable.Repeat((byte)0x10, 8)], [.. Enumerable.Repeat((byte)0x32, 8)],
            [.. Enumerable.Repeat((byte)0x54, 8)], [.. Enumerable.Repeat((byte)0x76, 8)]];

    /// <param name="key">8 bytes, or 16 for triple DES with the first half as the third key too.</param>
    /// <param name="data">Filled up with zeros to whole blocks.</param>
    public static byte[] Transform(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, bool isEncryption)
    {
        byte[] blocks = new byte[(data.Length + BlockBytes - 1) / BlockBytes * BlockBytes];
        data.CopyTo(blocks);
        ReadOnlySpan<byte> first = key[..BlockBytes];
        ReadOnlySpan<byte> second = key[^BlockBytes..];
        return SameKey(first, second)
            ? Single(first, blocks, isEncryption)
            : Triple(first, second, first, blocks, isEncryption);
    }

    private static byte[] Single(ReadOnlySpan<byte> key, byte[] blocks, bool isEncryption)
    {
        // The one of the four that is the key cannot stand next to it.
        byte[][] inner = [.. Others(key)];
        (byte[] a, byte[] b, byte[] c) = (inner[0], inner[1], inner[2]);
        byte[] d = a;
        return isEncryption
            ? Triple(a, b, key, Triple(a, c, d, Triple(b, c, d, blocks, true), false), true)
            : Triple(b, c, d, Triple(a, c, d, Triple(a, b, key, blocks, false), true), false);
    }

    private static List<byte[]> Others(ReadOnlySpan<byte> key)
    {
        List<byte[]> others = [];
        foreach (byte[] candidate in s_inner)
        {
            if (!SameKey(candidate, key))
            {
                others.Add(candidate);
            }
        }
        return others;
    }

    // The lowest bit of each byte is parity, which DES does not use.
    private static bool SameKey(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        int difference = 0;
        for (int i = 0; i < BlockBytes; i++)
        {
            difference |= (a[i] ^ b[i]) & 0xFE;
        }
        return difference == 0;
    }

    private static byte[] Triple(
        ReadOnlySpan<byte> one, ReadOnlySpan<byte> two, ReadOnlySpan<byte> three, byte[] blocks, bool isEncryption)
    {
#pragma warning disable CA5350 // Contracts ask for this cipher by its number.
        using TripleDES cipher = TripleDES.Create();
#pragma warning restore CA5350
        cipher.Key = [.. one, .. two, .. three];
        return isEncryption
            ? cipher.EncryptEcb(blocks, PaddingMode.None)
            : cipher.DecryptEcb(blocks, PaddingMode.None);
    }
}
