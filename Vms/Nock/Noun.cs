namespace Granary.Vms.Nock;

/// <summary>A noun: an atom (a natural number of any size) or a cell (an ordered pair of nouns). Immutable.</summary>
/// <remarks>Equality of nouns is <see cref="NounEquality"/>: it may have to look at as much as both hold.</remarks>
public abstract class Noun
{
    /// <summary>The mug once it is known; no mug is 0. All threads find the same: a lost write is harmless.</summary>
    internal uint MugOrZero;

    private protected Noun()
    {
    }

    /// <summary>The list of these nouns: each a cell's head, ended by 0.</summary>
    public static Noun List(params ReadOnlySpan<Noun> items)
    {
        Noun list = Atom.Zero;
        for (int i = items.Length - 1; i >= 0; i--)
        {
            list = new Cell(items[i], list);
        }
        return list;
    }

    /// <summary>The tuple of these nouns, <c>[a b c]</c> = <c>[a [b c]]</c>; at least one.</summary>
    public static Noun Tuple(params ReadOnlySpan<Noun> items)
    {
        Noun tuple = items[^1];
        for (int i = items.Length - 2; i >= 0; i--)
        {
            tuple = new Cell(items[i], tuple);
        }
        return tuple;
    }

    /// <summary>The noun in Nock notation, cut after some hundred characters; for people and debuggers.</summary>
    public override string ToString() => NounText.Print(this, charsMax: 400);
}
