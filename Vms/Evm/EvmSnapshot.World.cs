namespace Granary.Vms.Evm;

internal static partial class EvmSnapshot
{
    /// <summary>The least bytes of an account, a slot, a change: they bound how many a snapshot can hold.</summary>
    private const int CountMax = 1 << 24;

    private const uint NoCode = uint.MaxValue;

    /// <summary>Code by its hash, in the order in which accounts and frames have it.</summary>
    private static List<EvmCode> CollectCodes(EvmState state)
    {
        List<EvmCode> codes = [];
        HashSet<EvmWord> seen = new(EvmKeyComparer.Unseeded);
        foreach (EvmAccount account in state.World.Accounts)
        {
            if (account.Code is { } code && seen.Add(code.Hash))
            {
                codes.Add(code);
            }
        }
        for (int i = 0; i < state.Depth; i++)
        {
            if (seen.Add(state.FrameAt(i).Code.Hash))
            {
                codes.Add(state.FrameAt(i).Code);
            }
        }
        return codes;
    }

    private static Dictionary<EvmWord, int> IndexCodes(List<EvmCode> codes)
    {
        Dictionary<EvmWord, int> index = new(EvmKeyComparer.Unseeded);
        for (int i = 0; i < codes.Count; i++)
        {
            index.Add(codes[i].Hash, i);
        }
        return index;
    }

    private static void WriteWorld(SnapshotWriter writer, EvmWorld world, List<EvmCode> codes)
    {
        Dictionary<EvmWord, int> index = IndexCodes(codes);
        writer.WriteUInt32((uint)codes.Count);
        foreach (EvmCode code in codes)
        {
            writer.WriteBytes(code.Bytes);
        }
        writer.WriteUInt64(world.Seed);
        writer.WriteUInt32((uint)world.Accounts.Count);
        foreach (EvmAccount account in world.Accounts)
        {
            writer.WriteAddress(account.Address);
            WriteRecord(writer, account.Stored);
            WriteRecord(writer, account.Current);
            writer.WriteUInt32(account.Code is { } code ? (uint)index[code.Hash] : NoCode);
            writer.WriteByte((byte)((account.IsWarm ? 1 : 0) | (account.IsTouched ? 2 : 0)
                | (account.IsCreated ? 4 : 0) | (account.IsDestructed ? 8 : 0)));
            writer.WriteUInt32((uint)account.Slots.Count);
            foreach (EvmSlot slot in account.Slots)
            {
                writer.WriteWord(slot.Key);
                writer.WriteWord(slot.Original);
                writer.WriteWord(slot.Value);
                writer.WriteByte(slot.IsWarm ? (byte)1 : (byte)0);
            }
            writer.WriteUInt32((uint)account.TransientSlots.Count);
            foreach (EvmTransientSlot slot in account.TransientSlots)
            {
                writer.WriteWord(slot.Key);
                writer.WriteWord(slot.Value);
            }
        }
        writer.WriteUInt32((uint)world.Changes.Count);
        foreach (EvmChange change in world.Changes)
        {
            writer.WriteByte((byte)change.Kind);
            writer.WriteUInt32((uint)change.Account);
            writer.WriteUInt32((uint)change.Slot);
            writer.WriteWord(change.Before);
        }
    }

