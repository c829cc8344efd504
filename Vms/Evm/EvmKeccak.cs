using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Granary.Vms.Evm;

/// <summary>Keccak-256 as Ethereum uses it: the padding from before the standard, which the platform does not offer.
/// </summary>
internal static class EvmKeccak
{
    public const int HashBytes = 32;

    /// <summary>Bytes taken in by one permutation.</summary>
    private const int RateBytes = 136;

    /// <summary>The hash of no bytes: the code hash of an account without code.</summary>
    public static EvmWord OfNothing { get; } = Hash([]);

    /// <summary>The hash as a word.</summary>
    public static EvmWord Hash(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[HashBytes];
        Hash(data, hash);
        return EvmWord.FromBytes(hash);
    }

    /// <param name="hash">Gets 32 bytes.</param>
    public static void Hash(ReadOnlySpan<byte> data, Span<byte> hash)
    {
        Span<ulong> state = stackalloc ulong[EvmKeccakRounds.Lanes];
        state.Clear();
        while (data.Length >= RateBytes)
        {
            Absorb(state, data[..RateBytes]);
            data = data[RateBytes..];
        }
        Span<byte> last = stackalloc byte[RateBytes];
        last.Clear();
        data.CopyTo(last);
        last[data.Length] = 0x01;
        last[RateBytes - 1] |= 0x80;
        Absorb(state, last);
        for (int i = 0; i < HashBytes / 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(i * 8)..], state[i]);
        }
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        for (int i = 0; i < RateBytes / 8; i++)
        {
            state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(i * 8)..]);
        }
        if (EvmKeccakVector.IsSupported)
        {
            EvmKeccakRounds.Permute<Vector128<ulong>, EvmKeccakVector>(state);
        }
        else
        {
            EvmKeccakRounds.Permute<ulong, EvmKeccakWord>(state);
        }
    }
}
