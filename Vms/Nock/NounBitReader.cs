using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>What begins at a bit of a jammed noun.</summary>
internal enum NounSign : byte
{
    Atom,
    Cell,
    Reference,
}

/// <summary>Bits of a jammed noun, the lowest first; beyond the end they are zero.</summary>
internal ref struct NounBitReader(ReadOnlySpan<byte> bytes, bool strict)
{
    /// <summary>Bits that a look at eight bytes shows, wherever in a byte it begins.</summary>
    private const int LookBits = 57;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly long _bits = 8L * bytes.Length;

    /// <summary>The next bit.</summary>
    public long Position { get; private set; }

    /// <summary>Reads a sign; of an atom that a look shows as a whole, the atom too.</summary>
    /// <param name="isShort">The atom is below 2^57 and was read: it is <paramref name="value"/>.</param>
    public NounSign ReadSign(out bool isShort, out ulong value)
    {
        isShort = false;
        value = 0;
        int first = (int)Math.Min(Position >> 3, int.MaxValue);
        if (first > _bytes.Length - 8)
        {
            return !ReadBit() ? NounSign.Atom : ReadBit() ? NounSign.Reference : NounSign.Cell;
        }
        ulong look = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[first..]) >> (int)(Position & 7);
        if ((look & 1) != 0)
        {
            Position += 2;
            return (look & 2) == 0 ? NounSign.Cell : NounSign.Reference;
        }
        int zeros = BitOperations.TrailingZeroCount(look >> 1);
        if (zeros == 0)
        {
            isShort = true;
            Position += 2;
            return NounSign.Atom;
        }
        int head = 1 + (2 * zeros);
        int length = (int)((look >> (zeros + 2)) & ((1UL << (zeros - 1)) - 1)) | (1 << (zeros - 1));
        // At the end of the bytes the slow way says what is wrong.
        if (zeros > 6 || head + length > LookBits || Position + head + length > _bits)
        {
            Position++;
            return NounSign.Atom;
        }
        isShort = true;
        value = (look >> head) & ((1UL << length) - 1);
        Position += head + length;
        return NounSign.Atom;
    }

    /// <summary>A number with its length before it.</summary>
    public Atom ReadNumber()
    {
        long length = ReadLength();
        if (length <= 64)
        {
            return Atom.Of(ReadWord((int)length));
        }
        long there = Math.Clamp(_bits - Position, 0, length);
        ulong[] words = new ulong[(there + 63) / 64];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = ReadWord((int)Math.Min(64, there - (64L * i)));
        }
        Position += length - there;
        return Atom.FromWords(words);
    }

    /// <summary>Goes past a number with its length before it.</summary>
    public void SkipNumber()
    {
        long length = ReadLength();
        Position += length;
    }

    private bool ReadBit()
    {
        bool bit = Position < _bits && ((_bytes[(int)(Position >> 3)] >> (int)(Position & 7)) & 1) == 1;
        Position++;
        return bit;
    }

    private long ReadLength()
    {
        long start = Position;
        int lengthBits = CountZeros(start);
        if (lengthBits == 0)
        {
            return 0;
        }
        // A length of 40 bits and more is beyond any bytes there can be.
        long length = lengthBits <= 40
            ? (long)(ReadWord(lengthBits - 1) | (1UL << (lengthBits - 1)))
            : long.MaxValue / 4;
        return !strict || length <= _bits - Position
            ? length
            : throw new NounFormatException($"A number of {length} bits goes beyond the end.", start);
    }

    /// <summary>The zeros before the next one bit, and the one with them.</summary>
    private int CountZeros(long start)
    {
        int zeros = 0;
        while (Position < _bits)
        {
            int shift = (int)(Position & 7);
            int rest = _bytes[(int)(Position >> 3)] >> shift;
            if (rest != 0)
            {
                int more = BitOperations.TrailingZeroCount(rest);
                Position += more + 1;
                return zeros + more;
            }
            zeros += 8 - shift;
            Position += 8 - shift;
        }
        throw new NounFormatException("The length of a number has no end.", start);
    }

    /// <summary>At most 64 bits.</summary>
    private ulong ReadWord(int count)
    {
        if (count == 0)
        {
            return 0;
        }
        int first = (int)Math.Min(Position >> 3, _bytes.Length);
        int shift = (int)(Position & 7);
        Position += count;
        ulong word;
        if (_bytes.Length - first >= 9)
        {
            word = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[first..]) >> shift;
            word |= shift == 0 ? 0 : (ulong)_bytes[first + 8] << (64 - shift);
        }
        else
        {
            word = 0;
            for (int i = Math.Min(_bytes.Length - first, 9) - 1; i >= 0; i--)
            {
                int place = (8 * i) - shift;
                ulong next = _bytes[first + i];
                word |= place >= 64 ? 0 : place >= 0 ? next << place : next >> -place;
            }
        }
        return count == 64 ? word : word & ((1UL << count) - 1);
    }
}
