using System.Buffers.Binary;
using System.Text;

namespace Granary.Vms.RiscV.Tests;

/// <summary>
/// A small assembler for tests: code at 0x10000, data at 0x20000 in a writable segment. Registers are numbers.
/// </summary>
internal sealed class RiscVAssembly
{
    public const int A0 = 10;
    public const int A1 = 11;
    public const int A2 = 12;
    public const int A3 = 13;
    public const int A4 = 14;
    public const int A5 = 15;
    public const int A7 = 17;
    public const int S0 = 8;
    public const int S1 = 9;
    public const int CodeStart = 0x10000;
    public const int DataStart = 0x20000;

    private const int HeaderBytes = 64;
    private const int SegmentBytes = 56;

    private readonly List<uint> _words = [];
    private readonly List<byte> _data = [];
    private readonly List<(int Word, int Label)> _jumps = [];
    private readonly List<int> _labels = [];

    /// <summary>Bytes of data behind those that the file holds.</summary>
    public int ZeroBytes { get; init; } = 0x1000;

    /// <summary>Puts bytes into the data segment and gives back their address.</summary>
    public int Data(params ReadOnlySpan<byte> bytes)
    {
        while (_data.Count % 8 != 0)
        {
            _data.Add(0);
        }
        int address = DataStart + _data.Count;
        _data.AddRange(bytes);
        return address;
    }

    public int Text(string text) => Data(Encoding.UTF8.GetBytes(text + "\0"));

    /// <summary>Numbers of eight bytes each.</summary>
    public int Longs(params ReadOnlySpan<long> values)
    {
        byte[] bytes = new byte[8 * values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8 * i), values[i]);
        }
        return Data(bytes);
    }

    public RiscVAssembly Word(uint word)
    {
        _words.Add(word);
        return this;
    }

    /// <summary>A constant of 32 bits: lui and addiw.</summary>
    public RiscVAssembly Li(int rd, int value)
    {
        int low = value << 20 >> 20;
        Word((uint)(value - low) & 0xffff_f000 | (uint)rd << 7 | 0x37);
        return Word((uint)low << 20 | (uint)rd << 15 | (uint)rd << 7 | 0x1b);
    }

    public RiscVAssembly Addi(int rd, int rs1, int imm) =>
        Word((uint)imm << 20 | (uint)rs1 << 15 | (uint)rd << 7 | 0x13);

    public RiscVAssembly Mv(int rd, int rs) => Addi(rd, rs, 0);

    public RiscVAssembly Ld(int rd, int offset, int rs1) =>
        Word((uint)offset << 20 | (uint)rs1 << 15 | 3 << 12 | (uint)rd << 7 | 0x03);

    public RiscVAssembly Lbu(int rd, int offset, int rs1) =>
        Word((uint)offset << 20 | (uint)rs1 << 15 | 4 << 12 | (uint)rd << 7 | 0x03);

    public RiscVAssembly Sd(int rs2, int offset, int rs1) => Word(
        ((uint)offset & 0xfe0) << 20 | (uint)rs2 << 20 | (uint)rs1 << 15 | 3 << 12 | ((uint)offset & 31) << 7 | 0x23);

    public RiscVAssembly Ecall(int number) => Li(A7, number).Word(0x73);

    /// <summary>An ecall with constants for a0 and up.</summary>
    public RiscVAssembly Call(int number, params ReadOnlySpan<int> arguments)
    {
        for (int i = 0; i < arguments.Length; i++)
        {
            Li(A0 + i, arguments[i]);
        }
        return Ecall(number);
    }

    public int NewLabel()
    {
        _labels.Add(-1);
        return _labels.Count - 1;
    }

    public RiscVAssembly Mark(int label)
    {
        _labels[label] = _words.Count;
        return this;
    }

    public RiscVAssembly Jump(int label) => Branch(0x6f, label);

    /// <summary>A branch whose distance is still to be filled in.</summary>
    public RiscVAssembly Branch(uint word, int label)
    {
        _jumps.Add((_words.Count, label));
        return Word(word);
    }

    public RiscVAssembly BranchIfZero(int rs1, int label) => Branch((uint)rs1 << 15 | 0x63, label);

    public RiscVAssembly BranchIfNotZero(int rs1, int label) => Branch((uint)rs1 << 15 | 1 << 12 | 0x63, label);

    /// <summary>The program as an ELF file.</summary>
    public byte[] ToElf()
    {
        foreach ((int word, int label) in _jumps)
        {
            uint distance = (uint)(4 * (_labels[label] - word));
            _words[word] |= (_words[word] & 0x7f) == 0x6f
                ? (distance & 0x10_0000) << 11 | (distance & 0x7fe) << 20 | (distance & 0x800) << 9
                    | (distance & 0xf_f000)
                : (distance & 0x1000) << 19 | (distance & 0x7e0) << 20 | (distance & 0x1e) << 7
                    | (distance & 0x800) >> 4;
        }
        _jumps.Clear();
        // Linux maps files by page, so both segments begin where a page of the file does.
        int codeOffset = SnapshotFormat.PageBytes;
        int dataOffset = codeOffset + (4 * _words.Count);
        dataOffset = (dataOffset + SnapshotFormat.PageBytes - 1) & -SnapshotFormat.PageBytes;
        byte[] file = new byte[dataOffset + _data.Count];
        byte[] ident = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        ident.CopyTo(file, 0);
        Write16(file, 16, 2);
        Write16(file, 18, 243);
        Write16(file, 20, 1);
        Write16(file, 52, HeaderBytes);
        Write16(file, 54, SegmentBytes);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(24), CodeStart);
        BinaryPrimitives.WriteInt64LittleEndian(file.AsSpan(32), HeaderBytes);
        Write16(file, 56, 2);
        WriteSegment(file.AsSpan(HeaderBytes), 5, codeOffset, CodeStart, 4 * _words.Count, 4 * _words.Count);
        WriteSegment(file.AsSpan(HeaderBytes + SegmentBytes), 6, dataOffset, DataStart, _data.Count,
            _data.Count + ZeroBytes);
        for (int i = 0; i < _words.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(codeOffset + (4 * i)), _words[i]);
        }
        _data.CopyTo(file, dataOffset);
        return file;
    }

    private static void WriteSegment(
        Span<byte> header, int flags, long offset, long address, long fileBytes, long memoryBytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(header, 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], flags);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], offset);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], address);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], fileBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[40..], memoryBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[48..], SnapshotFormat.PageBytes);
    }

    private static void Write16(byte[] file, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);
}
