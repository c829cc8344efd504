using System.Text.Json;

namespace Granary.Vms.Evm;

/// <summary>A call that is only asked (the parameter of eth_call): from, to, gas, value, data, all but <c>to</c> or
/// <c>data</c> optional.</summary>
internal sealed record EvmQuestion
{
    public EvmAddress From { get; init; }

    public EvmAddress? To { get; init; }

    public ulong Gas { get; init; }

    public EvmWord Value { get; init; }

    public byte[] Data { get; init; } = [];

    public static bool TryRead(ReadOnlySpan<byte> payload, ulong gas, out EvmQuestion question, out string error)
    {
        question = new EvmQuestion { Gas = gas };
        error = "";
        try
        {
            Utf8JsonReader reader = new(payload);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                error = "the payload is no JSON object";
                return false;
            }
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                if (field.Value.ValueKind != JsonValueKind.String
                    || !TrySet(ref question, field.Name, field.Value.GetString()!))
                {
                    error = $"'{field.Name}' is none of from, to, gas, value, data (or input), or its text is not "
                        + "hexadecimal behind 0x";
                    return false;
                }
            }
            return true;
        }
        // The latter is how the platform refuses text that is not Unicode.
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            error = "the payload is no JSON: " + broken.Message;
            return false;
        }
    }

    /// <summary>As a transaction that costs nothing.</summary>
    public EvmTransaction ToTransaction(ulong nonce, EvmRules rules)
    {
        EvmTransaction free = new() { Nonce = nonce, To = To, Value = Value, Data = Data };
        ulong intrinsic = (ulong)EvmTransactionRules.IntrinsicGas(free, rules);
        return free with { GasLimit = Math.Max(Math.Min(Gas, long.MaxValue), intrinsic) };
    }

    private static bool TrySet(ref EvmQuestion question, string name, string text)
    {
        if (name is "data" or "input")
        {
            if (!text.StartsWith("0x", StringComparison.Ordinal)
                || EvmPayload.Read(System.Text.Encoding.UTF8.GetBytes(text)) is not { } data)
            {
                return false;
            }
            question = question with { Data = data };
            return true;
        }
        if (!text.StartsWith("0x", StringComparison.Ordinal) || !EvmWord.TryParse(text, out EvmWord value))
        {
            return false;
        }
        bool isAddress = text.Length == 2 + (2 * EvmAddress.Bytes);
        switch (name)
        {
            case "from" when isAddress:
                question = question with { From = EvmAddress.FromWord(value) };
                return true;
            case "to" when isAddress:
                question = question with { To = EvmAddress.FromWord(value) };
                return true;
            case "gas":
                question = question with { Gas = value.Saturated };
                return true;
            case "value":
                question = question with { Value = value };
                return true;
            default:
                return false;
        }
    }
}
