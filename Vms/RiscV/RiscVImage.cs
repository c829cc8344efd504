namespace Granary.Vms.RiscV;

/// <summary>A loaded program before it runs: memory, pages, entry. Immutable; shares its decoded code.</summary>
internal sealed class RiscVImage
{
    private readonly RiscVPage[] _pages;
    private readonly byte[] _bytes;

    /// <param name="bytes">Memory from address 0 up to the last byte that is not zero or in a segment.</param>
    public RiscVImage(RiscVProfile profile, byte[] bytes, RiscVPage[] pages, ulong entry, long loadedBytes)
    {
        Profile = profile;
        _bytes = bytes;
        _pages = pages;
        Entry = entry;
        LoadedBytes = loadedBytes;
        Code = new RiscVCode(bytes, pages, profile);
    }

    public RiscVProfile Profile { get; }

    public ulong Entry { get; }

    /// <summary>Bytes of the file that were loaded: they are paid for.</summary>
    public long LoadedBytes { get; }

    public int MemoryBytes => _pages.Length << RiscVMemory.PageShift;

    public RiscVCode Code { get; }

    public ReadOnlySpan<byte> Bytes => _bytes;

    public ReadOnlySpan<RiscVPage> Pages => _pages;

    /// <summary>A hart about to run the first instruction.</summary>
    public RiscVHart Start()
    {
        RiscVMemory memory = MakeMemory();
        _bytes.CopyTo(memory.Bytes, 0);
        return new RiscVHart(memory, Code, Profile) { Pc = Entry };
    }

    /// <summary>A hart that shares nothing with this image, for a program that is run once.</summary>
    public RiscVHart StartAlone()
    {
        RiscVMemory memory = MakeMemory();
        _bytes.CopyTo(memory.Bytes, 0);
        return new RiscVHart(memory, new RiscVCode(memory.Bytes, memory.Pages, Profile), Profile) { Pc = Entry };
    }

    /// <summary>Memory with the image's pages, its content still to be filled in.</summary>
    public RiscVMemory MakeMemory()
    {
        RiscVMemory memory = new(MemoryBytes, Profile.LoadsNeedAByteBehind);
        _pages.CopyTo(memory.Pages, 0);
        return memory;
    }

    /// <summary>
    /// True when every page that cannot be written holds what this image put there: decoded code stays true.
    /// </summary>
    public bool HasSameCode(RiscVMemory memory)
    {
        for (int page = 0; page < _pages.Length; page++)
        {
            int start = page << RiscVMemory.PageShift;
            ReadOnlySpan<byte> there = memory.Bytes.AsSpan(start, SnapshotFormat.PageBytes);
            bool inside = start < _bytes.Length;
            bool same = _pages[page] < RiscVPage.Executable
                || (inside ? there.SequenceEqual(_bytes.AsSpan(start, SnapshotFormat.PageBytes))
                    : there.IndexOfAnyExcept((byte)0) < 0);
            if (!same)
            {
                return false;
            }
        }
        return true;
    }
}
