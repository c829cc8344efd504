using System.Buffers.Binary;

namespace Granary.Vms.Mcs51;

/// <summary>An account of the chain: what it owns, and how others know it.</summary>
/// <param name="Key">The public key; empty when it is not known.</param>
/// <param name="Address">The address; empty when it is not known.</param>
internal sealed record Mcs51Account(ulong Balance, byte[] Key, byte[] Address);

/// <summary>What the kernel's state tree holds for a contract. Each method says what the host said.</summary>
/// <remarks>
/// <c>account/ID</c>: balance (8), length and public key, length and address; ID is the six-byte id, or the address of
/// somebody without one. <c>address/ADDRESS</c>: the id behind it. <c>app/USER</c>: <see cref="Mcs51AppAccount"/>.
/// <c>db/KEY</c> and <c>db-count</c>: what the contract stores. <c>self</c>: its own id. <c>traversal</c>: whether it
/// may walk through its keys. <c>fees</c>: what was paid for fees.
/// </remarks>
internal static class Mcs51Ledger
{
    public static ReadOnlySpan<byte> SelfKey => "self"u8;

    public static ReadOnlySpan<byte> TraversalKey => "traversal"u8;

    public static ReadOnlySpan<byte> FeesKey => "fees"u8;

    public static ReadOnlySpan<byte> CountKey => "db-count"u8;

    public static byte[] AccountKey(ReadOnlySpan<byte> id) => [.. "account/"u8, .. id];

    public static byte[] AddressKey(ReadOnlySpan<byte> address) => [.. "address/"u8, .. address];

    public static byte[] AppKey(ReadOnlySpan<byte> user) => [.. "app/"u8, .. user];

    public static byte[] DataKey(ReadOnlySpan<byte> key) => [.. "db/"u8, .. key];

    /// <summary>The account of a six-byte id or of an address; null with <see cref="HostStatus.NotFound"/>.</summary>
    public static HostStatus Find(
        IVmHost host, ref GasMeter gas, ReadOnlySpan<byte> id, out byte[] accountId, out Mcs51Account? account)
    {
        account = null;
        accountId = id.ToArray();
        if (id.Length == Mcs51Transaction.AddressBytes)
        {
            HostStatus known = host.Get(AddressKey(id), ref gas, out ReadOnlyMemory<byte> regId);
            if (known is not (HostStatus.Ok or HostStatus.NotFound))
            {
                return known;
            }
            accountId = known == HostStatus.Ok ? regId.ToArray() : accountId;
        }
        HostStatus status = host.Get(AccountKey(accountId), ref gas, out ReadOnlyMemory<byte> value);
        if (status == HostStatus.Ok)
        {
            account = Decode(value.Span);
            status = account is null ? HostStatus.NotFound : HostStatus.Ok;
        }
        return status;
    }

    public static HostStatus Save(IVmHost host, ref GasMeter gas, ReadOnlySpan<byte> id, Mcs51Account account) =>
        host.Put(AccountKey(id), Encode(account), ref gas);

    /// <summary>A number of eight bytes; zero when there is none.</summary>
    public static HostStatus GetNumber(IVmHost host, ref GasMeter gas, ReadOnlySpan<byte> key, out ulong number)
    {
        HostStatus status = host.Get(key, ref gas, out ReadOnlyMemory<byte> value);
        number = value.Length == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(value.Span) : 0;
        return status == HostStatus.NotFound ? HostStatus.Ok : status;
    }

    public static HostStatus PutNumber(IVmHost host, ref GasMeter gas, ReadOnlySpan<byte> key, ulong number)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, number);
        return host.Put(key, value, ref gas);
    }

    private static byte[] Encode(Mcs51Account account)
    {
        byte[] value = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(value, account.Balance);
        return [.. value, (byte)account.Key.Length, .. account.Key, (byte)account.Address.Length, .. account.Address];
    }

    // Null for what somebody else has written there.
    private static Mcs51Account? Decode(ReadOnlySpan<byte> value)
    {
        if (value.Length < sizeof(ulong) + 2)
        {
            return null;
        }
        ulong balance = BinaryPrimitives.ReadUInt64LittleEndian(value);
        ReadOnlySpan<byte> rest = value[sizeof(ulong)..];
        int keyBytes = rest[0];
        if (keyBytes is not (0 or Mcs51Transaction.KeyBytes) || rest.Length < keyBytes + 2)
        {
            return null;
        }
        byte[] key = rest.Slice(1, keyBytes).ToArray();
        rest = rest[(1 + keyBytes)..];
        return rest[0] is 0 or Mcs51Transaction.AddressBytes && rest.Length == rest[0] + 1
            ? new Mcs51Account(balance, key, rest[1..].ToArray())
            : null;
    }
}
