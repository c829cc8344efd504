using System.Numerics;

namespace Granary.Vms.Evm;

/// <summary>Prices of blobs (EIP-4844).</summary>
internal static class EvmFees
{
    public const int BlobGas = 1 << 17;
    public const int BlobsPerBlockMax = 6;

    private const int UpdateFraction = 3_338_477;

    /// <summary>e^(excess / fraction) as EIP-4844 approximates it, capped at the largest word.</summary>
    public static EvmWord BlobBaseFee(ulong excessBlobGas)
    {
        // e^(excess/fraction) passes 2^256 at 178 fractions; beyond, the series would only take time.
        if (excessBlobGas > 178UL * UpdateFraction)
        {
            return EvmWord.Max;
        }
        BigInteger sum = BigInteger.Zero;
        BigInteger term = UpdateFraction;
        for (int i = 1; !term.IsZero; i++)
        {
            sum += term;
            term = term * excessBlobGas / ((BigInteger)UpdateFraction * i);
        }
        BigInteger fee = sum / UpdateFraction;
        return fee.GetBitLength() > 256
            ? EvmWord.Max
            : EvmWord.FromBytes(fee.ToByteArray(isUnsigned: true, isBigEndian: true));
    }
}
