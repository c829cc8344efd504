namespace Granary.Vms;

/// <summary>
/// Gives back a saved machine. What it gives is not trusted by engines: it may have come from anywhere.
/// </summary>
public interface ISnapshotSource
{
    /// <summary>The content of a section, or false when the snapshot has none of that name.</summary>
    bool TryReadSection(string name, out ReadOnlyMemory<byte> content);

    /// <summary>The size of a memory in bytes, or -1 when the snapshot has none of that name.</summary>
    long GetMemoryBytes(string name);

    /// <summary>
    /// Fills a buffer of exactly <see cref="GetMemoryBytes"/> bytes, which the caller hands over zeroed.
    /// </summary>
    void ReadMemory(string name, Span<byte> memory);
}
