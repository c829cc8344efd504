using System.Runtime.InteropServices;

namespace Granary.Vms.Mcs51;

/// <summary>How a step of the account model ended: done, refused by the contract's rules, or stopped by the host.
/// </summary>
internal readonly record struct Mcs51Settled(HostStatus Status, string? Refusal)
{
    public static Mcs51Settled Done { get; } = new(HostStatus.Ok, null);

    public bool IsDone => Status == HostStatus.Ok && Refusal is null;

    public static Mcs51Settled Refused(string why) => new(HostStatus.Ok, why);

    public static Mcs51Settled Stopped(HostStatus status) => new(status, null);
}

/// <summary>Moves money: what the sender pays before a run, and what the contract has asked for after it.</summary>
internal static class Mcs51Settlement
{
    /// <summary>The sender pays value and fee; the contract gets the value.</summary>
    public static Mcs51Settled Pay(Mcs51Transaction transaction, byte[] self, IVmHost host, ref GasMeter gas)
    {
        if (transaction.From is not { } from)
        {
            return Mcs51Settled.Done;
        }
        HostStatus status = Mcs51Ledger.Find(host, ref gas, from, out _, out Mcs51Account? sender);
        if (status == HostStatus.NotFound)
        {
            return Mcs51Settled.Refused($"There is no account {Convert.ToHexStringLower(from)}.");
        }
        if (status != HostStatus.Ok || sender is null)
        {
            return Mcs51Settled.Stopped(status);
        }
        ulong total = transaction.Value + transaction.Fee; // Each is at most 2^63 - 1.
        if (total == 0)
        {
            return Mcs51Settled.Done;
        }
        if (sender.Balance < total)
        {
            return Mcs51Settled.Refused(
                $"Account {Convert.ToHexStringLower(from)} has {sender.Balance}, and value and fee are {total}.");
        }
        status = Mcs51Ledger.Save(host, ref gas, from, sender with { Balance = sender.Balance - total });
        if (status == HostStatus.Ok && transaction.Fee > 0)
        {
            status = Mcs51Ledger.GetNumber(host, ref gas, Mcs51Ledger.FeesKey, out ulong fees);
            status = status == HostStatus.Ok
                ? Mcs51Ledger.PutNumber(host, ref gas, Mcs51Ledger.FeesKey, unchecked(fees + transaction.Fee)) : status;
        }
        if (status != HostStatus.Ok)
        {
            return Mcs51Settled.Stopped(status);
        }
        return transaction.Value == 0
            ? Mcs51Settled.Done
            : Move(self, Mcs51Operation.AddFree, transaction.Value, host, ref gas);
    }

    /// <summary>Checks all that the contract has asked for, and does it.</summary>
    public static Mcs51Settled Finish(
        Mcs51Transaction transaction, byte[] self, Mcs51Books books, bool mustBalance, IVmHost host, ref GasMeter gas)
    {
        List<Mcs51Operation> operations = Operations(books);
        SortedDictionary<string, List<Mcs51AppOperation>> apps = AppOperations(books);
        Mcs51Settled checkedOperations = Check(operations, self, host, ref gas);
        if (!checkedOperations.IsDone)
        {
            return checkedOperations;
        }
        foreach (Mcs51Operation operation in operations)
        {
            Mcs51Settled moved = Move(operation.Account, operation.Op, operation.Money, host, ref gas);
            if (!moved.IsDone)
            {
                return moved;
            }
        }
        if (mustBalance && !IsBalanced(transaction, self, operations, apps))
        {
            return Mcs51Settled.Refused(
                "The app accounts' changes are not what the contract was paid less what it pays out.");
        }
        foreach (List<Mcs51AppOperation> user in apps.Values)
        {
            Mcs51Settled booked = Book(user, transaction.Height, host, ref gas);
            if (!booked.IsDone)
            {
                return booked;
            }
        }
        return Mcs51Settled.Done;
    }

    public static List<Mcs51Operation> Operations(Mcs51Books books)
    {
        List<Mcs51Operation> operations = [];
        ReadOnlySpan<byte> bytes = CollectionsMarshal.AsSpan(books.Operations);
        for (int at = 0; at < bytes.Length; at += Mcs51Operation.Bytes)
        {
            operations.Add(Mcs51Operation.Read(bytes.Slice(at, Mcs51Operation.Bytes)));
        }
        return operations;
    }

    // By user, in bytewise order; each user's in the order they were written.
    private static SortedDictionary<string, List<Mcs51AppOperation>> AppOperations(Mcs51Books books)
    {
        SortedDictionary<string, List<Mcs51AppOperation>> apps = new(StringComparer.Ordinal);
        ReadOnlySpan<byte> bytes = CollectionsMarshal.AsSpan(books.AppOperations);
        for (int at = 0; at < bytes.Length; at += Mcs51AppOperation.Bytes)
        {
            if (Mcs51AppOperation.TryRead(bytes.Slice(at, Mcs51AppOperation.Bytes), out Mcs51AppOperation operation))
            {
                string user = Convert.ToHexStringLower(operation.User);
                if (!apps.TryGetValue(user, out List<Mcs51AppOperation>? list))
                {
                    apps.Add(user, list = []);
                }
                list.Add(operation);
            }
        }
        return apps;
    }

