using System.Buffers;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Worlds of vectors, as a kernel would keep them.</summary>
internal static class EvmTestWorld
{
    /// <summary>A test of the legacy suite takes 50 MB of memory; some receipts have many megabytes of data.
    /// </summary>
    public static readonly VmLimits Limits = VmLimits.Default with
    {
        SnapshotBytesMax = 1 << 30, PayloadBytesMax = 256 << 20,
    };

    /// <summary>A host that has stored the accounts of a vector.</summary>
    public static TestHost HostOf(JsonElement accounts)
    {
        TestHost host = new(Limits);
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmStore store = new(host, ref gas);
        EvmKeyComparer comparer = EvmKeyComparer.Unseeded;
        foreach (JsonProperty entry in accounts.EnumerateObject())
        {
            EvmAddress address = EvmAddress.FromWord(EvmVectorPack.Word(entry.Name));
            EvmAccount account = new(address, EvmKeccak.Hash(address.ToBytes()), comparer)
            {
                Exists = true,
                Nonce = EvmVectorPack.Number(entry.Value, "nonce"),
                Balance = EvmVectorPack.Word(entry.Value, "balance"),
            };
            byte[] code = EvmVectorPack.Bytes(entry.Value, "code");
            account.CodeHash = EvmKeccak.Hash(code);
            if (code.Length > 0)
            {
                store.WriteCode(new EvmCode(code, account.CodeHash));
            }
            store.WriteAccount(account);
            foreach (JsonProperty slot in entry.Value.GetProperty("storage").EnumerateObject())
            {
                EvmWord value = EvmVectorPack.Word(slot.Value.GetString()!);
                if (!value.IsZero)
                {
                    store.WriteSlot(account.Key, EvmVectorPack.Word(slot.Name), value);
                }
            }
        }
        return host;
    }

    /// <summary>What <c>runTx</c> takes: a transaction with the block that it is to run in.</summary>
    public static byte[] Payload(EvmBlock block, byte[] transaction)
    {
        ArrayBufferWriter<byte> context = new();
        EvmRlp.WriteNumber(context, block.Number);
        EvmRlp.WriteNumber(context, block.Timestamp);
        EvmRlp.WriteAddress(context, block.Coinbase);
        EvmRlp.WriteNumber(context, block.GasLimit);
        EvmRlp.WriteNumber(context, block.BaseFee);
        EvmRlp.WriteNumber(context, block.PrevRandao);
        EvmRlp.WriteNumber(context, block.ExcessBlobGas);
        ArrayBufferWriter<byte> items = new();
        EvmRlp.WriteList(items, context.WrittenSpan);
        if (transaction[0] >= 0xC0)
        {
            items.Write(transaction);
        }
        else
        {
            EvmRlp.WriteString(items, transaction);
        }
        ArrayBufferWriter<byte> payload = new();
        EvmRlp.WriteList(payload, items.WrittenSpan);
        return payload.WrittenSpan.ToArray();
    }

    /// <summary>Everything stored but code, as text.</summary>
    public static string[] Show(TestHost host) => [.. host.Data
        .Where(p => p.Key[0] is EvmStore.AccountPrefix or EvmStore.SlotPrefix)
        .Select(p => $"{Convert.ToHexStringLower(p.Key)}={Convert.ToHexStringLower(p.Value)}")];
}
