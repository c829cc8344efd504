using System.Buffers;
using System.Buffers.Binary;

namespace Granary.Vms.Evm;

/// <summary>
/// The world as the kernel keeps it under <c>data/</c>. Keys are hashed as in the Merkle Patricia tree, so that walking
/// them in order is walking that tree; the layout is in <c>README.md</c>.
/// </summary>
internal readonly ref struct EvmStore(IVmHost host, ref GasMeter gas)
{
    public const byte AccountPrefix = (byte)'a';
    public const byte CodePrefix = (byte)'c';
    public const byte BlockPrefix = (byte)'b';
    public const byte SlotPrefix = (byte)'s';
    public const int AccountKeyBytes = 1 + EvmWord.Bytes;
    public const int SlotKeyBytes = 1 + (2 * EvmWord.Bytes);

    private readonly ref GasMeter _gas = ref gas;

    private static ReadOnlySpan<byte> HeadKey => "head"u8;

    public TrapKind ReadAccount(in EvmWord key, out EvmAccountRecord record)
    {
        record = EvmAccountRecord.Absent;
        Span<byte> name = stackalloc byte[AccountKeyBytes];
        WriteKey(name, AccountPrefix, key);
        HostStatus status = host.Get(name, ref _gas, out ReadOnlyMemory<byte> value);
        if (status == HostStatus.Ok)
        {
            record = DecodeAccount(value.Span, out _);
        }
        return ToTrap(status);
    }

    public TrapKind WriteAccount(EvmAccount account)
    {
        Span<byte> name = stackalloc byte[AccountKeyBytes];
        WriteKey(name, AccountPrefix, account.Key);
        return ToTrap(account.Exists
            ? host.Put(name, EncodeAccount(account.Current, account.Address), ref _gas)
            : host.Delete(name, ref _gas));
    }

    public TrapKind ReadSlot(in EvmWord account, in EvmWord slot, out EvmWord value)
    {
        Span<byte> name = stackalloc byte[SlotKeyBytes];
        WriteSlotKey(name, account, slot);
        HostStatus status = host.Get(name, ref _gas, out ReadOnlyMemory<byte> stored);
        value = status == HostStatus.Ok ? EvmWord.FromBytes(Checked(stored.Span)) : EvmWord.Zero;
        return ToTrap(status);
    }

    public TrapKind WriteSlot(in EvmWord account, in EvmWord slot, in EvmWord value)
    {
        Span<byte> name = stackalloc byte[SlotKeyBytes];
        WriteSlotKey(name, account, slot);
        return ToTrap(value.IsZero
            ? host.Delete(name, ref _gas)
            : host.Put(name, value.ToMinimalBytes(), ref _gas));
    }

    /// <summary>The first slot of an account that is stored.</summary>
    public TrapKind FindSlot(in EvmWord account, out ReadOnlyMemory<byte> name)
    {
        Span<byte> prefix = stackalloc byte[AccountKeyBytes];
        WriteKey(prefix, SlotPrefix, account);
        HostStatus status = host.Next(prefix, ref _gas, out name, out _);
        if (status == HostStatus.NotFound || !name.Span.StartsWith(prefix))
        {
            name = default;
        }
        return ToTrap(status);
    }

    public TrapKind Next(ReadOnlySpan<byte> after, out ReadOnlyMemory<byte> name, out ReadOnlyMemory<byte> value)
    {
        HostStatus status = host.Next(after, ref _gas, out name, out value);
        name = status == HostStatus.Ok ? name : default;
        return ToTrap(status);
    }

    public TrapKind Delete(ReadOnlySpan<byte> name) => ToTrap(host.Delete(name, ref _gas));

    public TrapKind ReadCode(in EvmWord hash, out ReadOnlyMemory<byte> code)
    {
        Span<byte> name = stackalloc byte[AccountKeyBytes];
        WriteKey(name, CodePrefix, hash);
        return ToTrap(host.Get(name, ref _gas, out code));
    }

    public TrapKind WriteCode(EvmCode code)
    {
        Span<byte> name = stackalloc byte[AccountKeyBytes];
        WriteKey(name, CodePrefix, code.Hash);
        return ToTrap(host.Put(name, code.Bytes, ref _gas));
    }

    public TrapKind ReadBlockHash(ulong number, out EvmWord hash)
    {
        Span<byte> name = stackalloc byte[9];
        WriteBlockKey(name, number);
        HostStatus status = host.Get(name, ref _gas, out ReadOnlyMemory<byte> value);
        hash = status == HostStatus.Ok ? EvmWord.FromBytes(Checked(value.Span)) : EvmWord.Zero;
        return ToTrap(status);
    }

    public TrapKind WriteBlockHash(ulong number, in EvmWord hash)
    {
        Span<byte> name = stackalloc byte[9];
        WriteBlockKey(name, number);
        return ToTrap(host.Put(name, hash.ToBytes(), ref _gas));
    }

    public TrapKind DeleteBlockHash(ulong number)
    {
        Span<byte> name = stackalloc byte[9];
        WriteBlockKey(name, number);
        return ToTrap(host.Delete(name, ref _gas));
    }

    public TrapKind ReadHead(out ReadOnlyMemory<byte> head) => ToTrap(host.Get(HeadKey, ref _gas, out head));

    public TrapKind WriteHead(ReadOnlySpan<byte> head) => ToTrap(host.Put(HeadKey, head, ref _gas));

    public TrapKind ReadTime(out long unixMilliseconds) => ToTrap(host.Time(ref _gas, out unixMilliseconds));

    public TrapKind Emit(string topic, ReadOnlySpan<byte> payload) => ToTrap(host.Emit(topic, payload, ref _gas));

    /// <summary>nonce, balance, code hash (empty for no code), address.</summary>
    public static byte[] EncodeAccount(in EvmAccountRecord record, EvmAddress address)
    {
        ArrayBufferWriter<byte> items = new(128);
        EvmRlp.WriteNumber(items, record.Nonce);
        EvmRlp.WriteNumber(items, record.Balance);
        EvmRlp.WriteString(items, record.CodeHash == EvmKeccak.OfNothing ? [] : record.CodeHash.ToBytes());
        EvmRlp.WriteAddress(items, address);
        ArrayBufferWriter<byte> list = new(items.WrittenCount + 4);
        EvmRlp.WriteList(list, items.WrittenSpan);
        return list.WrittenSpan.ToArray();
    }

    /// <summary>Reads an account; what is no account (an import may hold anything) is one that does not exist.
    /// </summary>
    public static EvmAccountRecord DecodeAccount(ReadOnlySpan<byte> value, out EvmAddress address)
    {
        address = default;
        EvmRlpReader reader = new(value);
        if (!reader.TryReadList(out EvmRlpReader items)
            || !items.TryReadNumber(8, out EvmWord nonce)
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord balance)
            || !items.TryReadString(out ReadOnlySpan<byte> codeHash)
            || !items.TryReadFixed(EvmAddress.Bytes, out ReadOnlySpan<byte> bytes)
            || codeHash.Length is not (0 or EvmWord.Bytes))
        {
            return EvmAccountRecord.Absent;
        }
        address = EvmAddress.FromBytes(bytes);
        return new EvmAccountRecord(
            true, nonce.U0, balance, codeHash.IsEmpty ? EvmKeccak.OfNothing : EvmWord.FromBytes(codeHash));
    }

    /// <summary>What a host's answer means for the message.</summary>
    public static TrapKind ToTrap(HostStatus status) => status switch
    {
        HostStatus.Ok or HostStatus.NotFound => TrapKind.None,
        HostStatus.OutOfGas => TrapKind.OutOfGas,
        _ => TrapKind.LimitExceeded,
    };

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> value) =>
        value[..Math.Min(value.Length, EvmWord.Bytes)];

    private static void WriteKey(Span<byte> name, byte prefix, in EvmWord key)
    {
        name[0] = prefix;
        key.WriteTo(name[1..]);
    }

    private static void WriteSlotKey(Span<byte> name, in EvmWord account, in EvmWord slot)
    {
        WriteKey(name[..AccountKeyBytes], SlotPrefix, account);
        Span<byte> bytes = stackalloc byte[EvmWord.Bytes];
        slot.WriteTo(bytes);
        EvmKeccak.Hash(bytes, name[AccountKeyBytes..]);
    }

    private static void WriteBlockKey(Span<byte> name, ulong number)
    {
        name[0] = BlockPrefix;
        BinaryPrimitives.WriteUInt64BigEndian(name[1..], number);
    }
}
