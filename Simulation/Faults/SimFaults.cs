namespace Granary.Simulation;

/// <summary>Faults by name.</summary>
public static class SimFaults
{
    /// <summary>All names, in the order of the enumeration.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Each().Select(NameOf)];

    public static string NameOf(SimFault fault)
    {
        string name = fault.ToString();
        return string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0
            ? $"-{char.ToLowerInvariant(c)}"
            : $"{char.ToLowerInvariant(c)}"));
    }

    /// <summary>
    /// Reads <c>all</c>, <c>none</c>, <c>drop,crash</c>, or <c>all,-crash</c>. Null when a name is unknown:
    /// <paramref name="unknown"/> says which.
    /// </summary>
    public static SimFault? Parse(string text, out string unknown)
    {
        SimFault faults = SimFault.None;
        unknown = "";
        foreach (string word in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            bool without = word[0] == '-';
            string name = without ? word[1..] : word;
            SimFault? found = name switch
            {
                "all" => SimFault.All,
                "none" => SimFault.None,
                _ => Find(name),
            };
            if (found is not { } fault)
            {
                unknown = name;
                return null;
            }
            faults = without ? faults & ~fault : faults | fault;
        }
        return faults;
    }

    /// <summary>The shortest text that <see cref="Parse"/> reads back.</summary>
    public static string ToText(SimFault faults) => faults switch
    {
        SimFault.All => "all",
        SimFault.None => "none",
        _ => string.Join(',', Each().Where(f => faults.HasFlag(f)).Select(NameOf)),
    };

    private static SimFault? Find(string name)
    {
        foreach (SimFault fault in Each())
        {
            if (NameOf(fault) == name)
            {
                return fault;
            }
        }
        return null;
    }

    private static IEnumerable<SimFault> Each() =>
        Enum.GetValues<SimFault>().Where(f => f is not (SimFault.None or SimFault.All));
}
