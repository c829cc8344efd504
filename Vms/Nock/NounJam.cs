namespace Granary.Vms.Nock;

/// <summary>Nouns as bytes, Urbit's jam and cue: a stream of bits, lowest first.</summary>
/// <remarks>
/// An atom is bit 0 and its number; a cell is bits 1, 0 and its parts; bits 1, 1 and a number refer to the noun that
/// began at that bit. A number has its length before it.
/// </remarks>
public static class NounJam
{
    /// <summary>
    /// Writes a noun by Hoon's rule: a cell met before is always a reference, an atom only when it is longer than the
    /// reference.
    /// </summary>
    public static byte[] Jam(Noun noun)
    {
        long work = long.MaxValue;
        return Jam(noun, ref work)!;
    }

    /// <summary>Null when <paramref name="work"/> does not cover it: a unit is about a noun or eight bytes.</summary>
    internal static byte[]? Jam(Noun noun, ref long work)
    {
        NounBitWriter bits = new();
        NounTable known = new();
        Stack<Noun> open = new();
        Noun next = noun;
        while (true)
        {
            long earlier = known.FindOrAdd(next, bits.Position, ref work);
            Atom? atom = next as Atom;
            work -= 2 + (atom?.WordCount ?? 0);
            if (work < 0)
            {
                return null;
            }
            if (earlier >= 0 && (atom is null || atom.BitLength > BitLength(earlier)))
            {
                bits.Write(0b11, 2);
                bits.WriteMat((ulong)earlier);
            }
            else if (atom is not null)
            {
                bits.Write(0, 1);
                bits.WriteMat(atom);
            }
            else
            {
                Cell cell = (Cell)next;
                bits.Write(0b01, 2);
                open.Push(cell.Tail);
                next = cell.Head;
                continue;
            }
            if (!open.TryPop(out Noun? pending))
            {
                return bits.ToArray();
            }
            next = pending;
        }
    }

    /// <summary>Reads a noun. Bits beyond the end are zero, and what follows the noun means nothing.</summary>
    /// <param name="bytes">The bytes of the jammed atom, lowest first.</param>
    /// <param name="strict">Refuse a number of which the end lies beyond the bytes: they were cut short.</param>
    /// <exception cref="NounFormatException">The bytes are no jammed noun; the position is a bit.</exception>
    public static Noun Cue(ReadOnlySpan<byte> bytes, bool strict = true)
    {
        NounCue cue = new(bytes, strict);
        return cue.Read();
    }

    private static int BitLength(long value) => 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)value);
}
