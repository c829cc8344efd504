using System.Buffers;

namespace Granary.Vms.Evm;

/// <summary>
/// Builds Ethereum's state root from what is stored. Keys are stored hashed, so they come in the tree's order: an
/// account's slots first, then its leaf.
/// </summary>
internal static class EvmRootWalk
{
    /// <summary>Takes in one stored pair, an empty name when there is none; false at the end of all accounts.</summary>
    public static bool Step(EvmJob job, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (job.WalkedAccount is null)
        {
            if (name.Length != EvmStore.AccountKeyBytes || name[0] != EvmStore.AccountPrefix)
            {
                return false;
            }
            EvmWord account = EvmWord.FromBytes(name[1..]);
            job.WalkedAccount = account;
            job.Walked = SlotPrefix(account);
            return true;
        }
        if (name.Length == EvmStore.SlotKeyBytes && name.StartsWith(SlotPrefix(job.WalkedAccount.Value)))
        {
            ArrayBufferWriter<byte> encoded = new(EvmWord.Bytes + 1);
            EvmRlp.WriteString(encoded, value);
            job.Slots.Add(
                EvmTrieBuilder.Nibbles(name[EvmStore.AccountKeyBytes..]), encoded.WrittenSpan.ToArray());
            job.Walked = name.ToArray();
            return true;
        }
        job.SlotsDone = true;
        return true;
    }

    /// <summary>Adds the leaf of the account whose slots are done.</summary>
    public static void EndAccount(EvmJob job, in EvmWord account, in EvmAccountRecord record)
    {
        ArrayBufferWriter<byte> items = new(128);
        EvmRlp.WriteNumber(items, record.Nonce);
        EvmRlp.WriteNumber(items, record.Balance);
        EvmRlp.WriteHash(items, job.Slots.Finish());
        EvmRlp.WriteHash(items, record.CodeHash);
        ArrayBufferWriter<byte> list = new(136);
        EvmRlp.WriteList(list, items.WrittenSpan);
        byte[] key = account.ToBytes();
        job.Accounts.Add(EvmTrieBuilder.Nibbles(key), list.WrittenSpan.ToArray());
        job.WalkedAccount = null;
        job.SlotsDone = false;
        job.Walked = [EvmStore.AccountPrefix, .. key];
    }

    private static byte[] SlotPrefix(in EvmWord account) => [EvmStore.SlotPrefix, .. account.ToBytes()];
}
