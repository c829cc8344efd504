using System.Buffers.Binary;

namespace Granary.Vms.RiscV;

/// <summary>
/// Loads ELF files as CKB-VM does: program headers only, whole pages, in the order of the headers. Errors begin with
/// the reference's name for them.
/// </summary>
internal static class RiscVElf
{
    private const int IdentBytes = 16;
    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;
    private const byte Class32 = 1;
    private const byte Class64 = 2;
    private const byte LittleEndian = 1;
    private const ushort Executable = 2;
    private const ushort RiscVMachine = 243;
    private const uint Loadable = 1;
    private const uint FlagExecute = 1;
    private const uint FlagWrite = 2;
    private const uint FlagRead = 4;
    private const ulong PageMask = SnapshotFormat.PageBytes - 1;

    /// <exception cref="InvalidCodeException">Says what is wrong, and where.</exception>
    public static RiscVImage Load(ReadOnlySpan<byte> file, RiscVProfile profile, long memoryBytesMax)
    {
        CheckHeader(file, profile);
        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(file[24..]);
        Segment[] segments = ReadSegments(file, profile);
        int memoryBytes = profile.IsActor ? SizeOf(segments, memoryBytesMax) : RiscVProfile.CkbMemoryBytes;
        if (memoryBytes > memoryBytesMax)
        {
            throw new InvalidCodeException(
                $"MemOutOfBound: a memory of {memoryBytes} bytes is over the limit of {memoryBytesMax}", "");
        }
        Loading loading = new(profile, memoryBytes, segments);
        long loaded = 0;
        foreach (Segment segment in segments)
        {
            loading.Load(segment, file.Slice((int)segment.Offset, (int)segment.FileBytes));
            loaded += (long)segment.FileBytes;
        }
        RiscVPage[] pages = loading.Pages;
        if (profile.IsActor && (entry >= (ulong)memoryBytes
            || pages[entry >> RiscVMemory.PageShift] != RiscVPage.Executable))
        {
            throw new InvalidCodeException("the entry point is not in a segment of code", $"0x{entry:x}");
        }
        return new RiscVImage(profile, loading.Bytes, pages, entry, loaded);
    }

    private static void CheckHeader(ReadOnlySpan<byte> file, RiscVProfile profile)
    {
        if (file.Length < IdentBytes || !file.StartsWith("\u007fELF"u8))
        {
            throw new InvalidCodeException("ElfParseError: this is no ELF file", "offset 0");
        }
        if (file[4] == Class32)
        {
            throw new InvalidCodeException("ElfBits: a program of 32 bits; 64 are needed (rv64)", "offset 4");
        }
        if (file[4] != Class64 || file[5] != LittleEndian || file.Length < HeaderBytes)
        {
            throw new InvalidCodeException("ElfParseError: no complete header of a little-endian file", "offset 4");
        }
        // The reference looks at neither of these.
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(file[16..]);
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(file[18..]);
        if (profile.IsActor && machine != RiscVMachine)
        {
            throw new InvalidCodeException($"a program for machine {machine}; RISC-V is {RiscVMachine}", "offset 18");
        }
        if (profile.IsActor && type != Executable)
        {
            throw new InvalidCodeException(
                $"a file of type {type}; linked programs at fixed addresses are {Executable}", "offset 16");
        }
    }

