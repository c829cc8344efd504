using System.Buffers.Binary;
using System.Numerics;

namespace Granary.Vms.RiscV;

/// <summary>What may be done with a page. All pages can be read.</summary>
internal enum RiscVPage : byte
{
    /// <summary>Writable, not written since the last save.</summary>
    Clean = 0,

    /// <summary>Writable, and marked as written: the only state in which the interpreter stores by itself.</summary>
    Open = 1,
    Executable = 2,

    /// <summary>Constants, and what no segment covers (actor mode only).</summary>
    ReadOnly = 3,
}

/// <summary>
/// The memory of a hart: flat, little-endian, misaligned accesses allowed, pages of 4 KiB that are either writable or
/// executable.
/// </summary>
internal sealed class RiscVMemory(int bytes, bool loadsNeedAByteBehind)
{
    public const int PageShift = 12;

    public byte[] Bytes { get; } = new byte[bytes];

    public RiscVPage[] Pages { get; } = new RiscVPage[bytes >> PageShift];

    /// <summary>A load must end at or before this address.</summary>
    public ulong LoadTop { get; } = (ulong)bytes - (loadsNeedAByteBehind ? 1u : 0u);

    /// <summary>
    /// The pages written since the last commit, as bits: what the next one pays for. Kept apart from what a save has to
    /// look at, because a save may come anywhere and must not show in the gas.
    /// </summary>
    public ulong[] Touched { get; } = new ulong[((bytes >> PageShift) + 63) / 64];

    /// <summary>The pages that may have changed since the last save; null when all may have.</summary>
    private ulong[]? Unsaved { get; set; }

    /// <summary>What a save has to look at: empty for everything. The next save looks at what comes after.</summary>
    public ReadOnlySpan<ulong> TakeUnsaved()
    {
        ulong[]? unsaved = Unsaved;
        Unsaved = new ulong[Touched.Length];
        CloseAll();
        return unsaved;
    }

    /// <summary>Begins a new commit; gives back how many pages the last one touched.</summary>
    public int TakeTouched()
    {
        int count = CountTouched();
        Array.Clear(Touched);
        CloseAll();
        return count;
    }

    public int CountTouched()
    {
        int count = 0;
        foreach (ulong word in Touched)
        {
            count += BitOperations.PopCount(word);
        }
        return count;
    }

    /// <summary>Makes a range writable by the interpreter, or says why not.</summary>
    public RiscVFault TryOpen(ulong address, ulong size, out ulong faultAddress)
    {
        faultAddress = address;
        if (size == 0)
        {
            return RiscVFault.None;
        }
        if (address >= (ulong)Bytes.Length || size > (ulong)Bytes.Length - address)
        {
            faultAddress = address >= (ulong)Bytes.Length ? address : unchecked(address + size);
            return RiscVFault.MemOutOfBound;
        }
        for (ulong page = address >> PageShift; page <= (address + size - 1) >> PageShift; page++)
        {
            if (Pages[page] >= RiscVPage.Executable)
            {
                faultAddress = page << PageShift;
                return RiscVFault.MemWriteOnExecutablePage;
            }
            Open(page);
        }
        return RiscVFault.None;
    }

    /// <summary>The stores that the interpreter does not do itself: misaligned, or the first of a page.</summary>
    public RiscVFault TryStore(ulong address, ulong value, int size)
    {
        RiscVFault fault = TryOpen(address, (ulong)size, out _);
        if (fault == RiscVFault.None)
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
            bytes[..size].CopyTo(Bytes.AsSpan((int)address));
        }
        return fault;
    }

    /// <summary>A range that can be read, for system calls.</summary>
    public bool TryRead(ulong address, ulong size, out ReadOnlySpan<byte> content)
    {
        bool inside = size <= (ulong)Bytes.Length && address <= (ulong)Bytes.Length - size;
        content = inside ? Bytes.AsSpan((int)address, (int)size) : default;
        return inside;
    }

    /// <summary>Writes what a system call answers.</summary>
    public RiscVFault TryWrite(ulong address, ReadOnlySpan<byte> content)
    {
        RiscVFault fault = TryOpen(address, (ulong)content.Length, out _);
        if (fault == RiscVFault.None)
        {
            content.CopyTo(content.IsEmpty ? default : Bytes.AsSpan((int)address));
        }
        return fault;
    }

    private void Open(ulong page)
    {
        ulong bit = 1UL << (int)(page % 64);
        Touched[page / 64] |= bit;
        if (Unsaved is not null)
        {
            Unsaved[page / 64] |= bit;
        }
        Pages[page] = RiscVPage.Open;
    }

    /// <summary>The next store to each page is noted again.</summary>
    private void CloseAll() => Pages.AsSpan().Replace(RiscVPage.Open, RiscVPage.Clean);

    public RiscVFault TryWriteUInt64(ulong address, ulong value) => TryStore(address, value, sizeof(ulong));

    public bool TryReadUInt64(ulong address, out ulong value)
    {
        bool inside = TryRead(address, sizeof(ulong), out ReadOnlySpan<byte> bytes);
        value = inside ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return inside;
    }
}
