using System.Buffers;

namespace Granary.Vms.Evm;

/// <summary>Records of the chain, and its first accounts.</summary>
internal static class EvmHeads
{
    /// <summary>Number, timestamp, hash.</summary>
    public static byte[] Encode(in EvmHead head)
    {
        ArrayBufferWriter<byte> items = new(64);
        EvmRlp.WriteNumber(items, head.Number);
        EvmRlp.WriteNumber(items, head.Timestamp);
        EvmRlp.WriteHash(items, head.Hash);
        ArrayBufferWriter<byte> list = new(72);
        EvmRlp.WriteList(list, items.WrittenSpan);
        return list.WrittenSpan.ToArray();
    }

    /// <summary>What is no head (an import may hold anything) is that of block 0.</summary>
    public static EvmHead Decode(ReadOnlySpan<byte> bytes)
    {
        EvmRlpReader reader = new(bytes);
        return reader.TryReadList(out EvmRlpReader items)
            && items.TryReadNumber(8, out EvmWord number)
            && items.TryReadNumber(8, out EvmWord timestamp)
            && items.TryReadFixed(EvmWord.Bytes, out ReadOnlySpan<byte> hash)
            ? new EvmHead(number.U0, timestamp.U0, EvmWord.FromBytes(hash))
            : default;
    }

    /// <summary>Stores a part of an account: its record and code first, then slot by slot.</summary>
    public static TrapKind WriteGenesisStep(EvmStore store, EvmGenesisAccount account, int step)
    {
        EvmWord key = EvmKeccak.Hash(account.Address.ToBytes());
        if (step > 0)
        {
            (EvmWord slot, EvmWord value) = account.Slots[step - 1];
            return store.WriteSlot(key, slot, value);
        }
        EvmAccount record = new(account.Address, key, EvmKeyComparer.Unseeded)
        {
            Exists = true, Nonce = account.Nonce, Balance = account.Balance,
            CodeHash = EvmKeccak.Hash(account.Code),
        };
        if (record.HasCode)
        {
            TrapKind trap = store.WriteCode(new EvmCode(account.Code, record.CodeHash));
            if (trap != TrapKind.None)
            {
                return trap;
            }
        }
        return store.WriteAccount(record);
    }

    /// <summary>
    /// The name of a block: keccak over its parent's, its context and its transactions. It says nothing of state, which
    /// would mean computing the state root for every block.
    /// </summary>
    public static EvmWord HashOf(EvmHead parent, EvmBlock block, IReadOnlyList<EvmResult> results)
    {
        ArrayBufferWriter<byte> hashes = new();
        foreach (EvmResult result in results)
        {
            EvmRlp.WriteHash(hashes, result.Hash);
        }
        ArrayBufferWriter<byte> items = new();
        EvmRlp.WriteHash(items, parent.Hash);
        EvmRlp.WriteNumber(items, block.Number);
        EvmRlp.WriteNumber(items, block.Timestamp);
        EvmRlp.WriteAddress(items, block.Coinbase);
        EvmRlp.WriteNumber(items, block.GasLimit);
        EvmRlp.WriteNumber(items, block.BaseFee);
        EvmRlp.WriteNumber(items, block.PrevRandao);
        EvmRlp.WriteNumber(items, block.ExcessBlobGas);
        EvmRlp.WriteList(items, hashes.WrittenSpan);
        ArrayBufferWriter<byte> list = new(items.WrittenCount + 8);
        EvmRlp.WriteList(list, items.WrittenSpan);
        return EvmKeccak.Hash(list.WrittenSpan);
    }
}
