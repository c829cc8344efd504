using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Granary.Vms.Primea;

/// <summary>Writes canonical CBOR: shortest heads, definite lengths.</summary>
internal sealed class PrimeaWriter
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ArrayBufferWriter<byte> _output = new();

    public int Length => _output.WrittenCount;

    public ReadOnlySpan<byte> Span => _output.WrittenSpan;

    public byte[] ToArray() => _output.WrittenSpan.ToArray();

    public void Unsigned(ulong value) => Head(0, value);

    public void Integer(long value) => Head(value < 0 ? 1 : 0, (ulong)(value < 0 ? ~value : value));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Head(2, (ulong)value.Length);
        _output.Write(value);
    }

    public void Text(string value)
    {
        int length = StrictUtf8.GetByteCount(value);
        Head(3, (ulong)length);
        StrictUtf8.GetBytes(value, _output.GetSpan(length));
        _output.Advance(length);
    }

    public void Array(int count) => Head(4, (ulong)count);

    public void Map(int count) => Head(5, (ulong)count);

    public void Tag(ulong tag) => Head(6, tag);

    public void Bool(bool value) => Byte(value ? (byte)0xf5 : (byte)0xf4);

    public void Null() => Byte(0xf6);

    public void Undefined() => Byte(0xf7);

    /// <summary>Items that are CBOR already.</summary>
    public void Raw(ReadOnlySpan<byte> items) => _output.Write(items);

    /// <summary>A link to a block.</summary>
    public void Link(in PrimeaHash hash)
    {
        Tag(PrimeaTags.Link);
        Bytes(hash.Span);
    }

    private void Byte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    private void Head(int major, ulong value)
    {
        Span<byte> head = _output.GetSpan(9);
        int kind = major << 5;
        int size;
        switch (value)
        {
            case < 24:
                head[0] = (byte)(kind | (int)value);
                size = 1;
                break;
            case <= byte.MaxValue:
                head[0] = (byte)(kind | 24);
                head[1] = (byte)value;
                size = 2;
                break;
            case <= ushort.MaxValue:
                head[0] = (byte)(kind | 25);
                BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)value);
                size = 3;
                break;
            case <= uint.MaxValue:
                head[0] = (byte)(kind | 26);
                BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)value);
                size = 5;
                break;
            default:
                head[0] = (byte)(kind | 27);
                BinaryPrimitives.WriteUInt64BigEndian(head[1..], value);
                size = 9;
                break;
        }
        _output.Advance(size);
    }
}
