using System.Buffers;
using System.Buffers.Binary;

namespace Granary.Vms.Evm;

/// <summary>Writes Ethereum's recursive length prefix encoding (yellow paper, appendix B).</summary>
internal static class EvmRlp
{
    private const int ShortMax = 55;

    public static void WriteString(IBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        if (value.Length == 1 && value[0] < 0x80)
        {
            output.Write(value);
            return;
        }
        WriteHead(output, 0x80, value.Length);
        output.Write(value);
    }

    public static void WriteNumber(IBufferWriter<byte> output, in EvmWord value)
    {
        Span<byte> bytes = stackalloc byte[EvmWord.Bytes];
        value.WriteTo(bytes);
        WriteString(output, bytes[(EvmWord.Bytes - value.ByteCount)..]);
    }

    /// <summary>A word with all its 32 bytes, as hashes are.</summary>
    public static void WriteHash(IBufferWriter<byte> output, in EvmWord value)
    {
        Span<byte> bytes = stackalloc byte[EvmWord.Bytes];
        value.WriteTo(bytes);
        WriteString(output, bytes);
    }

    public static void WriteAddress(IBufferWriter<byte> output, EvmAddress value)
    {
        Span<byte> bytes = stackalloc byte[EvmAddress.Bytes];
        value.WriteTo(bytes);
        WriteString(output, bytes);
    }

    /// <param name="items">The encoded items, one behind the other.</param>
    public static void WriteList(IBufferWriter<byte> output, ReadOnlySpan<byte> items)
    {
        WriteHead(output, 0xC0, items.Length);
        output.Write(items);
    }

    private static void WriteHead(IBufferWriter<byte> output, byte kind, int length)
    {
        if (length <= ShortMax)
        {
            output.GetSpan(1)[0] = (byte)(kind + length);
            output.Advance(1);
            return;
        }
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        bytes = bytes.TrimStart((byte)0);
        output.GetSpan(1)[0] = (byte)(kind + ShortMax + bytes.Length);
        output.Advance(1);
        output.Write(bytes);
    }
}
