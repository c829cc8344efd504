using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Granary.Kernels;

/// <summary>
/// Writes canonical CBOR (RFC 8949): shortest heads, definite lengths; integers, strings, arrays, tags and the four
/// simple values. That items fill their arrays is the caller's care.
/// </summary>
public readonly ref struct CborWriter
{
    /// <summary>The longest integer, and the longest head of anything else.</summary>
    internal const int HeadBytesMax = 9;

    // A lone surrogate is an error, not a question mark: two different texts must never become the same bytes.
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly IBufferWriter<byte> _output;

    public CborWriter(IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        _output = output;
    }

    public void WriteUInt64(ulong value) => WriteHead(0, value);

    public void WriteInt64(long value) => WriteHead(value < 0 ? 1 : 0, (ulong)(value < 0 ? ~value : value));

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        WriteHead(2, (ulong)value.Length);
        _output.Write(value);
    }

    /// <exception cref="ArgumentException">The text holds a lone surrogate.</exception>
    public void WriteText(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        int length = StrictUtf8.GetByteCount(value);
        WriteHead(3, (ulong)length);
        StrictUtf8.GetBytes(value, _output.GetSpan(length));
        _output.Advance(length);
    }

    public void WriteArray(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        WriteHead(4, (ulong)count);
    }

    public void WriteTag(ulong tag) => WriteHead(6, tag);

    public void WriteBool(bool value) => WriteByte(value ? (byte)0xf5 : (byte)0xf4);

    public void WriteNull() => WriteByte(0xf6);

    public void WriteUndefined() => WriteByte(0xf7);

    private void WriteByte(byte value)
    {
        _output.GetSpan(1)[0] = value;
        _output.Advance(1);
    }

    /// <summary>Writes one integer into a span of at least <see cref="HeadBytesMax"/>; how many bytes.</summary>
    internal static int WriteInt64(Span<byte> output, long value) =>
        WriteHead(output, value < 0 ? 1 : 0, (ulong)(value < 0 ? ~value : value));

    private void WriteHead(int major, ulong value) =>
        _output.Advance(WriteHead(_output.GetSpan(HeadBytesMax), major, value));

    private static int WriteHead(Span<byte> head, int major, ulong value)
    {
        int kind = major << 5;
        if (value < 24)
        {
            head[0] = (byte)(kind | (int)value);
            return 1;
        }
        if (value <= byte.MaxValue)
        {
            head[0] = (byte)(kind | 24);
            head[1] = (byte)value;
            return 2;
        }
        if (value <= ushort.MaxValue)
        {
            head[0] = (byte)(kind | 25);
            BinaryPrimitives.WriteUInt16BigEndian(head[1..], (ushort)value);
            return 3;
        }
        if (value <= uint.MaxValue)
        {
            head[0] = (byte)(kind | 26);
            BinaryPrimitives.WriteUInt32BigEndian(head[1..], (uint)value);
            return 5;
        }
        head[0] = (byte)(kind | 27);
        BinaryPrimitives.WriteUInt64BigEndian(head[1..], value);
        return HeadBytesMax;
    }
}
