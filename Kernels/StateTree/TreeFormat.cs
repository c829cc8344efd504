namespace Granary.Kernels;

/// <summary>How long the links of a tree are. Everything else about the nodes is the same in every format.</summary>
public sealed class TreeFormat
{
    private TreeFormat(int linkBytes)
    {
        LinkBytes = linkBytes;
        EmptyRoot = HashOf(EmptyNode);
    }

    /// <summary>Links are whole SHA-256 hashes.</summary>
    public static TreeFormat Default { get; } = new(Hash.Bytes);

    /// <summary>Links are the first 20 bytes of SHA-256, so that the published roots of Primea come out.</summary>
    public static TreeFormat Primea { get; } = new(20);

    public int LinkBytes { get; }

    /// <summary>The root of a tree without keys.</summary>
    public Hash EmptyRoot { get; }

    /// <summary>The node of a tree without keys: [null, null, null].</summary>
    internal static ReadOnlySpan<byte> EmptyNode => [0x83, 0xf6, 0xf6, 0xf6];

    internal Hash HashOf(ReadOnlySpan<byte> node)
    {
        Hash hash = Hash.Of(node);
        return LinkBytes == Hash.Bytes ? hash : new Hash(hash.Span[..LinkBytes]);
    }
}
