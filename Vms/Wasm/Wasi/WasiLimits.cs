namespace Granary.Vms.Wasm;

/// <summary>Bounds of the file system of one kernel. What is over one of them fails; nothing is done.</summary>
internal static class WasiLimits
{
    /// <summary>A piece of a file, stored under a key of its own: what one changed byte costs a checkpoint.</summary>
    public const int BlockBytes = SnapshotFormat.PageBytes;

    public const long FileBytesMax = 256L << 20;

    /// <summary>The sizes of all files together.</summary>
    public const long TotalBytesMax = 1L << 30;

    /// <summary>Files, directories and symbolic links.</summary>
    public const uint InodesMax = 65_536;

    public const int NameBytesMax = 255;
    public const int PathBytesMax = 4_096;

    /// <summary>Symbolic links on the way to one file.</summary>
    public const int LinksMax = 32;

    /// <summary>How deep directories nest.</summary>
    public const int DepthMax = 256;

    public const int DescriptorsMax = 256;

    /// <summary>What one call reads or writes; a program that wants more calls again.</summary>
    public const int TransferBytesMax = 1 << 20;

    /// <summary>Arguments, or environment, with their terminators.</summary>
    public const int TextBytesMax = 65_536;
}
