namespace Granary.Stores;

/// <summary>A kernel whose fence a transaction holds, as it sees it.</summary>
internal sealed class PostgresLocked(PostgresTail tail)
{
    public long Key { get; } = tail.Key;

    /// <summary>As it will be when what is to be written is.</summary>
    public PostgresTail Tail { get; set; } = tail;

    /// <summary>Of checkpoints, also of those that are to be written.</summary>
    public HashSet<string> Names { get; } = [];
}
