using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>Reads one jammed noun and believes nothing.</summary>
internal ref struct NounCue(ReadOnlySpan<byte> bytes, bool strict)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly long _bits = 8L * bytes.Length;
    private long _at;

    // Where nouns began and what they are: an open table, the key one more than the bit.
    private long[] _starts = new long[64];
    private Noun[] _nouns = new Noun[64];
    private int _count;

    public Noun Read()
    {
        Stack<(long Start, Noun? Head)> open = new();
        while (true)
        {
            long start = _at;
            Noun noun;
            if (!ReadBit())
            {
                noun = ReadAtom();
                Keep(start, noun);
            }
            else if (!ReadBit())
            {
                open.Push((start, null));
                continue;
            }
            else
            {
                noun = ReadReference(start);
            }
            while (true)
            {
                if (!open.TryPop(out (long Start, Noun? Head) cell))
                {
                    return noun;
                }
                if (cell.Head is null)
                {
                    open.Push((cell.Start, noun));
                    break;
                }
                noun = new Cell(cell.Head, noun);
                Keep(cell.Start, noun);
            }
        }
    }

    private bool ReadBit()
    {
        bool bit = _at < _bits && ((_bytes[(int)(_at >> 3)] >> (int)(_at & 7)) & 1) == 1;
        _at++;
        return bit;
    }

    private Noun ReadReference(long start)
    {
        Atom offset = ReadAtom();
        if (offset.IsSmall)
        {
            long key = (long)Math.Min(offset.Low, long.MaxValue - 1) + 1;
            for (int slot = Slot(key); _starts[slot] != 0; slot = (slot + 1) & (_starts.Length - 1))
            {
                if (_starts[slot] == key)
                {
                    return _nouns[slot];
                }
            }
        }
        throw new NounFormatException($"No noun began at the bit referred to, {offset}.", start);
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
        if (strict && length > _bits - _at)
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

    private readonly int Slot(long key) => (int)((ulong)key * 0x9E3779B97F4A7C15 >> 40) & (_starts.Length - 1);

    private void Keep(long start, Noun noun)
    {
        if (_count * 2 >= _starts.Length)
        {
            Grow();
        }
        int slot = Slot(start + 1);
        while (_starts[slot] != 0)
        {
            slot = (slot + 1) & (_starts.Length - 1);
        }
        _starts[slot] = start + 1;
        _nouns[slot] = noun;
        _count++;
    }

    private void Grow()
    {
        long[] starts = _starts;
        Noun[] nouns = _nouns;
        _starts = new long[starts.Length * 2];
        _nouns = new Noun[starts.Length * 2];
        for (int i = 0; i < starts.Length; i++)
        {
            if (starts[i] != 0)
            {
                int slot = Slot(starts[i]);
                while (_starts[slot] != 0)
                {
                    slot = (slot + 1) & (_starts.Length - 1);
                }
                (_starts[slot], _nouns[slot]) = (starts[i], nouns[i]);
            }
        }
    }
}
