using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>Reads one jammed noun and believes nothing.</summary>
internal ref struct NounCue
{
    /// <summary>Bits that a look at eight bytes shows, wherever in a byte it begins.</summary>
    private const int LookBits = 57;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly bool _strict;
    private readonly long _bits;
    private long _at;

    // Where nouns began, in order, and what they are; a cell is there only when it is whole.
    private long[] _starts = new long[64];
    private Noun?[] _nouns = new Noun?[64];
    private int _count;

    // Cells that have begun: their places above, and their heads when these have been read.
    private (int Place, Noun? Head)[] _open = new (int, Noun?)[32];
    private int _depth;

    public NounCue(ReadOnlySpan<byte> bytes, bool strict)
    {
        _bytes = bytes;
        _strict = strict;
        _bits = 8L * bytes.Length;
    }

    public Noun Read()
    {
        while (true)
        {
            if (ReadOne() is not { } noun)
            {
                continue;
            }
            while (true)
            {
                if (_depth == 0)
                {
                    return noun;
                }
                ref (int Place, Noun? Head) cell = ref _open[_depth - 1];
                if (cell.Head is null)
                {
                    cell.Head = noun;
                    break;
                }
                noun = new Cell(cell.Head, noun);
                _nouns[cell.Place] = noun;
                _depth--;
            }
        }
    }

    /// <summary>An atom or a noun referred to; null when a cell has begun.</summary>
    private Noun? ReadOne()
    {
        long start = _at;
        int first = (int)Math.Min(start >> 3, int.MaxValue);
        if (first <= _bytes.Length - 8)
        {
            ulong look = BinaryPrimitives.ReadUInt64LittleEndian(_bytes[first..]) >> (int)(start & 7);
            if ((look & 3) == 1)
            {
                _at += 2;
                return Begin(start);
            }
            if ((look & 1) == 0 && TryShort(look, out Atom? atom))
            {
                return Keep(start, atom);
            }
        }
        if (!ReadBit())
        {
            return Keep(start, ReadAtom());
        }
        return ReadBit() ? ReadReference(start) : Begin(start);
    }

    /// <summary>An atom that a look shows as a whole.</summary>
    private bool TryShort(ulong look, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Atom? atom)
    {
        int zeros = BitOperations.TrailingZeroCount(look >> 1);
        atom = Atom.Zero;
        if (zeros == 0)
        {
            _at += 2;
            return true;
        }
        if (zeros > 6)
        {
            return false;
        }
        int length = (int)((look >> (zeros + 2)) & ((1UL << (zeros - 1)) - 1)) | (1 << (zeros - 1));
        int head = 1 + (2 * zeros);
        // At the end of the bytes the slow way says what is wrong.
        if (head + length > LookBits || _at + head + length > _bits)
        {
            return false;
        }
        atom = Atom.Of((look >> head) & ((1UL << length) - 1));
        _at += head + length;
        return true;
    }

    private Noun? Begin(long start)
    {
        if (_depth == _open.Length)
        {
            Array.Resize(ref _open, 2 * _depth);
        }
        _open[_depth++] = (_count, null);
        Keep(start, null);
        return null;
    }

    private Noun? Keep(long start, Noun? noun)
    {
        if (_count == _starts.Length)
        {
            Array.Resize(ref _starts, 2 * _count);
            Array.Resize(ref _nouns, 2 * _count);
        }
        _starts[_count] = start;
        _nouns[_count++] = noun;
        return noun;
    }

    private Noun ReadReference(long start)
    {
        Atom offset = ReadAtom();
        if (offset.IsSmall && offset.Low < (ulong)start)
        {
            int place = Array.BinarySearch(_starts, 0, _count, (long)offset.Low);
            if (place >= 0 && _nouns[place] is { } noun)
            {
                return noun;
            }
        }
        throw new NounFormatException($"No noun that is whole began at the bit referred to, {offset}.", start);
    }

    private bool ReadBit()
    {
        bool bit = _at < _bits && ((_bytes[(int)(_at >> 3)] >> (int)(_at & 7)) & 1) == 1;
        _at++;
        return bit;
    }

    private Atom ReadAtom()
    {
        long start = _at;
        int lengthBits = CountZeros(start);
        if (lengthBits == 0)
        {
            return Atom.Zero;
        }
        // A length of 40 bits and more is beyond any bytes there can be.
        long length = lengthBits <= 40
            ? (long)(ReadWord(lengthBits - 1) | (1UL << (lengthBits - 1)))
            : long.MaxValue / 2;
        if (_strict && length > _bits - _at)
        {
            throw new NounFormatException($"A number of {length} bits goes beyond the end.", start);
        }
        if (length <= 64)
        {
            return Atom.Of(ReadWord((int)length));
        }
        long there = Math.Clamp(_bits - _at, 0, length);
        ulong[] words = new ulong[(there + 63) / 64];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = ReadWord((int)Math.Min(64, there - (64L * i)));
        }
        _at += length - there;
        return Atom.FromWords(words);
    }

    /// <summary>The zeros before the next one bit, and the one with them.</summary>
    private int CountZeros(long start)
    {
        int zeros = 0;
        while (_at < _bits)
        {
            int shift = (int)(_at & 7);
            int rest = _bytes[(int)(_at >> 3)] >> shift;
            if (rest != 0)
            {
                int more = BitOperations.TrailingZeroCount(rest);
                _at += more + 1;
                return zeros + more;
            }
            zeros += 8 - shift;
            _at += 8 - shift;
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
        int first = (int)Math.Min(_at >> 3, _bytes.Length);
        int shift = (int)(_at & 7);
        _at += count;
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
