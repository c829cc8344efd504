using System.Buffers.Binary;

namespace Granary.Vms.Mcs51;

/// <summary>Money of an app account that is frozen until a height.</summary>
internal readonly record struct Mcs51Frozen(int Height, ulong Value, byte[] Tag);

/// <summary>What a contract keeps for one of its users: free money, and frozen money by tag and height.</summary>
/// <remarks>Stored as: free (8), count (4), then each frozen: height (4), value (8), length (1) and tag.</remarks>
internal sealed class Mcs51AppAccount
{
    private const int FrozenBytesMin = 4 + 8 + 1;

    private readonly List<Mcs51Frozen> _frozen = [];

    public ulong Free { get; private set; }

    public static HostStatus Load(
        IVmHost host, ref GasMeter gas, ReadOnlySpan<byte> user, out Mcs51AppAccount account)
    {
        account = new Mcs51AppAccount();
        HostStatus status = host.Get(Mcs51Ledger.AppKey(user), ref gas, out ReadOnlyMemory<byte> value);
        account.Decode(value.Span);
        return status == HostStatus.NotFound ? HostStatus.Ok : status;
    }

    public HostStatus Save(IVmHost host, ref GasMeter gas, ReadOnlySpan<byte> user) =>
        host.Put(Mcs51Ledger.AppKey(user), Encode(), ref gas);

    /// <summary>Frees what is frozen up to that height; false when it is too much money.</summary>
    public bool TryThaw(int height)
    {
        foreach (Mcs51Frozen frozen in _frozen)
        {
            if (frozen.Height <= height && !TryAddFree(frozen.Value))
            {
                return false;
            }
        }
        _frozen.RemoveAll(f => f.Height <= height);
        return true;
    }

    public ulong? FrozenAt(ReadOnlySpan<byte> tag, int height)
    {
        int at = IndexOf(tag, height);
        return at < 0 ? null : _frozen[at].Value;
    }

    public bool TryApply(in Mcs51AppOperation operation)
    {
        ulong money = (ulong)operation.Money;
        switch (operation.Op)
        {
            case Mcs51AppOperation.AddFree:
                return TryAddFree(money);
            case Mcs51AppOperation.SubFree when Free >= money:
                Free -= money;
                return true;
            case Mcs51AppOperation.AddTag when operation.Height > 0:
                return TryFreeze(operation.Tag, operation.Height, money);
            case Mcs51AppOperation.SubTag when operation.Height > 0:
                return TryTakeFrozen(operation.Tag, operation.Height, money);
            default:
                return false;
        }
    }

    private bool TryAddFree(ulong value)
    {
        ulong sum = Free + value;
        bool fits = sum >= value;
        Free = fits ? sum : Free;
        return fits;
    }

    private bool TryFreeze(byte[] tag, int height, ulong value)
    {
        int at = IndexOf(tag, height);
        if (at < 0)
        {
            _frozen.Add(new Mcs51Frozen(height, value, tag));
            return true;
        }
        ulong sum = _frozen[at].Value + value;
        // As on the chain: a sum that overflows leaves the entry as it was, and is no failure.
        _frozen[at] = sum >= value ? _frozen[at] with { Value = sum } : _frozen[at];
        return true;
    }

    private bool TryTakeFrozen(byte[] tag, int height, ulong value)
    {
        int at = IndexOf(tag, height);
        if (at < 0 || _frozen[at].Value < value)
        {
            return false;
        }
        if (_frozen[at].Value == value)
        {
            _frozen.RemoveAt(at);
        }
        else
        {
            _frozen[at] = _frozen[at] with { Value = _frozen[at].Value - value };
        }
        return true;
    }

    private int IndexOf(ReadOnlySpan<byte> tag, int height)
    {
        for (int i = 0; i < _frozen.Count; i++)
        {
            if (_frozen[i].Height == height && tag.SequenceEqual(_frozen[i].Tag))
            {
                return i;
            }
        }
        return -1;
    }

    private byte[] Encode()
    {
        List<byte> bytes = [];
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, Free);
        bytes.AddRange(number);
        BinaryPrimitives.WriteInt32LittleEndian(number, _frozen.Count);
        bytes.AddRange(number[..sizeof(int)]);
        foreach (Mcs51Frozen frozen in _frozen)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, frozen.Height);
            bytes.AddRange(number[..sizeof(int)]);
            BinaryPrimitives.WriteUInt64LittleEndian(number, frozen.Value);
            bytes.AddRange(number);
            bytes.Add((byte)frozen.Tag.Length);
            bytes.AddRange(frozen.Tag);
        }
        return [.. bytes];
    }

    // What is no account reads as an empty one.
    private void Decode(ReadOnlySpan<byte> value)
    {
        if (value.Length < sizeof(ulong) + sizeof(int))
        {
            return;
        }
        Free = BinaryPrimitives.ReadUInt64LittleEndian(value);
        ReadOnlySpan<byte> rest = value[(sizeof(ulong) + sizeof(int))..];
        while (rest.Length >= FrozenBytesMin && rest.Length >= FrozenBytesMin + rest[FrozenBytesMin - 1])
        {
            _frozen.Add(new Mcs51Frozen(
                BinaryPrimitives.ReadInt32LittleEndian(rest),
                BinaryPrimitives.ReadUInt64LittleEndian(rest[sizeof(int)..]),
                rest.Slice(FrozenBytesMin, rest[FrozenBytesMin - 1]).ToArray()));
            rest = rest[(FrozenBytesMin + rest[FrozenBytesMin - 1])..];
        }
    }
}
