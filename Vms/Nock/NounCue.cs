namespace Granary.Vms.Nock;

/// <summary>Reads one jammed noun and believes nothing.</summary>
/// <remarks>
/// Twice: first only for what is referred to, which is little or nothing, so that the second time little or nothing has
/// to be remembered by where it began.
/// </remarks>
internal ref struct NounCue
{
    private const int NotReferred = -1;

    /// <summary>Where something begins that is referred to, in order; then an end that nothing reaches.</summary>
    private readonly long[] _targets;

    /// <summary>The nouns there, when they are whole.</summary>
    private readonly Noun?[] _found;

    private NounBitReader _bits;
    private int _nextTarget;

    // Cells that have begun: their places among the targets, and their heads when these have been read.
    private (int Place, Noun? Head)[] _open = new (int, Noun?)[32];
    private int _depth;

    public NounCue(ReadOnlySpan<byte> bytes, bool strict)
    {
        _bits = new NounBitReader(bytes, strict);
        _targets = FindTargets(new NounBitReader(bytes, strict));
        _found = new Noun?[_targets.Length];
    }

    public Noun Read()
    {
        while (true)
        {
            long start = _bits.Position;
            int place = start < _targets[_nextTarget] ? NotReferred : FindPlace(start);
            Noun noun;
            switch (_bits.ReadSign(out bool isShort, out ulong value))
            {
                case NounSign.Cell:
                    if (_depth == _open.Length)
                    {
                        Array.Resize(ref _open, 2 * _depth);
                    }
                    _open[_depth++] = (place, null);
                    continue;
                case NounSign.Reference:
                    noun = Referred(_bits.ReadNumber(), start);
                    break;
                default:
                    noun = isShort ? Atom.Of(value) : _bits.ReadNumber();
                    Keep(place, noun);
                    break;
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
                Keep(cell.Place, noun);
                _depth--;
            }
        }
    }

    /// <summary>The bits referred to, in order, each once, and one beyond all.</summary>
    private static long[] FindTargets(NounBitReader bits)
    {
        List<long> targets = [];
        for (long open = 1; open > 0;)
        {
            long start = bits.Position;
            switch (bits.ReadSign(out bool isShort, out _))
            {
                case NounSign.Cell:
                    open++;
                    continue;
                case NounSign.Reference:
                    Atom offset = bits.ReadNumber();
                    if (!offset.IsSmall || offset.Low >= (ulong)start)
                    {
                        throw NoNoun(offset, start);
                    }
                    targets.Add((long)offset.Low);
                    break;
                default:
                    if (!isShort)
                    {
                        bits.SkipNumber();
                    }
                    break;
            }
            open--;
        }
        targets.Sort();
        int count = 0;
        for (int i = 0; i < targets.Count; i++)
        {
            if (count == 0 || targets[count - 1] != targets[i])
            {
                targets[count++] = targets[i];
            }
        }
        return [.. targets[..count], long.MaxValue];
    }

    /// <summary>The place of a target that begins here; targets before are no beginnings.</summary>
    private int FindPlace(long start)
    {
        while (_targets[_nextTarget] < start)
        {
            _nextTarget++;
        }
        return _targets[_nextTarget] == start ? _nextTarget++ : NotReferred;
    }

    private readonly void Keep(int place, Noun noun)
    {
        if (place != NotReferred)
        {
            _found[place] = noun;
        }
    }

    private readonly Noun Referred(Atom offset, long start) =>
        _found[Array.BinarySearch(_targets, (long)offset.Low)] ?? throw NoNoun(offset, start);

    private static NounFormatException NoNoun(Atom offset, long start) =>
        new($"No noun that is whole began at the bit referred to, {offset}.", start);
}
