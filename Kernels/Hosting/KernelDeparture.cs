using System.Buffers;
using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// A kernel on its way from one host to another: a checkpoint that nobody has stored yet. The host that it comes to
/// goes on from it at once, and stores it before anything else of the kernel.
/// </summary>
/// <param name="Position">The journal's end, with these entries.</param>
/// <param name="Chain">The journal's chain there: it commits to all that the kernel ever was.</param>
/// <param name="ChainBefore">The chain of the stored journal, which these entries follow.</param>
/// <param name="Entries">What is not in the stored journal yet; the last is that of the checkpoint.</param>
/// <param name="Nodes">The nodes that the newest stored checkpoint does not reach, children before parents.</param>
/// <param name="Known">Nodes that are stored, and would have to be read from there: as many as are in memory and not
/// too much to carry. Any of them may be left out.</param>
public sealed record KernelDeparture(
    EngineId Engine, Hash CodeHash, ulong Generation, ulong Position, Hash Chain, Hash ChainBefore,
    IReadOnlyList<ReadOnlyMemory<byte>> Entries, IReadOnlyList<ReadOnlyMemory<byte>> Nodes,
    IReadOnlyList<ReadOnlyMemory<byte>> Known)
{
    /// <summary>The first item of the bytes; another layout gets another number.</summary>
    private const ulong Version = 2;
    private const int Fields = 10;
    private const int ItemBytesMax = 64 << 20;

    /// <summary>The stored journal's end.</summary>
    public ulong PositionBefore => Position - (ulong)Entries.Count;

    /// <summary>
    /// CBOR: [version, engine, code, generation, position, chain, chain before, [entry], [node], [known node]].
    /// </summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        CborWriter writer = new(output);
        writer.WriteArray(Fields);
        writer.WriteUInt64(Version);
        writer.WriteEngine(Engine);
        writer.WriteHash(CodeHash);
        writer.WriteUInt64(Generation);
        writer.WriteUInt64(Position);
        writer.WriteHash(Chain);
        writer.WriteHash(ChainBefore);
        WriteAll(ref writer, Entries);
        WriteAll(ref writer, Nodes);
        WriteAll(ref writer, Known);
    }

    public byte[] ToBytes()
    {
        ArrayBufferWriter<byte> buffer = new();
        WriteTo(buffer);
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
            reader.ReadEngine(), reader.ReadHash(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadHash(),
            reader.ReadHash(), ReadAll(ref reader), ReadAll(ref reader), ReadAll(ref reader));
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
