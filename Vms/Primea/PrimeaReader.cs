using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Granary.Vms.Primea;

/// <summary>
/// Reads what <see cref="PrimeaWriter"/> writes: canonical CBOR, maps included, and nothing else. Nothing recurses, and
/// no length is believed before as many bytes are there.
/// </summary>
internal ref struct PrimeaReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The offset of the next item.</summary>
    public int Position { get; private set; }

    public readonly bool AtEnd => Position == _bytes.Length;

    /// <summary>The major type of the next item; -1 at the end.</summary>
    public readonly int PeekMajor() => AtEnd ? -1 : _bytes[Position] >> 5;

    public ulong ReadUnsigned(ulong max = ulong.MaxValue)
    {
        ulong value = ReadHead(0, "a whole number");
        return value <= max ? value : throw Bad($"{value} is over {max}");
    }

    public long ReadInteger()
    {
        bool negative = PeekMajor() == 1;
        ulong value = negative ? ReadHead(1, "an integer") : ReadHead(0, "an integer");
        return value <= long.MaxValue
            ? negative ? ~(long)value : (long)value
            : throw Bad("the integer does not fit in 64 signed bits");
    }

    public int ReadCount(int max) => (int)ReadUnsigned((ulong)max);

    public long ReadAmount(long max) => (long)ReadUnsigned((ulong)max);

    public ReadOnlySpan<byte> ReadBytes(int bytesMax) => ReadString(2, "a byte string", bytesMax);

    public PrimeaHash ReadHash() => new(ReadBytes(PrimeaHash.Bytes));

    public string ReadText(int bytesMax)
    {
        ReadOnlySpan<byte> text = ReadString(3, "a text", bytesMax);
        return Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : throw Bad("the text is not UTF-8");
    }

    /// <summary>The head of an array. There are never more items than bytes left.</summary>
    public int ReadArray()
    {
        ulong count = ReadHead(4, "an array");
        return count <= (ulong)(_bytes.Length - Position) ? (int)count : throw Bad("the array is cut off");
    }

    public void ExpectArray(int count)
    {
        int found = ReadArray();
        if (found != count)
        {
            throw Bad($"{count} items are expected, not {found}");
        }
    }

    public ulong ReadTag() => ReadHead(6, "a tag");

    public bool ReadBool() => !AtEnd && _bytes[Position] is 0xf4 or 0xf5
        ? _bytes[Position++] == 0xf5
        : throw Bad("true or false is expected");

    public bool TryReadNull() => TryReadByte(0xf6);

    public bool TryReadUndefined() => TryReadByte(0xf7);

    /// <summary>One item with all that is in it, as it stands.</summary>
    public ReadOnlySpan<byte> ReadItem()
    {
        int start = Position;
        long missing = 1;
        while (missing > 0)
        {
            missing--;
            int major = PeekMajor();
            ulong value = ReadAnyHead();
            switch (major)
            {
                case 2 or 3:
                    Skip(value);
                    break;
                case 4 or 5:
                    missing += value <= (ulong)(_bytes.Length - Position)
                        ? (long)value * (major - 3)
                        : throw Bad("an array or map is cut off");
                    break;
                case 6:
                    missing++;
                    break;
            }
        }
        return _bytes[start..Position];
    }

    /// <summary>
    /// The next link to a block, wherever it stands in what is left; false when there is none. Content of strings is
    /// stepped over.
    /// </summary>
    public bool TryFindLink(out PrimeaHash link)
    {
        while (!AtEnd)
        {
            int major = PeekMajor();
            ulong value = ReadAnyHead();
            if (major is 2 or 3)
            {
                Skip(value);
            }
            else if (major == 6 && value == PrimeaTags.Link && PeekMajor() == 2)
            {
                link = ReadHash();
                return true;
            }
        }
        link = default;
        return false;
    }

    public readonly void ExpectEnd()
    {
        if (!AtEnd)
        {
            throw Bad($"{_bytes.Length - Position} bytes follow the end");
        }
    }

    public readonly PrimeaFormatException Bad(string what) => new($"{what} (at byte {Position})");

    private bool TryReadByte(byte value)
    {
        if (AtEnd || _bytes[Position] != value)
        {
            return false;
        }
        Position++;
        return true;
    }

    private ReadOnlySpan<byte> ReadString(int major, string expected, int bytesMax)
    {
        ulong length = ReadHead(major, expected);
        if (length > (ulong)bytesMax)
        {
            throw Bad($"{expected} of {length} bytes is over {bytesMax}");
        }
        int start = Position;
        Skip(length);
        return _bytes[start..Position];
    }

    private void Skip(ulong length)
    {
        if (length > (ulong)(_bytes.Length - Position))
        {
            throw Bad("a string is cut off");
        }
        Position += (int)length;
    }

    private ulong ReadHead(int major, string expected) => PeekMajor() == major
        ? ReadAnyHead()
        : throw Bad($"{expected} is expected");

    private ulong ReadAnyHead()
    {
        if (AtEnd)
        {
            throw Bad("the bytes end too early");
        }
        int first = _bytes[Position];
        int info = first & 31;
        if (info < 24)
        {
            // Of the simple values only false, true, null and undefined.
            if (first >> 5 == 7 && info is < 20)
            {
                throw Bad("no such simple value");
            }
            Position++;
            return (ulong)info;
        }
        if (info > 27 || first >> 5 == 7)
        {
            throw Bad("floats and indefinite lengths are not supported");
        }
        int size = 1 << (info - 24);
        ReadOnlySpan<byte> rest = _bytes[(Position + 1)..];
        if (rest.Length < size)
        {
            throw Bad("a head is cut off");
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
            throw Bad("a head is longer than needed");
        }
        Position += 1 + size;
        return value;
    }
}
