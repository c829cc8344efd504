using System.Text;

namespace Granary.Vms.Primea;

/// <summary>
/// The keys of a world in the kernel's data: a word for the kind, and hexadecimal digits or a name, so that people can
/// read them.
/// </summary>
internal static class PrimeaKeys
{
    /// <summary>Bytes of a key of a block, of a number of uses, or of a module.</summary>
    public const int HashKeyBytes = 2 + (2 * PrimeaHash.Bytes);

    public const byte Block = (byte)'b';
    public const byte Uses = (byte)'r';
    public const byte Module = (byte)'m';

    public static ReadOnlySpan<byte> World => "world"u8;

    public static void Write(Span<byte> key, byte kind, in PrimeaHash hash)
    {
        key[0] = kind;
        key[1] = (byte)'/';
        Convert.TryToHexStringLower(hash.Span, key[2..], out _);
    }

    public static byte[] Of(byte kind, in PrimeaHash hash)
    {
        byte[] key = new byte[HashKeyBytes];
        Write(key, kind, hash);
        return key;
    }

    public static byte[] OfName(string name) => Encoding.UTF8.GetBytes($"n/{name}");
}
