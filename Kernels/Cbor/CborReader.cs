using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Granary.Kernels;

/// <summary>
/// Reads what <see cref="CborWriter"/> writes and nothing else: longer heads than needed, indefinite lengths, maps and
/// floats are errors. No length is believed before as many bytes are there.
/// </summary>
public ref struct CborReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The offset of the next item.</summary>
    public int Position { get; private set; }

    /// <exception cref="CborException">The next item is of a kind that is not read here.</exception>
    public readonly CborType PeekType()
    {
        if (Position == _bytes.Length)
        {
            return CborType.End;
        }
        byte first = _bytes[Position];
        return (first >> 5) switch
        {
            0 => CborType.UnsignedInteger,
            1 => CborType.NegativeInteger,
            2 => CborType.Bytes,
            3 => CborType.Text,
            4 => CborType.Array,
            6 => CborType.Tag,
            7 when first is 0xf4 or 0xf5 => CborType.Bool,
            7 when first is 0xf6 => CborType.Null,
            7 when first is 0xf7 => CborType.Undefined,
            5 => throw new CborException(Position, "maps are not supported"),
            _ => throw new CborException(Position, "floats and other simple values are not supported"),
        };
    }

    public ulong ReadUInt64() => ReadHead(0, "an unsigned integer");

    public long ReadInt64()
    {
        int start = Position;
        bool negative = PeekType() == CborType.NegativeInteger;
        ulong value = negative ? ReadHead(1, "an integer") : ReadHead(0, "an integer");
        return value > long.MaxValue
            ? throw new CborException(start, "the integer does not fit in 64 signed bits")
            : negative ? ~(long)value : (long)value;
    }

    /// <summary>A byte string, in place.</summary>
    public ReadOnlySpan<byte> ReadBytes(int bytesMax) => ReadString(2, "a byte string", bytesMax);

    public string ReadText(int bytesMax)
    {
        int start = Position;
        ReadOnlySpan<byte> text = ReadString(3, "a text string", bytesMax);
        return Utf8.IsValid(text)
            ? Encoding.UTF8.GetString(text)
            : throw new CborException(start, "the text is not valid UTF-8");
    }

    /// <summary>The head of an array. There are never more items than bytes left.</summary>
    public int ReadArray()
    {
        int start = Position;
        ulong count = ReadHead(4, "an array");
        return count > (ulong)(_bytes.Length - Position)
            ? throw new CborException(start, $"an array of {count} items cannot fit in the bytes left")
            : (int)count;
    }

    public ulong ReadTag() => ReadHead(6, "a tag");

    public bool ReadBool()
    {
        if (PeekType() != CborType.Bool)
        {
            throw new CborException(Position, "true or false is expected");
        }
        return _bytes[Position++] == 0xf5;
    }

    /// <summary>Steps over a null if it is the next item.</summary>
    public bool TryReadNull() => TryReadByte(0xf6);

    /// <summary>Steps over an undefined if it is the next item.</summary>
    public bool TryReadUndefined() => TryReadByte(0xf7);

    public readonly void ExpectEnd()
    {
        if (Position != _bytes.Length)
        {
            throw new CborException(Position, $"{_bytes.Length - Position} bytes follow the end");
        }
    }

    private bool TryReadByte(byte value)
    {
        if (Position == _bytes.Length || _bytes[Position] != value)
        {
            return false;
        }
        Position++;
        return true;
    }

    private ReadOnlySpan<byte> ReadString(int major, string expected, int bytesMax)
    {
        int start = Position;
        ulong length = ReadHead(major, expected);
        if (length > (ulong)(_bytes.Length - Position))
        {
            throw new CborException(start, $"{expected} of {length} bytes is cut off");
        }
        if (length > (ulong)Math.Max(bytesMax, 0))
        {
            throw new CborException(start, $"{expected} of {length} bytes is longer than {bytesMax}");
        }
        ReadOnlySpan<byte> content = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return content;
    }

    private ulong ReadHead(int major, string expected)
    {
        if (Position == _bytes.Length)
        {
            throw new CborException(Position, $"{expected} is expected, but the bytes end");
        }
        byte first = _bytes[Position];
        if (first >> 5 != major)
        {
            throw new CborException(Position, $"{expected} is expected, but the byte is 0x{first:x2}");
        }
        int info = first & 31;
        if (info < 24)
        {
            Position++;
            return (ulong)info;
        }
        return ReadLongHead(info);
    }

    private ulong ReadLongHead(int info)
    {
        if (info > 27)
        {
            throw new CborException(Position, "indefinite lengths and reserved heads are not supported");
        }
        int size = 1 << (info - 24);
        ReadOnlySpan<byte> rest = _bytes[(Position + 1)..];
        if (rest.Length < size)
        {
            throw new CborException(Position, "the head is cut off");
        }
        (ulong value, ulong smallest) = size switch
        {
            1 => (rest[0], 24UL),
            2 => (BinaryPrimitives.ReadUInt16BigEndian(rest), 1UL << 8),
            4 => (BinaryPrimitives.ReadUInt32BigEndian(rest), 1UL << 16),
            _ => (BinaryPrimitives.ReadUInt64BigEndian(rest), 1UL << 32),
        };
        if (value < smallest)
        {
            throw new CborException(Position, "the head is longer than needed");
        }
        Position += 1 + size;
        return value;
    }
}
