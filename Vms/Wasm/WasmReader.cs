using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Granary.Vms.Wasm;

/// <summary>Reads the binary format; whatever is wrong is said in the words of the specification.</summary>
internal ref struct WasmReader(ReadOnlySpan<byte> code, int start, int end)
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _code = code[..end];

    public int Position { get; private set; } = start;

    public readonly int End => _code.Length;

    public readonly bool AtEnd => Position >= _code.Length;

    public readonly int Left => _code.Length - Position;

    public static InvalidCodeException Malformed(string what, int offset) => Error("malformed", what, offset);

    public static InvalidCodeException Invalid(string what, int offset) => Error("invalid", what, offset);

    private static InvalidCodeException Error(string kind, string what, int offset) =>
        new($"{kind} module: {what}", string.Create(NumberFormatInfo.InvariantInfo, $"offset 0x{offset:x}"));

    public byte ReadByte()
    {
        if (AtEnd)
        {
            throw Malformed("unexpected end", Position);
        }
        return _code[Position++];
    }

    public readonly byte Peek() => AtEnd ? throw Malformed("unexpected end", Position) : _code[Position];

    public uint ReadUInt32()
    {
        if (Position < _code.Length && _code[Position] < 0x80)
        {
            return _code[Position++];
        }
        return (uint)ReadUnsigned(32);
    }

    public int ReadInt32()
    {
        if (Position < _code.Length && _code[Position] < 0x80)
        {
            return (sbyte)(_code[Position++] << 1) >> 1;
        }
        return (int)ReadSigned(32);
    }

    public long ReadInt64() => ReadSigned(64);

    /// <summary>A block type's index: 33 bits, signed.</summary>
    public long ReadInt33() => ReadSigned(33);

    public uint ReadBits32()
    {
        Require(sizeof(uint));
        uint value = BinaryPrimitives.ReadUInt32LittleEndian(_code[Position..]);
        Position += sizeof(uint);
        return value;
    }

    public ulong ReadBits64()
    {
        Require(sizeof(ulong));
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(_code[Position..]);
        Position += sizeof(ulong);
        return value;
    }

    /// <summary>A count of things that each take at least a byte.</summary>
    public int ReadCount()
    {
        uint count = ReadUInt32();
        return count <= (uint)Left ? (int)count : throw Malformed("unexpected end", Position);
    }

    public ReadOnlySpan<byte> ReadBytes()
    {
        uint size = ReadUInt32();
        if (size > (uint)Left)
        {
            throw Malformed("unexpected end", Position);
        }
        ReadOnlySpan<byte> bytes = _code.Slice(Position, (int)size);
        Position += (int)size;
        return bytes;
    }

    public string ReadName()
    {
        uint size = ReadUInt32();
        if (size > (uint)Left)
        {
            throw Malformed("length out of bounds", Position);
        }
        try
        {
            string name = _strictUtf8.GetString(_code.Slice(Position, (int)size));
            Position += (int)size;
            return name;
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("malformed UTF-8 encoding", Position);
        }
    }

    public void Skip(int count)
    {
        Require(count);
        Position += count;
    }

    private readonly void Require(int count)
    {
        if (count > Left)
        {
            throw Malformed("unexpected end", Position);
        }
    }

    private ulong ReadUnsigned(int bits)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            int at = Position;
            byte next = ReadByte();
            int left = bits - shift;
            if (left < 7 && (next & 0x7f) >> left != 0)
            {
                throw (next & 0x80) != 0
                    ? Malformed("integer representation too long", at)
                    : Malformed("integer too large", at);
            }
            value |= (ulong)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                return value;
            }
            if (left <= 7)
            {
                throw Malformed("integer representation too long", at);
            }
        }
    }

    private long ReadSigned(int bits)
    {
        long value = 0;
        for (int shift = 0; ; shift += 7)
        {
            int at = Position;
            byte next = ReadByte();
            int left = bits - shift;
            if (left <= 7)
            {
                if ((next & 0x80) != 0)
                {
                    throw Malformed("integer representation too long", at);
                }
                // The bits above the number must repeat its sign.
                int above = (sbyte)(next << 1) >> left;
                if (above is not (0 or -1))
                {
                    throw Malformed("integer too large", at);
                }
            }
            value |= (long)(next & 0x7f) << shift;
            if ((next & 0x80) == 0)
            {
                int used = shift + 7;
                return used < 64 ? value << (64 - used) >> (64 - used) : value;
            }
        }
    }
}
