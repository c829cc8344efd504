using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Granary.Vms.Mcs51;

internal sealed partial class Mcs51Api
{
    private static Mcs51ApiResult Calculate(int method, List<byte[]> items)
    {
        if (items.Count != 2 || items[0].Length != NumberBytes || items[1].Length != NumberBytes)
        {
            return Mcs51ApiResult.Refused;
        }
        long left = BinaryPrimitives.ReadInt64LittleEndian(items[0]);
        long right = BinaryPrimitives.ReadInt64LittleEndian(items[1]);
        switch (method)
        {
            case 0:
                return Mcs51ApiResult.Answer([(byte)(left == right ? 0 : left < right ? 1 : 2)]);
            case 1:
                return Mcs51ApiResult.Answer(Bytes(unchecked(left * right)));
            case 2:
                return Mcs51ApiResult.Answer(Bytes(unchecked(left + right)));
            case 3:
                return Mcs51ApiResult.Answer(Bytes(unchecked(left - right)));
            default:
                // The one quotient that overflows is undefined on the chain; here it is refused.
                return right == 0 || (left == long.MinValue && right == -1)
                    ? Mcs51ApiResult.Refused
                    : Mcs51ApiResult.Answer(Bytes(left / right));
        }
    }

    private static Mcs51ApiResult Hash(List<byte[]> items) => items.Count == 1
        ? Mcs51ApiResult.Answer(SHA256.HashData(SHA256.HashData(items[0])))
        : Mcs51ApiResult.Refused;

    private static Mcs51ApiResult Des(List<byte[]> items)
    {
        if (items.Count != 3 || items[1].Length is not (Mcs51Des.BlockBytes or 2 * Mcs51Des.BlockBytes))
        {
            return Mcs51ApiResult.Refused;
        }
        return Mcs51ApiResult.Answer(Mcs51Des.Transform(items[1], items[0], isEncryption: items[2][0] == 1));
    }

    private static Mcs51ApiResult VerifySignature(List<byte[]> items)
    {
        bool isRight = items.Count == 3 && items[1].Length == Mcs51Transaction.KeyBytes
            && items[2].Length == Mcs51Transaction.HashBytes && Mcs51Signature.Verify(items[0], items[1], items[2]);
        return isRight ? Mcs51ApiResult.Answer([1]) : Mcs51ApiResult.Refused;
    }

    private Mcs51ApiResult UnpackOf(List<byte[]> items) =>
        items.Count == 2 && items[1].Length == Mcs51Transaction.HashBytes
        && transaction.Transactions.TryGetValue(Convert.ToHexStringLower(items[1]), out Mcs51ChainTransaction? known)
            ? Unpack(items, known.Data, 2)
            : Mcs51ApiResult.Refused;

    /// <summary>Packed numbers unpacked by a format, a byte for each.</summary>
    private static Mcs51ApiResult Unpack(List<byte[]> items, ReadOnlySpan<byte> packed, int count)
    {
        if (items.Count != count)
        {
            return Mcs51ApiResult.Refused;
        }
        byte[] format = items[0];
        List<byte> unpacked = [];
        for (int i = 0; i < format.Length; i++)
        {
            // 02 says 32 bits and means 16; the others are 16, 32 and 64 bits, and 06 n is n bytes.
            int bytes = format[i] switch { 0 or 1 or 2 => 2, 3 => 4, 4 or 5 => 8, 6 => 1, _ => 0 };
            int times = format[i] != 6 ? 1 : ++i < format.Length ? format[i] : -1;
            if (bytes == 0 || times < 0)
            {
                return Mcs51ApiResult.Refused;
            }
            // What does not fit into the buffer is not written back: it need not be finished.
            for (; times > 0 && unpacked.Count < Mcs51Layout.BufferBytes; times--)
            {
                if (!TryReadNumber(ref packed, out ulong value))
                {
                    return Mcs51ApiResult.Refused;
                }
                for (int b = 0; b < bytes; b++)
                {
                    unpacked.Add((byte)(value >> (8 * b)));
                }
            }
        }
        return Mcs51ApiResult.Answer([.. unpacked]);
    }

    // Seven bits a byte, the highest first; each byte but the last has its top bit set and counts one more.
    private static bool TryReadNumber(ref ReadOnlySpan<byte> packed, out ulong value)
    {
        value = 0;
        while (!packed.IsEmpty)
        {
            byte next = packed[0];
            packed = packed[1..];
            value = (value << 7) | (next & 0x7Fu);
            if (next < 0x80)
            {
                return true;
            }
            value++;
        }
        return false;
    }
}
