using System.Buffers.Binary;

namespace Granary.Vms.Mcs51;

/// <summary>Money that a contract moves between accounts of the chain.</summary>
internal readonly record struct Mcs51Operation(byte IdForm, byte[] Account, byte Op, ulong Money)
{
    /// <summary>As contracts write it: form (1), account (34), operation (1), height (4), money (8).</summary>
    public const int Bytes = 48;

    public const byte ByRegId = 1;
    public const byte ByAddress = 2;
    public const byte AddFree = 1;
    public const byte MinusFree = 2;

    /// <summary>The run is aborted at so many.</summary>
    public const int CountMax = 100;

    public static Mcs51Operation Read(ReadOnlySpan<byte> bytes)
    {
        int idBytes = bytes[0] == ByRegId ? Mcs51Transaction.AccountBytes : Mcs51Transaction.AddressBytes;
        return new Mcs51Operation(
            bytes[0], bytes.Slice(1, idBytes).ToArray(), bytes[35],
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[40..]));
    }
}

/// <summary>Money that a contract books between its app accounts.</summary>
internal readonly record struct Mcs51AppOperation(byte Op, int Height, long Money, byte[] User, byte[] Tag)
{
    /// <summary>As contracts write it: operation (1), height (4), money (8), length and user (41), length and tag (41).
    /// </summary>
    public const int Bytes = 95;

    public const byte AddFree = 1;
    public const byte SubFree = 2;
    public const byte AddTag = 3;
    public const byte SubTag = 4;

    private const int NameBytesMax = 40;
    private const int UserAt = 13;
    private const int TagAt = UserAt + 1 + NameBytesMax;

    /// <summary>False when a length is over what there is room for, or there is no user.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Mcs51AppOperation operation)
    {
        operation = default;
        int userBytes = bytes[UserAt];
        int tagBytes = bytes[TagAt];
        if (userBytes is 0 or > NameBytesMax || tagBytes > NameBytesMax)
        {
            return false;
        }
        operation = new Mcs51AppOperation(
            bytes[0], BinaryPrimitives.ReadInt32LittleEndian(bytes[1..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[5..]),
            bytes.Slice(UserAt + 1, userBytes).ToArray(), bytes.Slice(TagAt + 1, tagBytes).ToArray());
        return true;
    }
}
