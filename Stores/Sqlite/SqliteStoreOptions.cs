using Granary.Kernels;

namespace Granary.Stores;

/// <summary>How a <see cref="SqliteStore"/> works on its file.</summary>
public sealed record SqliteStoreOptions
{
    /// <summary>The links in a node's bytes: the collector and the check of copied kernels follow them.</summary>
    public Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> ChildLinks { get; init; } =
        node => TreeWalker.ChildLinks(node);

    /// <summary>The log is moved into the main file when it is longer than this.</summary>
    public int LogPagesMax { get; init; } = 1_000;

    /// <summary>Connections for reading that are kept open between calls; more are opened when more threads
    /// read.</summary>
    public int IdleReadersMax { get; init; } = 8;
}