    private static Segment[] ReadSegments(ReadOnlySpan<byte> file, RiscVProfile profile)
    {
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(file[32..]);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file[56..]);
        if (offset > (ulong)file.Length || (ulong)(count * SegmentBytes) > (ulong)file.Length - offset)
        {
            throw new InvalidCodeException("ElfParseError: the program headers are cut short", $"offset {offset}");
        }
        List<Segment> segments = [];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = file.Slice((int)offset + i * SegmentBytes, SegmentBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(header) == Loadable)
            {
                segments.Add(ReadSegment(header, file.Length, profile));
            }
        }
        return [.. segments];
    }

    private static Segment ReadSegment(ReadOnlySpan<byte> header, int fileBytes, RiscVProfile profile)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        ulong segmentBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        ulong memoryBytes = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        string where = $"segment at 0x{address:x}";
        if (offset > unchecked(offset + segmentBytes) || offset + segmentBytes > (ulong)fileBytes)
        {
            throw new InvalidCodeException("ElfSegmentAddrOrSizeError: a segment lies outside the file", where);
        }
        if ((flags & FlagRead) == 0)
        {
            throw new InvalidCodeException("ElfSegmentUnreadable: a segment that cannot be read", where);
        }
        if ((flags & FlagWrite) != 0 && (flags & FlagExecute) != 0)
        {
            throw new InvalidCodeException(
                "ElfSegmentWritableAndExecutable: a segment may be written or executed, not both", where);
        }
        ulong padding = address & PageMask;
        return new Segment
        {
            Address = address, Offset = offset, FileBytes = segmentBytes, Start = address - padding, Padding = padding,
            // Wraps around as the reference's does; what comes out is checked.
            Bytes = unchecked((memoryBytes + padding + PageMask) & ~PageMask),
            State = (flags & FlagExecute) != 0 ? RiscVPage.Executable
                : (flags & FlagWrite) == 0 && profile.IsActor ? RiscVPage.ReadOnly : RiscVPage.Clean,
            Freezes = (flags & FlagWrite) == 0 || profile.FreezesData || profile.IsActor,
        };
    }

    /// <summary>An actor's memory ends with its last segment: the linker script says how much heap and stack.</summary>
    private static int SizeOf(Segment[] segments, long memoryBytesMax)
    {
        ulong top = 0;
        foreach (Segment segment in segments)
        {
            bool fits = segment.Start <= (ulong)memoryBytesMax
                && segment.Bytes <= (ulong)memoryBytesMax - segment.Start;
            top = fits
                ? Math.Max(top, segment.Start + segment.Bytes)
                : throw new InvalidCodeException(
                    $"MemOutOfBound: a segment ends above the limit of {memoryBytesMax} bytes", segment.Where);
        }
        return (int)top;
    }

    private readonly record struct Segment
    {
        public required ulong Address { get; init; }

        public required ulong Offset { get; init; }

        public required ulong FileBytes { get; init; }

        /// <summary>The address rounded down to a page.</summary>
        public required ulong Start { get; init; }

        public required ulong Padding { get; init; }

        /// <summary>Whole pages from <see cref="Start"/>.</summary>
        public required ulong Bytes { get; init; }

        public required RiscVPage State { get; init; }

        /// <summary>No later segment may touch its pages.</summary>
        public required bool Freezes { get; init; }

        public string Where => $"segment at 0x{Address:x}";
    }

    /// <summary>Memory while segments are put into it.</summary>
    private sealed class Loading
    {
        private readonly RiscVProfile _profile;
        private readonly ulong _memoryBytes;
        private readonly bool[] _frozen;

        public Loading(RiscVProfile profile, int memoryBytes, Segment[] segments)
        {
            _profile = profile;
            _memoryBytes = (ulong)memoryBytes;
            Pages = new RiscVPage[memoryBytes >> RiscVMemory.PageShift];
            Pages.AsSpan().Fill(profile.IsActor ? RiscVPage.ReadOnly : RiscVPage.Clean);
            _frozen = new bool[Pages.Length];
            ulong top = 0;
            foreach (Segment segment in segments)
            {
                top = Math.Max(top, unchecked(segment.Start + segment.Bytes));
            }
            Bytes = new byte[Math.Min(top, _memoryBytes)];
        }

        public RiscVPage[] Pages { get; }

        public byte[] Bytes { get; }

        public void Load(in Segment segment, ReadOnlySpan<byte> content)
        {
            CheckPlace(segment);
            for (ulong at = segment.Start; at < segment.Start + segment.Bytes; at += SnapshotFormat.PageBytes)
            {
                ulong page = at >> RiscVMemory.PageShift;
                if (_frozen[page])
                {
                    throw new InvalidCodeException(
                        $"MemWriteOnFreezedPage: two segments share the page at 0x{at:x}", segment.Where);
                }
                _frozen[page] = segment.Freezes;
                // A page of data that code is loaded over becomes code; the other way round it is frozen.
                Pages[page] = segment.State;
            }
            Span<byte> room = Bytes.AsSpan((int)segment.Start, (int)segment.Bytes);
            room.Clear();
            int length = Math.Min(content.Length, room.Length - (int)segment.Padding);
            content[..length].CopyTo(room[(int)segment.Padding..]);
            if (_profile.ClearsPaddingLate && segment.Padding > 0 && segment.State == RiscVPage.Executable)
            {
                throw new InvalidCodeException(
                    "MemWriteOnExecutablePage: version 0 loads code only from the start of a page", segment.Where);
            }
        }

        private void CheckPlace(in Segment segment)
        {
            bool inside = segment.Start <= _memoryBytes && segment.Bytes <= _memoryBytes - segment.Start
                && segment.Padding <= segment.Bytes;
            if (!inside)
            {
                throw new InvalidCodeException(
                    $"MemOutOfBound: a segment does not fit the memory of {_memoryBytes} bytes", segment.Where);
            }
        }
    }
}