    private static Mcs51Settled Check(
        List<Mcs51Operation> operations, byte[] self, IVmHost host, ref GasMeter gas)
    {
        UInt128 added = 0;
        UInt128 taken = 0;
        foreach (Mcs51Operation operation in operations)
        {
            if (operation.IdForm is not (Mcs51Operation.ByRegId or Mcs51Operation.ByAddress)
                || operation.Op is not (Mcs51Operation.AddFree or Mcs51Operation.MinusFree))
            {
                return Mcs51Settled.Refused("An output is of no known form.");
            }
            HostStatus status = Mcs51Ledger.Find(
                host, ref gas, operation.Account, out byte[] id, out Mcs51Account? account);
            if (status is not (HostStatus.Ok or HostStatus.NotFound))
            {
                return Mcs51Settled.Stopped(status);
            }
            if (account is null && id.Length == Mcs51Transaction.AccountBytes)
            {
                return Mcs51Settled.Refused($"There is no account {Convert.ToHexStringLower(id)}.");
            }
            if (operation.Op == Mcs51Operation.MinusFree && !id.AsSpan().SequenceEqual(self))
            {
                return Mcs51Settled.Refused("A contract can take only from its own account.");
            }
            added += operation.Op == Mcs51Operation.AddFree ? operation.Money : 0;
            taken += operation.Op == Mcs51Operation.MinusFree ? operation.Money : 0;
        }
        return added == taken && added <= ulong.MaxValue
            ? Mcs51Settled.Done
            : Mcs51Settled.Refused($"The outputs add {added} and take {taken}.");
    }

    private static Mcs51Settled Move(byte[] account, byte op, ulong money, IVmHost host, ref GasMeter gas)
    {
        HostStatus status = Mcs51Ledger.Find(host, ref gas, account, out byte[] id, out Mcs51Account? found);
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            return Mcs51Settled.Stopped(status);
        }
        // Only an address gets an account by being paid.
        if (found is null && id.Length == Mcs51Transaction.AccountBytes)
        {
            return Mcs51Settled.Refused($"There is no account {Convert.ToHexStringLower(id)}.");
        }
        found ??= new Mcs51Account(0, [], id);
        ulong balance = op == Mcs51Operation.AddFree ? found.Balance + money : found.Balance - money;
        bool fits = op == Mcs51Operation.AddFree ? balance >= money : found.Balance >= money;
        if (!fits)
        {
            return Mcs51Settled.Refused(op == Mcs51Operation.AddFree
                ? "An account cannot hold so much."
                : $"Account {Convert.ToHexStringLower(id)} has {found.Balance}, and {money} are taken.");
        }
        status = Mcs51Ledger.Save(host, ref gas, id, found with { Balance = balance });
        return status == HostStatus.Ok ? Mcs51Settled.Done : Mcs51Settled.Stopped(status);
    }

    // What the app accounts gain must be what the contract was paid less what it pays out of its own account.
    private static bool IsBalanced(Mcs51Transaction transaction, byte[] self, List<Mcs51Operation> operations,
        SortedDictionary<string, List<Mcs51AppOperation>> apps)
    {
        Int128 booked = 0;
        foreach (Mcs51AppOperation operation in apps.Values.SelectMany(user => user))
        {
            booked += operation.Op switch
            {
                Mcs51AppOperation.AddFree or Mcs51AppOperation.AddTag => operation.Money,
                Mcs51AppOperation.SubFree or Mcs51AppOperation.SubTag => -(Int128)operation.Money,
                _ => 0,
            };
        }
        Int128 kept = transaction.Value;
        foreach (Mcs51Operation operation in operations)
        {
            kept -= operation.Op == Mcs51Operation.MinusFree && operation.Account.AsSpan().SequenceEqual(self)
                ? operation.Money : 0;
        }
        return booked == kept;
    }

    private static Mcs51Settled Book(
        List<Mcs51AppOperation> operations, int height, IVmHost host, ref GasMeter gas)
    {
        byte[] user = operations[0].User;
        HostStatus status = Mcs51AppAccount.Load(host, ref gas, user, out Mcs51AppAccount account);
        if (status != HostStatus.Ok)
        {
            return Mcs51Settled.Stopped(status);
        }
        bool isDone = account.TryThaw(height);
        foreach (Mcs51AppOperation operation in operations)
        {
            isDone = isDone && account.TryApply(operation);
        }
        if (!isDone)
        {
            return Mcs51Settled.Refused($"App account {Convert.ToHexStringLower(user)} cannot be booked so.");
        }
        status = account.Save(host, ref gas, user);
        return status == HostStatus.Ok ? Mcs51Settled.Done : Mcs51Settled.Stopped(status);
    }
}
