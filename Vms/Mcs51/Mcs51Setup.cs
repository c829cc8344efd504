namespace Granary.Vms.Mcs51;

/// <summary>
/// The message that tells a contract's kernel of its world: its own id, and accounts with their money.
/// </summary>
internal static class Mcs51Setup
{
    /// <summary>Carries out a setup message line by line.</summary>
    /// <exception cref="Mcs51TransactionException">What is wrong, and in which line.</exception>
    public static HostStatus Apply(ReadOnlySpan<byte> payload, IVmHost host, ref GasMeter gas)
    {
        foreach (Mcs51TextLine line in Mcs51TextLine.Split(payload))
        {
            HostStatus status = line.Word switch
            {
                "self" => host.Put(Mcs51Ledger.SelfKey, line.Hex(1, Mcs51Transaction.AccountBytes), ref gas),
                "traversal" => host.Put(Mcs51Ledger.TraversalKey, [1], ref gas),
                "account" => PutAccount(line, host, ref gas),
                _ => throw line.Wrong("is no word of a setup"),
            };
            if (status != HostStatus.Ok)
            {
                return status;
            }
        }
        return HostStatus.Ok;
    }

    // account ID [balance N] [key HEX] [address TEXT]: what is not said stays as it is.
    private static HostStatus PutAccount(Mcs51TextLine line, IVmHost host, ref GasMeter gas)
    {
        byte[] id = line.Hex(1, Mcs51Transaction.AccountBytes);
        HostStatus status = Mcs51Ledger.Find(host, ref gas, id, out _, out Mcs51Account? found);
        if (status is not (HostStatus.Ok or HostStatus.NotFound))
        {
            return status;
        }
        Mcs51Account account = found ?? new Mcs51Account(0, [], []);
        for (int i = 2; i < line.Words.Length; i += 2)
        {
            switch (line.Words[i])
            {
                case "balance":
                    account = account with { Balance = line.Number(i + 1, long.MaxValue) };
                    break;
                case "key":
                    account = account with { Key = line.Hex(i + 1, Mcs51Transaction.KeyBytes) };
                    break;
                case "address":
                    status = Register(line, i + 1, id, host, ref gas, ref account);
                    if (status != HostStatus.Ok)
                    {
                        return status;
                    }
                    break;
                default:
                    throw line.Wrong($"has no '{line.Words[i]}': balance, key or address");
            }
        }
        return Mcs51Ledger.Save(host, ref gas, id, account);
    }

    // Money that the address got before it had an id goes to the id.
    private static HostStatus Register(
        Mcs51TextLine line, int index, byte[] id, IVmHost host, ref GasMeter gas, ref Mcs51Account account)
    {
        byte[] address = System.Text.Encoding.ASCII.GetBytes(line.At(index));
        if (address.Length != Mcs51Transaction.AddressBytes)
        {
            throw line.Wrong($"wants an address of {Mcs51Transaction.AddressBytes} characters");
        }
        HostStatus status = Mcs51Ledger.Find(host, ref gas, address, out byte[] owner, out Mcs51Account? before);
        if (status == HostStatus.Ok && before is not null && owner.Length == Mcs51Transaction.AddressBytes)
        {
            ulong sum = unchecked(account.Balance + before.Balance);
            if (sum < before.Balance)
            {
                throw line.Wrong("would hold more than an account can");
            }
            account = account with { Balance = sum };
            status = host.Delete(Mcs51Ledger.AccountKey(address), ref gas);
        }
        account = account with { Address = address };
        return status is HostStatus.Ok or HostStatus.NotFound
            ? host.Put(Mcs51Ledger.AddressKey(address), id, ref gas)
            : status;
    }
}
