using System.Buffers;

namespace Granary.Vms.Evm;

/// <summary>How a world begins: the code of a kernel of this engine.</summary>
internal sealed record EvmGenesis
{
    /// <summary>The version of the encoding, its first item.</summary>
    private const ulong FormatVersion = 1;

    public required EvmWord ChainId { get; init; }

    public required EvmRevision Revision { get; init; }

    /// <summary>Of blocks that say nothing else.</summary>
    public ulong GasLimit { get; init; } = 30_000_000;

    public EvmWord BaseFee { get; init; }

    public EvmAddress Coinbase { get; init; }

    public ulong Timestamp { get; init; }

    /// <summary>In the order of their addresses.</summary>
    public IReadOnlyList<EvmGenesisAccount> Accounts { get; init; } = [];

    public byte[] Encode()
    {
        ArrayBufferWriter<byte> accounts = new();
        foreach (EvmGenesisAccount account in Accounts)
        {
            EvmRlp.WriteList(accounts, EncodeAccount(account));
        }
        ArrayBufferWriter<byte> items = new();
        EvmRlp.WriteNumber(items, FormatVersion);
        EvmRlp.WriteNumber(items, ChainId);
        EvmRlp.WriteNumber(items, (ulong)Revision);
        EvmRlp.WriteNumber(items, GasLimit);
        EvmRlp.WriteNumber(items, BaseFee);
        EvmRlp.WriteAddress(items, Coinbase);
        EvmRlp.WriteNumber(items, Timestamp);
        EvmRlp.WriteList(items, accounts.WrittenSpan);
        ArrayBufferWriter<byte> list = new(items.WrittenCount + 8);
        EvmRlp.WriteList(list, items.WrittenSpan);
        return list.WrittenSpan.ToArray();
    }

    /// <exception cref="InvalidCodeException">It is no genesis, or not in the only form that it may have.</exception>
    public static EvmGenesis Decode(ReadOnlySpan<byte> code)
    {
        EvmRlpReader reader = new(code);
        if (!reader.TryReadList(out EvmRlpReader items) || !reader.TryEnd())
        {
            throw new InvalidCodeException("The code is no encoded genesis: " + reader.Error, "");
        }
        EvmGenesis? genesis = Read(ref items);
        return genesis ?? throw new InvalidCodeException("The genesis is malformed: " + items.Error, "");
    }

    private static EvmGenesis? Read(ref EvmRlpReader items)
    {
        if (!items.TryReadNumber(8, out EvmWord version))
        {
            return null;
        }
        if (version != (EvmWord)FormatVersion)
        {
            items.Fail($"version {version} is not {FormatVersion}");
            return null;
        }
        if (!items.TryReadNumber(EvmWord.Bytes, out EvmWord chainId)
            || !items.TryReadNumber(1, out EvmWord revision)
            || !items.TryReadNumber(8, out EvmWord gasLimit)
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord baseFee)
            || !items.TryReadFixed(EvmAddress.Bytes, out ReadOnlySpan<byte> coinbase)
            || !items.TryReadNumber(8, out EvmWord timestamp)
            || !items.TryReadList(out EvmRlpReader accounts) || !items.TryEnd())
        {
            return null;
        }
        if (revision > (EvmWord)(ulong)EvmRevision.Cancun)
        {
            items.Fail($"there is no rule set {revision}");
            return null;
        }
        List<EvmGenesisAccount> read = [];
        while (!accounts.AtEnd)
        {
            if (!TryReadAccount(ref accounts, read))
            {
                items.Fail($"in account {read.Count}: {accounts.Error}");
                return null;
            }
        }
        return new EvmGenesis
        {
            ChainId = chainId, Revision = (EvmRevision)(byte)revision.U0, GasLimit = gasLimit.U0, BaseFee = baseFee,
            Coinbase = EvmAddress.FromBytes(coinbase), Timestamp = timestamp.U0, Accounts = read,
        };
    }

    private static bool TryReadAccount(ref EvmRlpReader accounts, List<EvmGenesisAccount> read)
    {
        if (!accounts.TryReadList(out EvmRlpReader items))
        {
            return false;
        }
        if (!items.TryReadFixed(EvmAddress.Bytes, out ReadOnlySpan<byte> address)
            || !items.TryReadNumber(8, out EvmWord nonce)
            || !items.TryReadNumber(EvmWord.Bytes, out EvmWord balance)
            || !items.TryReadString(out ReadOnlySpan<byte> code)
            || !items.TryReadList(out EvmRlpReader pairs) || !items.TryEnd())
        {
            return accounts.Fail(items.Error!);
        }
        List<(EvmWord Key, EvmWord Value)> slots = [];
        while (!pairs.AtEnd)
        {
            if (!pairs.TryReadNumber(EvmWord.Bytes, out EvmWord key)
                || !pairs.TryReadNumber(EvmWord.Bytes, out EvmWord value))
            {
                return accounts.Fail($"in its storage: {pairs.Error}");
            }
            if (value.IsZero || (slots.Count > 0 && key <= slots[^1].Key))
            {
                return accounts.Fail($"slot {key} is 0 or out of order");
            }
            slots.Add((key, value));
        }
        EvmAddress at = EvmAddress.FromBytes(address);
        if (read.Count > 0 && at.ToWord() <= read[^1].Address.ToWord())
        {
            return accounts.Fail($"{at} is out of order");
        }
        read.Add(new EvmGenesisAccount
        {
            Address = at, Nonce = nonce.U0, Balance = balance, Code = code.ToArray(), Slots = slots,
        });
        return true;
    }

    private static byte[] EncodeAccount(EvmGenesisAccount account)
    {
        ArrayBufferWriter<byte> slots = new();
        foreach ((EvmWord key, EvmWord value) in account.Slots)
        {
            EvmRlp.WriteNumber(slots, key);
            EvmRlp.WriteNumber(slots, value);
        }
        ArrayBufferWriter<byte> items = new();
        EvmRlp.WriteAddress(items, account.Address);
        EvmRlp.WriteNumber(items, account.Nonce);
        EvmRlp.WriteNumber(items, account.Balance);
        EvmRlp.WriteString(items, account.Code);
        EvmRlp.WriteList(items, slots.WrittenSpan);
        return items.WrittenSpan.ToArray();
    }
}

/// <summary>An account that a world begins with.</summary>
internal sealed record EvmGenesisAccount
{
    public required EvmAddress Address { get; init; }

    public ulong Nonce { get; init; }

    public EvmWord Balance { get; init; }

    public byte[] Code { get; init; } = [];

    /// <summary>In the order of their keys; none is 0.</summary>
    public IReadOnlyList<(EvmWord Key, EvmWord Value)> Slots { get; init; } = [];
}
