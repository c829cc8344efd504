namespace Granary.Vms.Nock;

/// <summary>Reads what <see cref="NounWriter"/> wrote, and believes none of it.</summary>
internal ref struct NounReader(NounBase program, ReadOnlySpan<byte> bytes)
{
    private readonly List<Noun> _nouns = [];
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>All nodes, to the end.</summary>
    public void ReadNodes(NockLimits limits)
    {
        long units = limits.LivingUnitsMax + limits.SweepUnits;
        while (!_rest.IsEmpty)
        {
            uint size = ReadVarint();
            if (size == 0)
            {
                Noun head = ReadNoun();
                _nouns.Add(new Cell(head, ReadNoun()));
                units -= NockLimits.CellUnits;
            }
            else
            {
                if (size - 1 > (uint)_rest.Length || size - 1 > limits.AtomBytesMax + 8)
                {
                    throw new SnapshotFormatException($"An atom of {size - 1} bytes is over its limit or cut short.");
                }
                Atom atom = Atom.FromBytes(_rest[..(int)(size - 1)]);
                _rest = _rest[(int)(size - 1)..];
                _nouns.Add(atom);
                units -= NockLimits.AtomUnits + (8L * atom.WordCount);
            }
            if (units < 0)
            {
                throw new SnapshotFormatException("The nouns are over the limit of memory.");
            }
        }
    }

    /// <summary>Goes on with other bytes, which refer to the nodes.</summary>
    public void Turn(ReadOnlySpan<byte> bytes) => _rest = bytes;

    public readonly bool AtEnd => _rest.IsEmpty;

    public byte ReadByte()
    {
        if (_rest.IsEmpty)
        {
            throw new SnapshotFormatException("The machine is cut short.");
        }
        byte value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>A noun by its number.</summary>
    public Noun ReadNoun()
    {
        uint number = ReadVarint();
        if (number < (uint)program.Count)
        {
            return program[(int)number];
        }
        number -= (uint)program.Count;
        return number < (uint)_nouns.Count
            ? _nouns[(int)number]
            : throw new SnapshotFormatException($"There is no noun {number}.");
    }

    public uint ReadVarint()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte next = ReadByte();
            if (shift == 28 && next > 0x0F)
            {
                break;
            }
            value |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
        throw new SnapshotFormatException("A number is too long.");
    }

    /// <summary>What is left, at most so many bytes.</summary>
    public byte[] ReadRest(int bytesMax)
    {
        if (_rest.Length > bytesMax)
        {
            throw new SnapshotFormatException($"{_rest.Length} bytes are over the limit of {bytesMax}.");
        }
        byte[] rest = _rest.ToArray();
        _rest = default;
        return rest;
    }

    /// <summary>Eight bytes, lowest first, not below zero.</summary>
    public long ReadCounter()
    {
        ulong value = 0;
        for (int i = 0; i < 8; i++)
        {
            value |= (ulong)ReadByte() << (8 * i);
        }
        return value <= long.MaxValue
            ? (long)value
            : throw new SnapshotFormatException("A counter is below zero.");
    }
}
