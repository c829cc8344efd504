namespace Granary.Vms.Wasm;

/// <summary>A stream of the message, or an open file or directory.</summary>
internal sealed record WasiDescriptor
{
    public const uint NoInode = 0;

    public required WasiFileType Type { get; init; }

    /// <summary>Of a stream: 0 input, 1 output, 2 errors.</summary>
    public byte Stream { get; init; }

    /// <summary>Of a file or directory: its number.</summary>
    public uint Inode { get; init; }

    public bool IsPreopened { get; init; }

    public WasiFlags Flags { get; set; }

    public WasiRights Rights { get; set; }

    public WasiRights Inheriting { get; set; }

    /// <summary>Where the next read or write begins.</summary>
    public ulong Offset { get; set; }

    public bool IsStream => Type == WasiFileType.CharacterDevice;

    public static WasiDescriptor OfStream(byte stream) => new()
    {
        Type = WasiFileType.CharacterDevice, Stream = stream,
        Rights = WasiRights.Poll | WasiRights.Status | WasiRights.SetFlags
            | (stream == 0 ? WasiRights.Read : WasiRights.Write),
    };

    /// <summary>The directory that a program begins with: the root of the kernel's files.</summary>
    public static WasiDescriptor Root() => new()
    {
        Type = WasiFileType.Directory, Inode = WasiInode.Root, IsPreopened = true, Rights = WasiRights.Directory,
        Inheriting = WasiRights.Directory | WasiRights.File,
    };
}
