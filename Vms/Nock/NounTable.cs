namespace Granary.Vms.Nock;

/// <summary>Nouns and where each was first met, found by mug and compared by content.</summary>
internal sealed class NounTable
{
    private Noun?[] _nouns = new Noun?[64];
    private long[] _positions = new long[64];
    private uint[] _hashes = new uint[64];
    private int _count;

    /// <summary>
    /// The position of an equal noun; -1 when there was none and this one is kept with its position; -2 when the work
    /// is spent.
    /// </summary>
    public long FindOrAdd(Noun noun, long position, ref long work)
    {
        int mask = _nouns.Length - 1;
        uint hash = Hash(noun);
        int slot = (int)(hash & (uint)mask);
        for (; _nouns[slot] is { } other; slot = (slot + 1) & mask)
        {
            work--;
            if (_hashes[slot] != hash)
            {
                if (work < 0)
                {
                    return -2;
                }
                continue;
            }
            if (ReferenceEquals(noun, other))
            {
                return _positions[slot];
            }
            bool same = noun is Atom atom
                ? other is Atom known && SameAtom(atom, known, ref work)
                : SameCell(noun, other, ref work);
            if (same)
            {
                return work < 0 ? -2 : _positions[slot];
            }
            if (work < 0)
            {
                return -2;
            }
        }
        _nouns[slot] = noun;
        _positions[slot] = position;
        _hashes[slot] = hash;
        if (++_count * 2 > _nouns.Length)
        {
            Grow();
        }
        return -1;
    }

    private static bool SameAtom(Atom a, Atom b, ref long work)
    {
        if (a.IsSmall)
        {
            return b.IsSmall && a.Low == b.Low;
        }
        work -= a.WordCount;
        return a.Equals(b);
    }

    private static bool SameCell(Noun a, Noun b, ref long work) =>
        b is Cell && NounMug.Of(a) == NounMug.Of(b) && NounEquality.Same(a, b, ref work) == true;

    private static uint Hash(Noun noun) => noun is Atom { IsSmall: true } atom
        ? (uint)((atom.Low * 0x9E3779B97F4A7C15) >> 33)
        : NounMug.Of(noun);

    private void Grow()
    {
        (Noun?[] nouns, long[] positions, uint[] hashes) = (_nouns, _positions, _hashes);
        int size = nouns.Length * 2;
        (_nouns, _positions, _hashes) = (new Noun?[size], new long[size], new uint[size]);
        for (int i = 0; i < nouns.Length; i++)
        {
            if (nouns[i] is null)
            {
                continue;
            }
            int slot = (int)(hashes[i] & (uint)(size - 1));
            while (_nouns[slot] is not null)
            {
                slot = (slot + 1) & (size - 1);
            }
            (_nouns[slot], _positions[slot], _hashes[slot]) = (nouns[i], positions[i], hashes[i]);
        }
    }
}