    /// <summary>Returns the codes, which frames refer to.</summary>
    private static List<EvmCode> ReadWorld(ref SnapshotReader reader, EvmState state)
    {
        List<EvmCode> codes = [];
        int count = reader.ReadCount(CountMax);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> bytes = reader.ReadBytes(SnapshotFormat.SectionBytesMax);
            codes.Add(new EvmCode(bytes, EvmKeccak.Hash(bytes)));
        }
        EvmWorld world = new(reader.ReadUInt64());
        state.World = world;
        count = reader.ReadCount(CountMax);
        for (int i = 0; i < count; i++)
        {
            ReadAccount(ref reader, world, codes);
        }
        count = reader.ReadCount(CountMax);
        for (int i = 0; i < count; i++)
        {
            ReadChange(ref reader, world);
        }
        if (world.HeldBytes > state.WorldBytesMax)
        {
            throw new SnapshotFormatException("The world is over its limit.");
        }
        return codes;
    }

    private static void ReadAccount(ref SnapshotReader reader, EvmWorld world, List<EvmCode> codes)
    {
        EvmAddress address = reader.ReadAddress();
        if (world.Find(address) >= 0)
        {
            throw new SnapshotFormatException($"Account {address} is there twice.");
        }
        int index = world.Add(address, EvmKeccak.Hash(address.ToBytes()));
        EvmAccount account = world.Accounts[index];
        account.Stored = ReadRecord(ref reader);
        EvmAccountRecord current = ReadRecord(ref reader);
        (account.Exists, account.Nonce, account.Balance, account.CodeHash) =
            (current.Exists, current.Nonce, current.Balance, current.CodeHash);
        uint code = reader.ReadUInt32();
        if (code != NoCode)
        {
            if (code >= codes.Count)
            {
                throw new SnapshotFormatException($"There is no code {code}.");
            }
            world.Hold(account, codes[(int)code]);
        }
        int flags = reader.ReadKind(15, "set of flags");
        account.IsWarm = (flags & 1) != 0;
        account.IsTouched = (flags & 2) != 0;
        account.IsCreated = (flags & 4) != 0;
        account.IsDestructed = (flags & 8) != 0;
        int count = reader.ReadCount(CountMax);
        for (int i = 0; i < count; i++)
        {
            EvmWord key = reader.ReadWord();
            EvmWord original = reader.ReadWord();
            EvmWord value = reader.ReadWord();
            bool isWarm = reader.ReadFlag();
            if (account.FindSlot(key) >= 0)
            {
                throw new SnapshotFormatException($"Slot {key} of {address} is there twice.");
            }
            world.AddSlot(index, new EvmSlot(key, original, value, isWarm));
        }
        count = reader.ReadCount(CountMax);
        for (int i = 0; i < count; i++)
        {
            EvmWord key = reader.ReadWord();
            if (account.FindTransient(key) >= 0)
            {
                throw new SnapshotFormatException($"Transient slot {key} of {address} is there twice.");
            }
            world.AddTransient(index, new EvmTransientSlot(key, reader.ReadWord()));
        }
    }

    private static void ReadChange(ref SnapshotReader reader, EvmWorld world)
    {
        EvmChangeKind kind = (EvmChangeKind)reader.ReadKind((byte)EvmChangeKind.Transient, "change");
        int account = reader.ReadCount(world.Accounts.Count - 1);
        int slots = kind switch
        {
            EvmChangeKind.Slot or EvmChangeKind.SlotWarm => world.Accounts[account].Slots.Count,
            EvmChangeKind.Transient => world.Accounts[account].TransientSlots.Count,
            _ => 1,
        };
        if (slots == 0)
        {
            throw new SnapshotFormatException("A change is of a slot that is not there.");
        }
        int slot = reader.ReadCount(slots - 1);
        world.Restore(new EvmChange(kind, account, slot, reader.ReadWord()));
    }

    private static void WriteRecord(SnapshotWriter writer, in EvmAccountRecord record)
    {
        writer.WriteByte(record.Exists ? (byte)1 : (byte)0);
        writer.WriteUInt64(record.Nonce);
        writer.WriteWord(record.Balance);
        writer.WriteWord(record.CodeHash);
    }

    private static EvmAccountRecord ReadRecord(ref SnapshotReader reader)
    {
        bool exists = reader.ReadFlag();
        ulong nonce = reader.ReadUInt64();
        EvmWord balance = reader.ReadWord();
        return new EvmAccountRecord(exists, nonce, balance, reader.ReadWord());
    }

    private static void WriteLogs(SnapshotWriter writer, List<EvmLog> logs)
    {
        writer.WriteUInt32((uint)logs.Count);
        foreach (EvmLog log in logs)
        {
            writer.WriteAddress(log.Address);
            writer.WriteByte((byte)log.Topics.Length);
            foreach (EvmWord topic in log.Topics)
            {
                writer.WriteWord(topic);
            }
            writer.WriteBytes(log.Data);
        }
    }

    private static void ReadLogs(ref SnapshotReader reader, EvmState state)
    {
        int count = reader.ReadCount(CountMax);
        for (int i = 0; i < count; i++)
        {
            EvmAddress address = reader.ReadAddress();
            EvmWord[] topics = new EvmWord[reader.ReadKind(4, "number of topics")];
            for (int topic = 0; topic < topics.Length; topic++)
            {
                topics[topic] = reader.ReadWord();
            }
            if (!state.TryAddLog(new EvmLog(address, topics, reader.ReadBytes(state.LogBytesMax).ToArray())))
            {
                throw new SnapshotFormatException("The logs are over their limit.");
            }
        }
    }
}
