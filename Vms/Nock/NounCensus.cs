namespace Granary.Vms.Nock;

/// <summary>Counts nouns, each object once.</summary>
internal sealed class NounCensus
{
    private readonly HashSet<Noun> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Stack<Noun> _open = new();

    /// <summary>Units of memory, as <see cref="NockLimits"/> counts them.</summary>
    public long Units { get; private set; }

    /// <summary>The units of one noun.</summary>
    public static long Of(Noun noun)
    {
        NounCensus census = new();
        census.Add(noun);
        return census.Units;
    }

    public void Add(Noun noun)
    {
        _open.Push(noun);
        while (_open.TryPop(out Noun? next))
        {
            if (!_seen.Add(next))
            {
                continue;
            }
            if (next is Cell cell)
            {
                Units += NockLimits.CellUnits;
                _open.Push(cell.Tail);
                _open.Push(cell.Head);
            }
            else
            {
                Units += NockLimits.AtomUnits + (8L * ((Atom)next).WordCount);
            }
        }
    }
}
