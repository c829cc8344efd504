namespace Granary.Vms.Evm;

internal static partial class EvmSnapshot
{
    private const int KeyNibbles = 2 * EvmWord.Bytes;

    /// <summary>A reference of a node, and an account's leaf.</summary>
    private const int NodeBytesMax = 33;
    private const int LeafBytesMax = 160;

    private static void WriteJob(SnapshotWriter writer, EvmState state)
    {
        EvmJob job = state.Job;
        writer.WriteByte((byte)job.Entry);
        writer.WriteUInt32((uint)job.Step);
        writer.WriteUInt32((uint)job.Account);
        writer.WriteUInt32((uint)job.Next);
        writer.WriteUInt32((uint)job.End);
        writer.WriteUInt32((uint)job.TransactionOffset);
        writer.WriteUInt32((uint)job.TransactionLength);
        writer.WriteAddress(job.Sender);
        writer.WriteInt64(job.GasUsed);
        writer.WriteUInt64(job.BlockGasUsed);
        writer.WriteUInt64(job.BlockBlobGasUsed);
        writer.WriteUInt32(job.BlockLogs);
        writer.WriteUInt64(job.Head.Number);
        writer.WriteUInt64(job.Head.Timestamp);
        writer.WriteWord(job.Head.Hash);
        writer.WriteBytes(job.Reply);
        writer.WriteUInt32((uint)job.Results.Count);
        foreach (EvmResult result in job.Results)
        {
            writer.WriteWord(result.Hash);
            writer.WriteByte((byte)result.Failure);
            writer.WriteInt64(result.GasUsed);
        }
        EvmBlock block = state.Block;
        writer.WriteUInt64(block.Number);
        writer.WriteUInt64(block.Timestamp);
        writer.WriteAddress(block.Coinbase);
        writer.WriteUInt64(block.GasLimit);
        writer.WriteWord(block.PrevRandao);
        writer.WriteWord(block.BaseFee);
        writer.WriteUInt64(block.ExcessBlobGas);
        writer.WriteAddress(state.Origin);
        writer.WriteWord(state.GasPrice);
        writer.WriteInt64(state.Refund);
        writer.WriteByte((byte)state.Outcome);
        writer.WriteInt64(state.OutcomeGas);
    }

    private static void ReadJob(ref SnapshotReader reader, EvmState state)
    {
        EvmJob job = state.Job;
        job.Entry = (EvmEntry)reader.ReadKind((byte)EvmEntry.Account, "entry");
        job.Step = reader.ReadCount(int.MaxValue - 1);
        job.Account = reader.ReadCount(int.MaxValue - 1);
        job.Next = reader.ReadCount(job.Payload.Length);
        job.End = reader.ReadCount(job.Payload.Length);
        job.TransactionOffset = reader.ReadCount(job.Payload.Length);
        job.TransactionLength = reader.ReadCount(job.Payload.Length - job.TransactionOffset);
        if (job.Next > job.End)
        {
            throw new SnapshotFormatException("The next transaction begins behind the end.");
        }
        job.Sender = reader.ReadAddress();
        job.GasUsed = reader.ReadAmount();
        job.BlockGasUsed = reader.ReadUInt64();
        job.BlockBlobGasUsed = reader.ReadUInt64();
        job.BlockLogs = reader.ReadUInt32();
        ulong number = reader.ReadUInt64();
        ulong timestamp = reader.ReadUInt64();
        job.Head = new EvmHead(number, timestamp, reader.ReadWord());
        job.Reply = reader.ReadBytes(SnapshotFormat.SectionBytesMax).ToArray();
        int count = reader.ReadCount(job.Payload.Length);
        for (int i = 0; i < count; i++)
        {
            EvmWord hash = reader.ReadWord();
            EvmFailure failure = (EvmFailure)reader.ReadKind((byte)EvmFailure.PrecompileFailed, "failure");
            job.Results.Add(new EvmResult(hash, failure, reader.ReadAmount()));
        }
        state.Block = new EvmBlock
        {
            Number = reader.ReadUInt64(), Timestamp = reader.ReadUInt64(), Coinbase = reader.ReadAddress(),
            GasLimit = reader.ReadUInt64(), PrevRandao = reader.ReadWord(), BaseFee = reader.ReadWord(),
            ExcessBlobGas = reader.ReadUInt64(),
        };
        state.Origin = reader.ReadAddress();
        state.GasPrice = reader.ReadWord();
        state.Refund = reader.ReadInt64();
        state.Outcome = (EvmFailure)reader.ReadKind((byte)EvmFailure.PrecompileFailed, "failure");
        state.OutcomeGas = reader.ReadAmount();
    }

    private static void WriteWalk(SnapshotWriter writer, EvmJob job)
    {
        writer.WriteBytes(job.Walked);
        writer.WriteByte(job.WalkedAccount is null ? (byte)0 : (byte)1);
        writer.WriteWord(job.WalkedAccount ?? EvmWord.Zero);
        WriteBuilder(writer, job.Accounts);
        WriteBuilder(writer, job.Slots);
    }

    private static void ReadWalk(ref SnapshotReader reader, EvmJob job)
    {
        job.Walked = reader.ReadBytes(EvmStore.SlotKeyBytes).ToArray();
        bool isInAccount = reader.ReadFlag();
        EvmWord account = reader.ReadWord();
        job.WalkedAccount = isInAccount ? account : null;
        ReadBuilder(ref reader, job.Accounts);
        ReadBuilder(ref reader, job.Slots);
    }

    private static void WriteBuilder(SnapshotWriter writer, EvmTrieBuilder builder)
    {
        writer.WriteBytes(builder.LastKey ?? []);
        writer.WriteBytes(builder.LastValue);
        writer.WriteUInt32((uint)builder.Branches.Count);
        foreach (EvmTrieBranch branch in builder.Branches)
        {
            writer.WriteUInt32((uint)branch.Depth);
            foreach (byte[] child in branch.Children)
            {
                writer.WriteBytes(child);
            }
        }
    }

    private static void ReadBuilder(ref SnapshotReader reader, EvmTrieBuilder builder)
    {
        byte[] key = reader.ReadBytes(KeyNibbles).ToArray();
        if (key.Length is not (0 or KeyNibbles) || key.Any(n => n > 15))
        {
            throw new SnapshotFormatException("A key is not 64 nibbles.");
        }
        builder.LastKey = key.Length == 0 ? null : key;
        builder.LastValue = reader.ReadBytes(LeafBytesMax).ToArray();
        int count = reader.ReadCount(key.Length);
        int above = -1;
        for (int i = 0; i < count; i++)
        {
            EvmTrieBranch branch = new(reader.ReadCount(KeyNibbles - 1));
            if (branch.Depth <= above)
            {
                throw new SnapshotFormatException("Branches are out of order.");
            }
            above = branch.Depth;
            for (int child = 0; child < branch.Children.Length; child++)
            {
                branch.Children[child] = reader.ReadBytes(NodeBytesMax).ToArray();
            }
            builder.Branches.Add(branch);
        }
    }
}
