namespace Granary.Vms.Nock;

/// <summary>
/// Sets and maps, <c>0</c> or <c>[element left right]</c>; a map's elements are <c>[key value]</c>, and its order is by
/// key. All is done step for step as the library's code does it, so that a noun that is no good set comes to the same.
/// </summary>
/// <remarks>
/// A method is null when the code would crash, when the work is not paid for, or when the tree is so deep that the jet
/// declines. Sound trees are as deep as the logarithm of their size.
/// </remarks>
internal ref struct NockTree(ref NockJetCall call, bool isMap)
{
    private const int DepthMax = 256;
    private const ulong Left = 6;
    private const ulong Right = 7;

    private readonly ref NockJetCall _call = ref call;

    public Noun? Put(Noun tree, Noun element, int depth = 0)
    {
        if (!Enter(depth))
        {
            return null;
        }
        if (IsEmpty(tree))
        {
            return Node(element, Atom.Zero, Atom.Zero);
        }
        if (Key(element) is not { } key || tree is not Cell { Head: var top, Tail: var sides } || Key(top) is not { } at
            || Same(key, at) is not { } same)
        {
            return null;
        }
        if (same)
        {
            _call.Made(cells: isMap ? 1 : 0);
            return isMap ? new Cell(element, sides) : tree;
        }
        if (Before(key, at) is not { } left)
        {
            return null;
        }
        Noun? under = Put(tree, left ? Left : Right, element, depth);
        if (under is not Cell { Head: var other } || Key(other) is not { } otherKey
            || Above(at, otherKey) is not { } stays)
        {
            return null;
        }
        if (stays)
        {
            return left ? Node(top, under, At(tree, Right)) : Node(top, At(tree, Left), under);
        }
        return left ? TurnedRight(tree, under) : TurnedLeft(tree, under);
    }

    /// <summary>The element of a key; any noun when it is not found, null where the other methods are.</summary>
    public Noun? Find(Noun tree, Noun key, out bool found)
    {
        found = false;
        for (Noun? at = tree; at is not null;)
        {
            if (IsEmpty(at))
            {
                return Atom.Zero;
            }
            _call.Made(cells: 0);
            if (!_call.Words(NockGas.Element) || at is not Cell { Head: var top } || Key(top) is not { } own
                || Same(key, own) is not { } same)
            {
                return null;
            }
            if (same)
            {
                found = true;
                return top;
            }
            at = Before(key, own) is { } left ? At(at, left ? Left : Right) : null;
        }
        return null;
    }

    public Noun? Union(Noun? a, Noun? b, int depth = 0)
    {
        if (a is null || b is null || !Enter(depth))
        {
            return null;
        }
        if (IsEmpty(b) || Same(a, b) is not { } same)
        {
            return IsEmpty(b) ? a : null;
        }
        if (same || IsEmpty(a))
        {
            return same ? a : b;
        }
        if (a is not Cell { Head: var x } || b is not Cell { Head: var y } || Same(x, y) is not { } sameTop)
        {
            return null;
        }
        if (sameTop)
        {
            return Node(
                y, Union(At(a, Left), At(b, Left), depth + 1), Union(At(a, Right), At(b, Right), depth + 1));
        }
        return Above(x, y) is not { } above ? null : above ? Graft(a, x, b, y, depth) : Graft(b, y, a, x, depth);
    }

    public Noun? Intersection(Noun? a, Noun? b, int depth = 0)
    {
        if (a is null || b is null || !Enter(depth))
        {
            return null;
        }
        if (IsEmpty(a) || IsEmpty(b))
        {
            return Atom.Zero;
        }
        if (a is not Cell { Head: var x } || b is not Cell { Head: var y } || Above(x, y) is not { } above)
        {
            return null;
        }
        if (!above)
        {
            return Intersection(b, a, depth + 1);
        }
        if (Same(x, y) is not { } same)
        {
            return null;
        }
        if (same)
        {
            return Node(x, Intersection(At(a, Left), At(b, Left), depth + 1),
                Intersection(At(a, Right), At(b, Right), depth + 1));
        }
        if (Before(y, x) is not { } left)
        {
            return null;
        }
        return left
            ? Union(Intersection(At(a, Left), Node(y, At(b, Left), Atom.Zero), depth + 1),
                Intersection(a, At(b, Right), depth + 1), depth + 1)
            : Union(Intersection(At(a, Right), Node(y, Atom.Zero, At(b, Right)), depth + 1),
                Intersection(a, At(b, Left), depth + 1), depth + 1);
    }

    public Noun? Difference(Noun? a, Noun? b, int depth = 0)
    {
        if (a is null || b is null || !Enter(depth) || IsEmpty(b))
        {
            return b is not null && IsEmpty(b) ? a : null;
        }
        if (b is not Cell { Head: var y } || Split(a, y, depth + 1) is not { } split)
        {
            return null;
        }
        return Join(Difference(At(split, Left), At(b, Left), depth + 1),
            Difference(At(split, Right), At(b, Right), depth + 1), depth + 1);
    }

    private Noun? Put(Noun tree, ulong side, Noun element, int depth) =>
        At(tree, side) is { } under ? Put(under, element, depth + 1) : null;

    /// <summary>The union when the first top stays on top: the second's sides go where they belong.</summary>
    private Noun? Graft(Noun a, Noun x, Noun b, Noun y, int depth) => Before(y, x) switch
    {
        null => null,
        true => Union(Node(x, Union(At(a, Left), Node(y, At(b, Left), Atom.Zero), depth + 1), At(a, Right)),
            At(b, Right), depth + 1),
        false => Union(Node(x, At(a, Left), Union(At(a, Right), Node(y, Atom.Zero, At(b, Right)), depth + 1)),
            At(b, Left), depth + 1),
    };

    /// <summary>The tree with an element on top.</summary>
    private Noun? Split(Noun? tree, Noun element, int depth)
    {
        if (tree is null || !Enter(depth))
        {
            return null;
        }
        if (IsEmpty(tree))
        {
            return Node(element, Atom.Zero, Atom.Zero);
        }
        if (tree is not Cell { Head: var top } || Same(element, top) is not { } same)
        {
            return null;
        }
        if (same)
        {
            return tree;
        }
        if (Before(element, top) is not { } left
            || Split(At(tree, left ? Left : Right), element, depth + 1) is not { } under)
        {
            return null;
        }
        return left ? TurnedRight(tree, under) : TurnedLeft(tree, under);
    }

    /// <summary>Two trees of which all of the first is before all of the second.</summary>
    private Noun? Join(Noun? a, Noun? b, int depth)
    {
        if (a is null || b is null || !Enter(depth))
        {
            return null;
        }
        if (IsEmpty(a) || IsEmpty(b))
        {
            return IsEmpty(a) ? b : a;
        }
        if (a is not Cell { Head: var x } || b is not Cell { Head: var y } || Above(x, y) is not { } above)
        {
            return null;
        }
        return above
            ? Node(x, At(a, Left), Join(At(a, Right), b, depth + 1))
            : Node(y, Join(a, At(b, Left), depth + 1), At(b, Right));
    }

    /// <summary>The left side comes to the top.</summary>
    private readonly Cell? TurnedRight(Noun tree, Noun under) => Node(
        At(under, 2), At(under, Left), Node(At(tree, 2), At(under, Right), At(tree, Right)));

    private readonly Cell? TurnedLeft(Noun tree, Noun under) => Node(
        At(under, 2), Node(At(tree, 2), At(tree, Left), At(under, Left)), At(under, Right));

    private bool Enter(int depth)
    {
        if (depth > DepthMax)
        {
            _call.Decline();
            return false;
        }
        _call.Made(cells: 0);
        return !_call.Declined && _call.Words(NockGas.Element);
    }

    private readonly Noun? Key(Noun element) => isMap ? (element as Cell)?.Head : element;

    private readonly bool? Same(Noun a, Noun b) =>
        NockNounJets.TrySame(a, b, ref _call, out bool same) ? same : null;

    private readonly bool? Before(Noun a, Noun b) => IsYes(NockNounJets.ByMug(a, b, twice: false, ref _call));

    private readonly bool? Above(Noun a, Noun b) => IsYes(NockNounJets.ByMug(a, b, twice: true, ref _call));

    private static bool? IsYes(Atom? loobean) => loobean is null ? null : loobean.BitLength == 0;

    private static bool IsEmpty(Noun tree) => tree is Atom { BitLength: 0 };

    private static Noun? At(Noun tree, ulong axis) => NounSlots.Get(tree, axis);

    private readonly Cell? Node(Noun? top, Noun? left, Noun? right)
    {
        if (top is null || left is null || right is null)
        {
            return null;
        }
        _call.Made(cells: 2);
        return new Cell(top, new Cell(left, right));
    }
}
