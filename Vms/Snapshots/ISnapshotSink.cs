namespace Granary.Vms;

/// <summary>Takes a saved machine: named sections, and large memories as pages.</summary>
public interface ISnapshotSink
{
    /// <summary>
    /// Writes a section of at most <see cref="SnapshotFormat.SectionBytesMax"/> bytes. Names are 1 to 32 of <c>a-z 0-9
    /// -</c>, each at most once in a snapshot.
    /// </summary>
    void WriteSection(string name, ReadOnlySpan<byte> content);

    /// <summary>
    /// Writes a memory as pages of <see cref="SnapshotFormat.PageBytes"/>; pages that are all zero take no room, and
    /// the sink keeps those that did not change since the snapshot before.
    /// </summary>
    /// <param name="dirty">
    /// One bit a page, lowest bit first: pages that may have changed since the last save of this very machine. It may
    /// say too much, never too little. Empty: all may have.
    /// </param>
    void WriteMemory(string name, ReadOnlySpan<byte> memory, ReadOnlySpan<ulong> dirty);
}
