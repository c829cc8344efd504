using System.Buffers.Binary;

namespace Granary.Vms;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, and believes none of it.</summary>
public ref struct SnapshotReader(ReadOnlySpan<byte> input)
{
    private ReadOnlySpan<byte> _rest = input;

    public byte ReadByte() => Take(1)[0];

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public long ReadInt64() => (long)ReadUInt64();

    /// <summary>A block of at most <paramref name="bytesMax"/> bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int bytesMax)
    {
        uint length = ReadUInt32();
        if (length > (uint)bytesMax)
        {
            throw new SnapshotFormatException($"A block of {length} bytes is over its limit of {bytesMax}.");
        }
        return Take((int)length);
    }

    /// <summary>A count of at most <paramref name="max"/>.</summary>
    public int ReadCount(int max)
    {
        uint count = ReadUInt32();
        return count <= (uint)max
            ? (int)count
            : throw new SnapshotFormatException($"A count of {count} is over its limit of {max}.");
    }

    /// <summary>Nothing may follow.</summary>
    public readonly void ExpectEnd()
    {
        if (!_rest.IsEmpty)
        {
            throw new SnapshotFormatException($"{_rest.Length} bytes follow the end.");
        }
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
        {
            throw new SnapshotFormatException($"Cut short: {count} bytes wanted, {_rest.Length} left.");
        }
        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
