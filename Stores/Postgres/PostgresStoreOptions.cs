using Granary.Kernels;

namespace Granary.Stores;

/// <summary>How a <see cref="PostgresStore"/> works on its database.</summary>
public sealed record PostgresStoreOptions
{
    /// <summary>The links in a node's bytes: the collector and the check of copied kernels follow them.</summary>
    public Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> ChildLinks { get; init; } =
        node => TreeWalker.ChildLinks(node);

    /// <summary>Whether others may use the database at the same time.</summary>
    public PostgresUse Use { get; init; } = PostgresUse.Shared;

    /// <summary>
    /// Code that no kernel has used is kept for so long after it was put; whoever put it, on whichever node, is about
    /// to create a kernel of it.
    /// </summary>
    public TimeSpan CodeWaitsMax { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The longest pause between two tries to reach a server that does not answer.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of state tree nodes that are kept in memory after they were read.</summary>
    public int NodeCacheBytesMax { get; init; } = 16 << 20;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
