namespace Granary.Vms.Nock;

/// <summary>Parts of nouns by axis: 1 is the whole, 2n the head and 2n + 1 the tail of the part at n.</summary>
public static class NounSlots
{
    /// <summary>The part at an axis, or null when there is none (axis 0 is no part of anything).</summary>
    public static Noun? Get(Noun noun, Atom axis)
    {
        Noun part = noun;
        for (long bit = axis.BitLength - 2; bit >= 0; bit--)
        {
            if (part is not Cell cell)
            {
                return null;
            }
            part = axis.Bit(bit) ? cell.Tail : cell.Head;
        }
        return axis.BitLength == 0 ? null : part;
    }

    /// <summary>As <see cref="Get(Noun, Atom)"/>.</summary>
    public static Noun? Get(Noun noun, ulong axis)
    {
        if (axis == 0)
        {
            return null;
        }
        Noun part = noun;
        // The path lies below the highest one bit, the first turn highest.
        int turns = 63 - System.Numerics.BitOperations.LeadingZeroCount(axis);
        for (ulong path = axis << (64 - turns); turns > 0; turns--, path <<= 1)
        {
            if (part is not Cell cell)
            {
                return null;
            }
            part = (long)path < 0 ? cell.Tail : cell.Head;
        }
        return part;
    }

    /// <summary>The noun with another part at an axis, or null when it has no part there.</summary>
    public static Noun? Edit(Noun noun, Atom axis, Noun part)
    {
        long turns = axis.BitLength - 1;
        if (turns < 0)
        {
            return null;
        }
        // One cell after the other on the way down, so the way is no longer than the noun is deep.
        List<Cell> way = [];
        Noun at = noun;
        for (long bit = turns - 1; bit >= 0; bit--)
        {
            if (at is not Cell cell)
            {
                return null;
            }
            way.Add(cell);
            at = axis.Bit(bit) ? cell.Tail : cell.Head;
        }
        Noun edited = part;
        for (int i = way.Count - 1; i >= 0; i--)
        {
            edited = axis.Bit(way.Count - 1 - i) ? new Cell(way[i].Head, edited) : new Cell(edited, way[i].Tail);
        }
        return edited;
    }
}
