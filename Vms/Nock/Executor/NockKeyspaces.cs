namespace Granary.Vms.Nock;

/// <summary>
/// Keyspaces: a path, ended by 0, holds every key that begins with it. A declaration is a list of them.
/// </summary>
internal static class NockKeyspaces
{
    /// <summary>A list, ended by 0, of paths, each ended by 0.</summary>
    public static bool IsDeclaration(Noun noun)
    {
        for (; noun is Cell list; noun = list.Tail)
        {
            if (!IsList(list.Head))
            {
                return false;
            }
        }
        return IsZero(noun);
    }

    public static bool IsList(Noun noun)
    {
        while (noun is Cell cell)
        {
            noun = cell.Tail;
        }
        return IsZero(noun);
    }

    /// <summary>True when one of the declared keyspaces holds the key.</summary>
    public static bool Hold(Noun declaration, Noun key)
    {
        for (; declaration is Cell list; declaration = list.Tail)
        {
            if (BeginsWith(key, list.Head))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>True when some key could be in both.</summary>
    public static bool Overlap(Noun first, Noun second)
    {
        for (Noun left = first; left is Cell a; left = a.Tail)
        {
            for (Noun right = second; right is Cell b; right = b.Tail)
            {
                if (BeginsWith(a.Head, b.Head) || BeginsWith(b.Head, a.Head))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static bool BeginsWith(Noun key, Noun path)
    {
        for (; path is Cell part; path = part.Tail)
        {
            if (key is not Cell at || !NounEquality.Same(at.Head, part.Head))
            {
                return false;
            }
            key = at.Tail;
        }
        return true;
    }

    private static bool IsZero(Noun noun) => noun is Atom { IsSmall: true, Low: 0 };
}
