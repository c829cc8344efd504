using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Granary.Vms.Evm;

/// <summary>What is said of a transaction when it is done.</summary>
internal static class EvmReceipts
{
    /// <summary>Keccak of the encoded list of logs, by which test suites compare them.</summary>
    public static EvmWord LogsHash(IReadOnlyList<EvmLog> logs)
    {
        ArrayBufferWriter<byte> items = new();
        foreach (EvmLog log in logs)
        {
            WriteLog(items, log);
        }
        ArrayBufferWriter<byte> list = new(items.WrittenCount + 8);
        EvmRlp.WriteList(list, items.WrittenSpan);
        return EvmKeccak.Hash(list.WrittenSpan);
    }

    /// <summary>The receipt of the transaction that the machine has run, in the form of Ethereum's JSON-RPC, with
    /// <c>output</c>, and <c>failure</c> when there was one.</summary>
    public static byte[] Write(EvmState state, EvmTransaction tx)
    {
        ArrayBufferWriter<byte> output = new();
        using Utf8JsonWriter json = new(output);
        EvmJob job = state.Job;
        json.WriteStartObject();
        json.WriteString("transactionHash", Hash(tx.Hash));
        json.WriteString("transactionIndex", Number((ulong)job.Results.Count));
        json.WriteString("blockNumber", Number(state.Block.Number));
        json.WriteString("type", Number((ulong)tx.Type));
        json.WriteString("from", job.Sender.ToString());
        json.WriteString("to", tx.To?.ToString());
        bool creates = tx.To is null && state.Outcome == EvmFailure.None;
        json.WriteString(
            "contractAddress", creates ? EvmCreation.AddressOf(job.Sender, tx.Nonce).ToString() : null);
        json.WriteString("gasUsed", Number((ulong)job.GasUsed));
        json.WriteString("cumulativeGasUsed", Number(job.BlockGasUsed));
        json.WriteString("effectiveGasPrice", state.GasPrice.ToString());
        json.WriteString("status", state.Outcome == EvmFailure.None ? "0x1" : "0x0");
        if (state.Outcome != EvmFailure.None)
        {
            json.WriteString("failure", state.Outcome.ToString());
        }
        json.WriteString("output", Hex(state.ReturnData));
        json.WriteStartArray("logs");
        for (int i = 0; i < state.Logs.Count; i++)
        {
            WriteLog(json, state.Logs[i], job.BlockLogs + (uint)i);
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>What a block is answered with.</summary>
    public static byte[] WriteBlock(EvmHead head, EvmJob job)
    {
        ArrayBufferWriter<byte> output = new();
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteString("number", Number(head.Number));
        json.WriteString("hash", Hash(head.Hash));
        json.WriteString("timestamp", Number(head.Timestamp));
        json.WriteString("gasUsed", Number(job.BlockGasUsed));
        json.WriteStartArray("transactions");
        foreach (EvmResult result in job.Results)
        {
            json.WriteStartObject();
            json.WriteString("hash", Hash(result.Hash));
            json.WriteString("status", result.Failure == EvmFailure.None ? "0x1" : "0x0");
            json.WriteString("gasUsed", Number((ulong)result.GasUsed));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    public static byte[] WriteAccount(EvmAccount account)
    {
        ArrayBufferWriter<byte> output = new();
        using Utf8JsonWriter json = new(output);
        json.WriteStartObject();
        json.WriteString("address", account.Address.ToString());
        json.WriteBoolean("exists", account.Exists);
        json.WriteString("nonce", Number(account.Nonce));
        json.WriteString("balance", account.Balance.ToString());
        json.WriteString("codeHash", Hash(account.CodeHash));
        json.WriteString("code", Hex(account.Code!.Bytes));
        json.WriteEndObject();
        json.Flush();
        return output.WrittenSpan.ToArray();
    }

    public static byte[] WriteWord(in EvmWord word) => Encoding.ASCII.GetBytes(Hash(word));

    public static byte[] WriteBytes(ReadOnlySpan<byte> bytes) => Encoding.ASCII.GetBytes(Hex(bytes));

    private static void WriteLog(Utf8JsonWriter json, EvmLog log, uint index)
    {
        json.WriteStartObject();
        json.WriteString("address", log.Address.ToString());
        json.WriteStartArray("topics");
        foreach (EvmWord topic in log.Topics)
        {
            json.WriteStringValue(Hash(topic));
        }
        json.WriteEndArray();
        json.WriteString("data", Hex(log.Data));
        json.WriteString("logIndex", Number(index));
        json.WriteEndObject();
    }

    private static string Hash(in EvmWord hash) => Hex(hash.ToBytes());

    private static string Hex(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static string Number(ulong number) => ((EvmWord)number).ToString();

    private static void WriteLog(IBufferWriter<byte> output, EvmLog log)
    {
        ArrayBufferWriter<byte> topics = new();
        foreach (EvmWord topic in log.Topics)
        {
            EvmRlp.WriteHash(topics, topic);
        }
        ArrayBufferWriter<byte> items = new(log.Data.Length + 256);
        EvmRlp.WriteAddress(items, log.Address);
        EvmRlp.WriteList(items, topics.WrittenSpan);
        EvmRlp.WriteString(items, log.Data);
        EvmRlp.WriteList(output, items.WrittenSpan);
    }
}
