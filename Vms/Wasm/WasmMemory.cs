using System.Runtime.InteropServices;

namespace Granary.Vms.Wasm;

/// <summary>Linear memory, and which of its pages were written to.</summary>
/// <remarks>
/// Outside the managed heap: it reaches 4 GiB, and compiled code holds its address. A write marks the page of its first
/// byte; a write across a border therefore leaves the page behind unmarked, and a mark speaks for the page behind too.
/// </remarks>
internal sealed unsafe class WasmMemory
{
    public const int PageBytes = 65_536;
    public const int TrackedBytes = SnapshotFormat.PageBytes;
    public const int TrackedShift = 12;

    /// <summary>Written since the last save: a hint.</summary>
    public const byte SinceSave = 1;

    /// <summary>Written since the last commit: part of the machine's state, for it is paid for.</summary>
    public const byte SinceCommit = 2;

    /// <summary>What compiled code and the interpreter write for every store.</summary>
    public const byte Mark = SinceSave | SinceCommit;

    private ulong _capacity;

    public WasmMemory(WasmBounds bounds, uint pagesMax)
    {
        PagesMax = Math.Min(bounds.Max ?? 65_536, pagesMax);
        DeclaredMax = bounds.Max;
        Size = (ulong)bounds.Min * PageBytes;
        Reserve(Size);
    }

    ~WasmMemory()
    {
        NativeMemory.Free(Start);
        NativeMemory.Free(Touched);
        if (_capacity > 0)
        {
            GC.RemoveMemoryPressure((long)_capacity);
        }
    }

    public byte* Start;
    public byte* Touched;
    public ulong Size;

    public uint Pages => (uint)(Size / PageBytes);

    public uint PagesMax { get; }

    public uint? DeclaredMax { get; }

    /// <summary>For machines without a memory.</summary>
    public static WasmMemory None { get; } = new(default, 0);

    public int TouchedCount => (int)(Size / TrackedBytes);

    public bool CanGrow(uint pages) => pages <= PagesMax - Math.Min(PagesMax, Pages);

    /// <summary>Grows by so many pages; the caller has asked whether it can.</summary>
    public void Grow(uint pages)
    {
        ulong size = Size + (ulong)pages * PageBytes;
        if (size > _capacity)
        {
            Reserve(Math.Min(Math.Max(size, Size * 2), Math.Max(size, (ulong)PagesMax * PageBytes)));
        }
        Size = size;
    }

    public bool Contains(ulong start, ulong count) => count <= Size && start <= Size - count;

    public Span<byte> Slice(ulong start, int count) => new(Start + start, count);

    /// <summary>Marks what is about to be written, at least a byte.</summary>
    public void Touch(ulong start, ulong count)
    {
        int first = (int)(start >> TrackedShift);
        int last = (int)((start + count - 1) >> TrackedShift);
        new Span<byte>(Touched + first, last - first + 1).Fill(Mark);
    }

    public void Clear(byte marks)
    {
        Span<byte> touched = new(Touched, TouchedCount);
        // Most of it is zero: found faster than written.
        for (int at = touched.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            touched[at] &= (byte)~marks;
            int next = touched[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }
    }

    public long CountTouched()
    {
        ReadOnlySpan<byte> touched = new(Touched, TouchedCount);
        long count = 0;
        for (int at = touched.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            count += touched[at] >> 1;
            int next = touched[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }
        return count;
    }

    private void Reserve(ulong capacity)
    {
        capacity = Math.Max(capacity, PageBytes);
        byte* start = (byte*)NativeMemory.AllocZeroed((nuint)capacity);
        byte* touched = (byte*)NativeMemory.AllocZeroed((nuint)(capacity / TrackedBytes));
        if (Start != null)
        {
            NativeMemory.Copy(Start, start, (nuint)Size);
            NativeMemory.Copy(Touched, touched, (nuint)TouchedCount);
            NativeMemory.Free(Start);
            NativeMemory.Free(Touched);
            GC.RemoveMemoryPressure((long)_capacity);
        }
        // The collector does not see this memory, and must not put off collecting machines that were dropped.
        GC.AddMemoryPressure((long)capacity);
        Start = start;
        Touched = touched;
        _capacity = capacity;
    }
}
