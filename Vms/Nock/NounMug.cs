using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.Nock;

/// <summary>The mug: a hash of 31 bits over any noun, murmur3 (x86, 32 bits) folded.</summary>
/// <remarks>It is no cryptographic hash: nouns of equal mug are easily made.</remarks>
public static class NounMug
{
    private const uint AtomSeed = 0xCAFEBABE;
    private const uint CellSeed = 0xDEADBEEF;
    private const uint AtomFallback = 0x7FFF;
    private const uint CellFallback = 0xFFFE;
    private const int Tries = 8;

    /// <summary>The mug; kept in the noun, so that asking again is free.</summary>
    public static uint Of(Noun noun)
    {
        uint known = noun.MugOrZero;
        if (known != 0)
        {
            return known;
        }
        return noun is Atom atom ? OfAtom(atom) : OfCell((Cell)noun);
    }

    private static uint OfAtom(Atom atom)
    {
        int size = atom.ByteLength;
        if (size <= 8)
        {
            Span<byte> few = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(few, atom.Low);
            return atom.MugOrZero = Fold(few[..size], AtomSeed, AtomFallback);
        }
        return atom.MugOrZero = Fold(atom.ToBytes(), AtomSeed, AtomFallback);
    }

    /// <summary>Children before parents, without the host's stack.</summary>
    private static uint OfCell(Cell top)
    {
        Stack<Cell> open = new();
        Cell cell = top;
        while (true)
        {
            if (cell.Head.MugOrZero == 0 && cell.Head is Cell head)
            {
                open.Push(cell);
                cell = head;
                continue;
            }
            if (cell.Tail.MugOrZero == 0 && cell.Tail is Cell tail)
            {
                open.Push(cell);
                cell = tail;
                continue;
            }
            cell.MugOrZero = Pair(Of(cell.Head), Of(cell.Tail));
            if (!open.TryPop(out Cell? parent))
            {
                return cell.MugOrZero;
            }
            cell = parent;
        }
    }

    /// <summary>Four bytes of the head's mug, then the fewest bytes of the tail's.</summary>
    private static uint Pair(uint head, uint tail)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, head);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], tail);
        int tailBytes = (32 - BitOperations.LeadingZeroCount(tail) + 7) / 8;
        return Fold(bytes[..(4 + tailBytes)], CellSeed, CellFallback);
    }

    private static uint Fold(ReadOnlySpan<byte> bytes, uint seed, uint fallback)
    {
        for (uint i = 0; i < Tries; i++)
        {
            uint hash = Murmur3(bytes, seed + i);
            uint folded = (hash >> 31) ^ (hash & 0x7FFFFFFF);
            if (folded != 0)
            {
                return folded;
            }
        }
        return fallback;
    }

    private static uint Murmur3(ReadOnlySpan<byte> bytes, uint seed)
    {
        uint hash = seed;
        int whole = bytes.Length & ~3;
        for (int i = 0; i < whole; i += 4)
        {
            hash ^= Mix(BinaryPrimitives.ReadUInt32LittleEndian(bytes[i..]));
            hash = (BitOperations.RotateLeft(hash, 13) * 5) + 0xE6546B64;
        }
        uint rest = 0;
        for (int i = bytes.Length - 1; i >= whole; i--)
        {
            rest = (rest << 8) | bytes[i];
        }
        hash ^= Mix(rest) ^ (uint)bytes.Length;
        hash = (hash ^ (hash >> 16)) * 0x85EBCA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2AE35;
        return hash ^ (hash >> 16);
    }

    private static uint Mix(uint block) => BitOperations.RotateLeft(block * 0xCC9E2D51, 15) * 0x1B873593;
}
