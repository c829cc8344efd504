using System.Buffers.Binary;

namespace Granary.Vms.Wasm;

/// <summary>What is known of a file, a directory or a symbolic link, by its number.</summary>
internal record struct WasiInode(WasiFileType Type)
{
    /// <summary>The number of the directory that is always there.</summary>
    public const uint Root = 1;

    private const int Bytes = 1 + sizeof(uint) + sizeof(uint) + 4 * sizeof(ulong);

    /// <summary>Names that lead here; one without is gone when its last descriptor is closed.</summary>
    public uint Links { get; set; } = 1;

    /// <summary>Of a directory: the one above it. The root is above itself.</summary>
    public uint Parent { get; set; } = Root;

    public ulong Size { get; set; }

    /// <summary>Nanoseconds since 1970. Reading changes no time.</summary>
    public ulong Accessed { get; set; }

    public ulong Modified { get; set; }

    public ulong Changed { get; set; }

    public readonly byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        bytes[0] = (byte)Type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(1), Links);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(5), Parent);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(9), Size);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(17), Accessed);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(25), Modified);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(33), Changed);
        return bytes;
    }

    /// <summary>False when somebody else wrote there what is no record: the program writes to the same state.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WasiInode inode)
    {
        inode = default;
        if (bytes.Length != Bytes)
        {
            return false;
        }
        inode = new WasiInode((WasiFileType)bytes[0])
        {
            Links = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]),
            Parent = BinaryPrimitives.ReadUInt32LittleEndian(bytes[5..]),
            Size = BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]),
            Accessed = BinaryPrimitives.ReadUInt64LittleEndian(bytes[17..]),
            Modified = BinaryPrimitives.ReadUInt64LittleEndian(bytes[25..]),
            Changed = BinaryPrimitives.ReadUInt64LittleEndian(bytes[33..]),
        };
        return inode.Type is WasiFileType.Directory or WasiFileType.RegularFile or WasiFileType.SymbolicLink
            && inode.Size <= WasiLimits.FileBytesMax;
    }
}
