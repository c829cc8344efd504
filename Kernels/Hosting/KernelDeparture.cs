using System.Buffers;

namespace Granary.Kernels;

/// <summary>
/// A kernel on its way from one host to another: a checkpoint that nobody has stored yet. The host that it comes to
/// goes on from it at once, and stores it before anything else of the kernel.
/// </summary>
/// <param name="Position">The journal's end, with these entries.</param>
/// <param name="Chain">The journal's chain there: it commits to all that the kernel ever was.</param>
/// <param name="Entries">What is not in the stored journal yet; the last is that of the checkpoint.</param>
/// <param name="Nodes">The nodes that the newest stored checkpoint does not reach, children before parents.</param>
public sealed record KernelDeparture(
    ulong Position, Hash Chain, IReadOnlyList<ReadOnlyMemory<byte>> Entries, IReadOnlyList<ReadOnlyMemory<byte>> Nodes)
{
    /// <summary>The first item of the bytes; another layout gets another number.</summary>
    private const ulong Version = 1;
    private const int Fields = 5;
    private const int ItemBytesMax = 64 << 20;

    /// <summary>CBOR: [version, position, chain, [entry], [node]].</summary>
    public byte[] ToBytes()
    {
        int bytes = 128;
        foreach (ReadOnlyMemory<byte> item in Entries)
        {
            bytes += item.Length + 9;
        }
        foreach (ReadOnlyMemory<byte> item in Nodes)
        {
            bytes += item.Length + 9;
        }
        ArrayBufferWriter<byte> buffer = new(bytes);
        CborWriter writer = new(buffer);
        writer.WriteArray(Fields);
        writer.WriteUInt64(Version);
        writer.WriteUInt64(Position);
        writer.WriteHash(Chain);
        WriteAll(ref writer, Entries);
        WriteAll(ref writer, Nodes);
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="CborException">The bytes are no departure, or of another version.</exception>
    public static KernelDeparture Parse(ReadOnlyMemory<byte> bytes)
    {
        CborReader reader = new(bytes.Span);
        reader.ReadArray(Fields);
        if (reader.ReadUInt64() != Version)
        {
            throw CborFields.Bad(ref reader, $"a departure of version {Version} is wanted");
        }
        KernelDeparture departure = new(
            reader.ReadUInt64(), reader.ReadHash(), ReadAll(ref reader), ReadAll(ref reader));
        reader.ExpectEnd();
        return departure;
    }

    private static void WriteAll(ref CborWriter writer, IReadOnlyList<ReadOnlyMemory<byte>> items)
    {
        writer.WriteArray(items.Count);
        foreach (ReadOnlyMemory<byte> item in items)
        {
            writer.WriteBytes(item.Span);
        }
    }

    private static ReadOnlyMemory<byte>[] ReadAll(ref CborReader reader)
    {
        var items = new ReadOnlyMemory<byte>[reader.ReadArray()];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = reader.ReadBytes(ItemBytesMax).ToArray();
        }
        return items;
    }
}
