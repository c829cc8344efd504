namespace Granary.Vms.Mcs51;

internal sealed partial class Mcs51Api
{
    private const int AppIdBytes = 41;

    /// <summary>Above this height a contract cannot book negative amounts.</summary>
    private const int NegativeMoneyHeightMax = 99_854;

    private static Mcs51ApiResult AskAccount(int method, List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        bool isAsked = items.Count == 1 && (items[0].Length == Mcs51Transaction.AccountBytes
            || (method != 35 && items[0].Length == Mcs51Transaction.AddressBytes));
        if (!isAsked)
        {
            return Mcs51ApiResult.Refused;
        }
        HostStatus status = Mcs51Ledger.Find(host, ref gas, items[0], out _, out Mcs51Account? account);
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            return Mcs51ApiResult.Of(status);
        }
        return (method, account) switch
        {
            (12, { Key.Length: > 0 }) => Mcs51ApiResult.Answer(account.Key),
            (13, not null) => Mcs51ApiResult.Answer(Bytes((long)account.Balance)),
            (35, { Address.Length: > 0 }) => Mcs51ApiResult.Answer(account.Address),
            _ => Mcs51ApiResult.Refused,
        };
    }

    private Mcs51ApiResult WriteOutput(List<byte[]> items)
    {
        if (items.Count != 1 || items[0].Length % Mcs51Operation.Bytes != 0)
        {
            return Mcs51ApiResult.Refused;
        }
        books.Operations.AddRange(items[0]);
        return books.Operations.Count / Mcs51Operation.Bytes < Mcs51Operation.CountMax
            ? Mcs51ApiResult.Answer()
            : Mcs51ApiResult.Of(Mcs51ApiOutcome.Fatal);
    }

    private Mcs51ApiResult AskAppValue(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 1 || items[0].Length != AppIdBytes || items[0][0] > AppIdBytes - 1)
        {
            return Mcs51ApiResult.Refused;
        }
        HostStatus status = Mcs51AppAccount.Load(
            host, ref gas, items[0].AsSpan(1, items[0][0]), out Mcs51AppAccount account);
        return status != HostStatus.Ok ? Mcs51ApiResult.Of(status)
            : account.TryThaw(transaction.Height) ? Mcs51ApiResult.Answer(Bytes((long)account.Free))
            : Mcs51ApiResult.Refused;
    }

    private Mcs51ApiResult AskAppFrozen(List<byte[]> items, ref GasMeter gas, IVmHost host)
    {
        if (items.Count != 1 || items[0].Length != Mcs51AppOperation.Bytes
            || !Mcs51AppOperation.TryRead(items[0], out Mcs51AppOperation asked))
        {
            return Mcs51ApiResult.Refused;
        }
        HostStatus status = Mcs51AppAccount.Load(host, ref gas, asked.User, out Mcs51AppAccount account);
        if (status != HostStatus.Ok)
        {
            return Mcs51ApiResult.Of(status);
        }
        return account.TryThaw(transaction.Height) && account.FrozenAt(asked.Tag, asked.Height) is { } value
            ? Mcs51ApiResult.Answer(Bytes((long)value))
            : Mcs51ApiResult.Refused;
    }

    private Mcs51ApiResult WriteAppOperations(List<byte[]> items)
    {
        if (items.Count != 1 || items[0].Length % Mcs51AppOperation.Bytes != 0)
        {
            return Mcs51ApiResult.Refused;
        }
        long steps = -1;
        for (int at = 0; at < items[0].Length; at += Mcs51AppOperation.Bytes)
        {
            ReadOnlySpan<byte> bytes = items[0].AsSpan(at, Mcs51AppOperation.Bytes);
            bool isRight = Mcs51AppOperation.TryRead(bytes, out Mcs51AppOperation operation)
                && (operation.Money >= 0 || transaction.Height <= NegativeMoneyHeightMax);
            if (!isRight)
            {
                // Those before it stay written, as on the chain.
                return Mcs51ApiResult.Refused;
            }
            if (books.AppOperations.Count >= Mcs51Books.AppOperationsMax * Mcs51AppOperation.Bytes)
            {
                return Mcs51ApiResult.Of(Mcs51ApiOutcome.LimitExceeded);
            }
            books.AppOperations.AddRange(bytes);
            steps += Mcs51AppOperation.Bytes;
        }
        return Mcs51ApiResult.Answer() with { Steps = steps };
    }
}
