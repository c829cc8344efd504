namespace Granary.Vms;

/// <summary>A snapshot in memory: sink and source in one, in a fixed order, for tests, shells and bundles.</summary>
public sealed class SnapshotBuffer : ISnapshotSink, ISnapshotSource
{
    private readonly SortedDictionary<string, byte[]> _sections = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, byte[]> _memories = new(StringComparer.Ordinal);

    /// <summary>Sections by name, in bytewise order.</summary>
    public IReadOnlyDictionary<string, byte[]> Sections => _sections;

    /// <summary>Memories by name, in bytewise order.</summary>
    public IReadOnlyDictionary<string, byte[]> Memories => _memories;

    public void WriteSection(string name, ReadOnlySpan<byte> content)
    {
        CheckName(name);
        _sections.Add(name, content.ToArray());
    }

    public void WriteMemory(string name, ReadOnlySpan<byte> memory, ReadOnlySpan<ulong> dirty)
    {
        CheckName(name);
        _memories.Add(name, memory.ToArray());
    }

    public bool TryReadSection(string name, out ReadOnlyMemory<byte> content)
    {
        bool found = _sections.TryGetValue(name, out byte[]? bytes);
        content = bytes;
        return found;
    }

    public long GetMemoryBytes(string name) => _memories.TryGetValue(name, out byte[]? bytes) ? bytes.Length : -1;

    public void ReadMemory(string name, Span<byte> memory) => _memories[name].CopyTo(memory);

    /// <summary>True when both hold the same sections and memories, byte for byte.</summary>
    public bool ContentEquals(SnapshotBuffer other) =>
        SameContent(_sections, other._sections) && SameContent(_memories, other._memories);

    private static bool SameContent(SortedDictionary<string, byte[]> a, SortedDictionary<string, byte[]> b) =>
        a.Count == b.Count
        && a.All(pair => b.TryGetValue(pair.Key, out byte[]? bytes) && bytes.AsSpan().SequenceEqual(pair.Value));

    private static void CheckName(string name)
    {
        if (!SnapshotFormat.IsName(name))
        {
            throw new ArgumentException($"'{name}' is no section name.", nameof(name));
        }
    }
}
