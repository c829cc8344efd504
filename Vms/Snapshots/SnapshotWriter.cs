using System.Buffers;
using System.Buffers.Binary;

namespace Granary.Vms;

/// <summary>
/// Writes the fields of a section: explicit little-endian, lengths before content, never a struct copy.
/// </summary>
public readonly ref struct SnapshotWriter(IBufferWriter<byte> output)
{
    public void WriteByte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(output.GetSpan(4), value);
        output.Advance(4);
    }

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(8), value);
        output.Advance(8);
    }

    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    /// <summary>A length of four bytes, then the bytes.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteUInt32(checked((uint)value.Length));
        output.Write(value);
    }
}
