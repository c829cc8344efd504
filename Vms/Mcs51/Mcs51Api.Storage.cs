using System.Buffers.Binary;

namespace Granary.Vms.Mcs51;

internal sealed partial class Mcs51Api
{
    private static Mcs51ApiResult WriteData(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 2)
        {
            return Mcs51ApiResult.Refused;
        }
        byte[] key = Mcs51Ledger.DataKey(items[0]);
        HostStatus status = host.Get(key, ref gas, out _);
        bool isNew = status == HostStatus.NotFound;
        if (status is HostStatus.Ok or HostStatus.NotFound)
        {
            status = host.Put(key, items[1], ref gas);
        }
        status = status == HostStatus.Ok && isNew ? ChangeCount(1, ref gas, host) : status;
        return status == HostStatus.Ok
            ? Mcs51ApiResult.Answer([1]) with { Steps = items[1].Length - 1 }
            : Mcs51ApiResult.Of(status);
    }

    private static Mcs51ApiResult ModifyData(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 2)
        {
            return Mcs51ApiResult.Refused;
        }
        byte[] key = Mcs51Ledger.DataKey(items[0]);
        HostStatus status = host.Get(key, ref gas, out ReadOnlyMemory<byte> before);
        if (status == HostStatus.NotFound)
        {
            // Refused, and yet the steps of the new value are counted.
            return Mcs51ApiResult.Refused with { Steps = items[1].Length - 1 };
        }
        long steps = (long)items[1].Length - before.Length - 1;
        status = status == HostStatus.Ok ? host.Put(key, items[1], ref gas) : status;
        return status == HostStatus.Ok
            ? Mcs51ApiResult.Answer([1]) with { Steps = steps }
            : Mcs51ApiResult.Of(status);
    }

    private static Mcs51ApiResult DeleteData(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 1)
        {
            return Mcs51ApiResult.Refused;
        }
        byte[] key = Mcs51Ledger.DataKey(items[0]);
        HostStatus status = host.Get(key, ref gas, out ReadOnlyMemory<byte> before);
        if (status == HostStatus.NotFound)
        {
            return Mcs51ApiResult.Answer([0]);
        }
        status = status == HostStatus.Ok ? host.Delete(key, ref gas) : status;
        status = status == HostStatus.Ok ? ChangeCount(-1, ref gas, host) : status;
        return status == HostStatus.Ok
            ? Mcs51ApiResult.Answer([1]) with { Steps = -((long)before.Length + 1) }
            : Mcs51ApiResult.Of(status);
    }

    private static Mcs51ApiResult ReadData(List<byte[]> items, ref GasMeter gas, IVmHost host) =>
        items.Count == 1 ? Read(items[0], ref gas, host) : Mcs51ApiResult.Refused;

    private static Mcs51ApiResult CountData(ref GasMeter gas, IVmHost host)
    {
        HostStatus status = Mcs51Ledger.GetNumber(host, ref gas, Mcs51Ledger.CountKey, out ulong count);
        return status != HostStatus.Ok ? Mcs51ApiResult.Of(status)
            : count == 0 ? Mcs51ApiResult.Refused
            : Mcs51ApiResult.Answer(Bytes((int)Math.Min(count, int.MaxValue)));
    }

    private static Mcs51ApiResult WalkData(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        HostStatus status = host.Get(Mcs51Ledger.TraversalKey, ref gas, out _);
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            return Mcs51ApiResult.Of(status);
        }
        if (status == HostStatus.NotFound || items.Count is not (1 or 2) || items[0].Length < sizeof(int))
        {
            return Mcs51ApiResult.Refused;
        }
        int index = BinaryPrimitives.ReadInt32LittleEndian(items[0]);
        if (index != 0 && (index != 1 || items.Count != 2))
        {
            return Mcs51ApiResult.Refused;
        }
        byte[] after = Mcs51Ledger.DataKey(index == 1 ? items[1] : []);
        status = host.Next(after, ref gas, out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value);
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            return Mcs51ApiResult.Of(status);
        }
        byte[] prefix = Mcs51Ledger.DataKey([]);
        return status == HostStatus.Ok && key.Span.StartsWith(prefix)
            ? Mcs51ApiResult.Answer(key[prefix.Length..].ToArray(), value.ToArray())
            : Mcs51ApiResult.Refused;
    }

    private Mcs51ApiResult ReadForeign(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 2 || items[0].Length != Mcs51Transaction.AccountBytes)
        {
            return Mcs51ApiResult.Refused;
        }
        if (items[0].AsSpan().SequenceEqual(self))
        {
            return Read(items[1], ref gas, host);
        }
        string name = $"{Convert.ToHexStringLower(items[0])}:{Convert.ToHexStringLower(items[1])}";
        return transaction.Foreign.TryGetValue(name, out byte[]? value)
            ? Mcs51ApiResult.Answer(value)
            : Mcs51ApiResult.Refused;
    }

    private static Mcs51ApiResult Read(byte[] key, ref GasMeter gas, IVmHost host)
    {
        HostStatus status = host.Get(Mcs51Ledger.DataKey(key), ref gas, out ReadOnlyMemory<byte> value);
        return status switch
        {
            HostStatus.Ok => Mcs51ApiResult.Answer(value.ToArray()),
            HostStatus.NotFound => Mcs51ApiResult.Refused,
            _ => Mcs51ApiResult.Of(status),
        };
    }

    private static HostStatus ChangeCount(int by, ref GasMeter gas, IVmHost host)
    {
        HostStatus status = Mcs51Ledger.GetNumber(host, ref gas, Mcs51Ledger.CountKey, out ulong count);
        return status == HostStatus.Ok
            ? Mcs51Ledger.PutNumber(host, ref gas, Mcs51Ledger.CountKey, unchecked(count + (ulong)by))
            : status;
    }
}
