namespace Granary.Vms.Nock;

/// <summary>Whether two nouns are the same, however their parts are shared.</summary>
public static class NounEquality
{
    /// <summary>Pairs looked at before the memory of pairs is begun: enough for nearly all comparisons.</summary>
    private const int PlainPairs = 256;

    /// <summary>True when both are the same noun.</summary>
    public static bool Same(Noun a, Noun b)
    {
        long work = long.MaxValue;
        return Same(a, b, ref work) == true;
    }

    /// <summary>
    /// Null when <paramref name="work"/> does not cover it: each pair of cells takes one, each pair of atoms one for 64
    /// bits. What is taken depends on the nouns and on which of their parts are one object, on nothing else.
    /// </summary>
    internal static bool? Same(Noun a, Noun b, ref long work)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }
        if (a is Atom left && b is Atom right)
        {
            work -= Math.Min(left.WordCount, right.WordCount);
            return work < 0 ? null : left.Equals(right);
        }
        return a is Cell x && b is Cell y ? Compare(x, y, ref work) : false;
    }

    private static bool? Compare(Cell a, Cell b, ref long work)
    {
        Stack<(Cell A, Cell B)> open = new();
        Dictionary<Cell, Cell>? classes = null;
        open.Push((a, b));
        for (int pairs = 0; open.TryPop(out (Cell A, Cell B) pair); pairs++)
        {
            if (--work < 0)
            {
                return null;
            }
            if (pairs == PlainPairs)
            {
                classes = new Dictionary<Cell, Cell>(ReferenceEqualityComparer.Instance);
            }
            if (classes is not null && !Join(classes, pair.A, pair.B))
            {
                continue;
            }
            bool? tails = Push(open, pair.A.Tail, pair.B.Tail, ref work);
            bool? same = tails == true ? Push(open, pair.A.Head, pair.B.Head, ref work) : tails;
            if (same != true)
            {
                return same;
            }
        }
        return true;
    }

    /// <summary>False or null when that settles it; cells are left for later.</summary>
    private static bool? Push(Stack<(Cell A, Cell B)> open, Noun a, Noun b, ref long work)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }
        if (a is Cell x && b is Cell y)
        {
            open.Push((x, y));
            return true;
        }
        return a is Cell || b is Cell ? false : Same(a, b, ref work);
    }

    /// <summary>
    /// Puts both into one class: cells that are the same unless the whole comparison fails. False when they were in one
    /// already. There are fewer classes after each, so that shared parts cost no more than they have cells.
    /// </summary>
    private static bool Join(Dictionary<Cell, Cell> classes, Cell a, Cell b)
    {
        Cell x = Find(classes, a);
        Cell y = Find(classes, b);
        if (ReferenceEquals(x, y))
        {
            return false;
        }
        classes[x] = y;
        return true;
    }

    private static Cell Find(Dictionary<Cell, Cell> classes, Cell cell)
    {
        while (classes.TryGetValue(cell, out Cell? parent))
        {
            // Halving the path keeps later walks short.
            if (classes.TryGetValue(parent, out Cell? above))
            {
                classes[cell] = above;
            }
            cell = parent;
        }
        return cell;
    }
}
