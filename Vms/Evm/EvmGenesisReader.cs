using System.Globalization;
using System.Text.Json;

namespace Granary.Vms.Evm;

/// <summary>Reads the fields of a genesis. JSON does not keep lines, so errors name the field instead.</summary>
internal static class EvmGenesisReader
{
    private const ulong ChainIdDefault = 1337;
    private const int AddressDigits = 2 * EvmAddress.Bytes;

    public static EvmGenesis Read(JsonElement root)
    {
        Expect(root, JsonValueKind.Object, "the genesis");
        EvmGenesis genesis = new() { ChainId = ChainIdDefault, Revision = EvmRevision.Cancun };
        foreach (JsonProperty field in root.EnumerateObject())
        {
            JsonElement value = field.Value;
            string at = field.Name;
            genesis = field.Name switch
            {
                "config" => ReadConfig(genesis, value),
                "gasLimit" => genesis with { GasLimit = Small(value, at) },
                "baseFeePerGas" => genesis with { BaseFee = Number(value, at) },
                "timestamp" => genesis with { Timestamp = Small(value, at) },
                "coinbase" => genesis with { Coinbase = Address(Text(value, at), at) },
                "alloc" => genesis with { Accounts = ReadAccounts(value) },
                _ => throw Wrong($"'{at}' is none of config, alloc, gasLimit, baseFeePerGas, timestamp, coinbase"),
            };
        }
        return genesis;
    }

    private static EvmGenesis ReadConfig(EvmGenesis genesis, JsonElement config)
    {
        Expect(config, JsonValueKind.Object, "config");
        foreach (JsonProperty field in config.EnumerateObject())
        {
            genesis = field.Name switch
            {
                "chainId" => genesis with { ChainId = Number(field.Value, "config.chainId") },
                "rules" => genesis with { Revision = Revision(Text(field.Value, "config.rules")) },
                _ => throw Wrong($"'config.{field.Name}' is none of chainId, rules"),
            };
        }
        return genesis;
    }

    private static EvmRevision Revision(string name)
    {
        foreach (EvmRevision revision in Enum.GetValues<EvmRevision>())
        {
            if (string.Equals(revision.ToString(), name, StringComparison.OrdinalIgnoreCase))
            {
                return revision;
            }
        }
        throw Wrong(
            $"'{name}' is no rule set; there are {string.Join(", ", Enum.GetNames<EvmRevision>())}");
    }

    private static List<EvmGenesisAccount> ReadAccounts(JsonElement alloc)
    {
        Expect(alloc, JsonValueKind.Object, "alloc");
        SortedDictionary<EvmWord, EvmGenesisAccount> accounts = new(WordOrder.Instance);
        foreach (JsonProperty entry in alloc.EnumerateObject())
        {
            string at = $"alloc.{entry.Name}";
            EvmAddress address = Address(entry.Name, at);
            if (!accounts.TryAdd(address.ToWord(), ReadAccount(address, entry.Value, at)))
            {
                throw Wrong($"'{at}' is there twice");
            }
        }
        return [.. accounts.Values];
    }

    private static EvmGenesisAccount ReadAccount(EvmAddress address, JsonElement value, string at)
    {
        Expect(value, JsonValueKind.Object, at);
        EvmGenesisAccount account = new() { Address = address };
        foreach (JsonProperty field in value.EnumerateObject())
        {
            string name = $"{at}.{field.Name}";
            account = field.Name switch
            {
                "balance" => account with { Balance = Number(field.Value, name) },
                "nonce" => account with { Nonce = Small(field.Value, name) },
                "code" => account with { Code = Bytes(field.Value, name) },
                "storage" => account with { Slots = ReadStorage(field.Value, name) },
                _ => throw Wrong($"'{name}' is none of balance, nonce, code, storage"),
            };
        }
        return account;
    }

    private static List<(EvmWord Key, EvmWord Value)> ReadStorage(JsonElement storage, string at)
    {
        Expect(storage, JsonValueKind.Object, at);
        SortedDictionary<EvmWord, EvmWord> slots = new(WordOrder.Instance);
        foreach (JsonProperty slot in storage.EnumerateObject())
        {
            string name = $"{at}.{slot.Name}";
            if (!EvmWord.TryParse(slot.Name, out EvmWord key))
            {
                throw Wrong($"'{name}' is no slot: a number of at most 256 bits, hexadecimal behind 0x");
            }
            EvmWord value = Number(slot.Value, name);
            if (!value.IsZero && !slots.TryAdd(key, value))
            {
                throw Wrong($"'{name}' is there twice");
            }
        }
        return [.. slots.Select(s => (s.Key, s.Value))];
    }

    private static byte[] Bytes(JsonElement value, string at)
    {
        string text = Text(value, at);
        bool good = text.StartsWith("0x", StringComparison.Ordinal) && text.Length % 2 == 0
            && text.Skip(2).All(char.IsAsciiHexDigit);
        return good ? Convert.FromHexString(text[2..]) : throw Wrong($"'{at}' is not hexadecimal behind 0x");
    }

    private static EvmAddress Address(string text, string at)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits.Length == AddressDigits && EvmWord.TryParse("0x" + digits, out EvmWord word)
            ? EvmAddress.FromWord(word)
            : throw Wrong($"'{at}': '{text}' is no address of {AddressDigits} hexadecimal digits");
    }

    private static ulong Small(JsonElement value, string at)
    {
        EvmWord number = Number(value, at);
        return number.IsUInt64 ? number.U0 : throw Wrong($"'{at}' is over 64 bits");
    }

    /// <summary>A JSON number, or text: decimal, or hexadecimal behind 0x.</summary>
    private static EvmWord Number(JsonElement value, string at)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong small))
        {
            return small;
        }
        return value.ValueKind == JsonValueKind.String && EvmWord.TryParse(value.GetString(), out EvmWord number)
            ? number
            : throw Wrong(string.Create(
                NumberFormatInfo.InvariantInfo,
                $"'{at}' is no number of at most 256 bits, decimal or hexadecimal behind 0x"));
    }

    private static string Text(JsonElement value, string at) => value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw Wrong($"'{at}' is no text");

    private static void Expect(JsonElement value, JsonValueKind kind, string at)
    {
        if (value.ValueKind != kind)
        {
            throw Wrong($"{at} is no JSON {kind}");
        }
    }

    private static SourceException Wrong(string what) => new(what, 1, 1);

    private sealed class WordOrder : IComparer<EvmWord>
    {
        public static WordOrder Instance { get; } = new();

        public int Compare(EvmWord x, EvmWord y) => x < y ? -1 : x == y ? 0 : 1;
    }
}
