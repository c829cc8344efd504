using System.Buffers.Binary;

namespace Granary.Vms.Evm;

internal static partial class EvmSnapshot
{
    private static void WriteFrames(SnapshotWriter writer, EvmState state, List<EvmCode> codes)
    {
        Dictionary<EvmWord, int> index = IndexCodes(codes);
        writer.WriteUInt32((uint)state.Depth);
        for (int i = 0; i < state.Depth; i++)
        {
            EvmFrame frame = state.FrameAt(i);
            writer.WriteByte((byte)frame.Kind);
            writer.WriteUInt32((uint)index[frame.Code.Hash]);
            writer.WriteUInt32((uint)frame.Account);
            writer.WriteAddress(frame.Caller);
            writer.WriteWord(frame.Value);
            writer.WriteByte(frame.IsStatic ? (byte)1 : (byte)0);
            writer.WriteUInt32((uint)frame.Pc);
            writer.WriteInt64(frame.Gas);
            writer.WriteUInt32((uint)frame.StackWords);
            writer.WriteUInt32((uint)frame.MemoryBase);
            writer.WriteUInt32((uint)frame.MemorySize);
            writer.WriteUInt32((uint)frame.InputOffset);
            writer.WriteUInt32((uint)frame.InputLength);
            writer.WriteUInt32((uint)frame.OutputOffset);
            writer.WriteUInt32((uint)frame.OutputLength);
            writer.WriteUInt32((uint)frame.WorldMark);
            writer.WriteUInt32((uint)frame.LogMark);
            writer.WriteInt64(frame.RefundMark);
        }
    }

    private static void ReadFrames(ref SnapshotReader reader, EvmState state, List<EvmCode> codes)
    {
        int depth = reader.ReadCount(EvmState.DepthMax + 1);
        long gas = 0;
        for (int i = 0; i < depth; i++)
        {
            EvmFrame? caller = i == 0 ? null : state.Top;
            // While it waits for its call's result, a frame has dropped more words than it will get.
            if (caller is { StackWords: >= EvmState.StackWordsMax })
            {
                throw new SnapshotFormatException("A frame that called has a full stack.");
            }
            EvmFrame frame = state.Push();
            ReadFrame(ref reader, state, frame, codes);
            CheckFrame(state, frame, caller);
            // The frames share what the transaction bought, and get it back.
            if (frame.Gas > long.MaxValue - gas)
            {
                throw new SnapshotFormatException("The frames have more gas than there is.");
            }
            gas += frame.Gas;
        }
    }

    private static void ReadFrame(ref SnapshotReader reader, EvmState state, EvmFrame frame, List<EvmCode> codes)
    {
        frame.Kind = (EvmFrameKind)reader.ReadKind((byte)EvmFrameKind.CreateTransaction, "kind of frame");
        frame.Code = codes.Count > 0
            ? codes[reader.ReadCount(codes.Count - 1)]
            : throw new SnapshotFormatException("A frame has no code.");
        frame.Account = reader.ReadCount(state.World.Accounts.Count - 1);
        frame.Address = state.World.Accounts[frame.Account].Address;
        frame.Caller = reader.ReadAddress();
        frame.Value = reader.ReadWord();
        frame.IsStatic = reader.ReadFlag();
        // An immediate that is cut short ends in the padding.
        frame.Pc = reader.ReadCount(frame.Code.Length + EvmWord.Bytes);
        frame.Gas = reader.ReadAmount();
        frame.Height = reader.ReadCount(EvmState.StackWordsMax) * EvmWord.Bytes;
        int memoryBase = reader.ReadCount(state.MemoryBytesMax);
        if (state.Depth == 1)
        {
            frame.MemoryBase = memoryBase;
        }
        else if (memoryBase != frame.MemoryBase)
        {
            throw new SnapshotFormatException("A memory does not begin where its caller's ends.");
        }
        frame.MemorySize = reader.ReadCount(state.MemoryBytesMax - frame.MemoryBase);
        frame.InputOffset = reader.ReadCount(frame.MemoryBase);
        frame.InputLength = reader.ReadCount(frame.MemoryBase - frame.InputOffset);
        frame.OutputOffset = reader.ReadCount(state.MemoryBytesMax);
        frame.OutputLength = reader.ReadCount(state.MemoryBytesMax - frame.OutputOffset);
        frame.WorldMark = reader.ReadCount(state.World.Changes.Count);
        frame.LogMark = reader.ReadCount(state.Logs.Count);
        frame.RefundMark = reader.ReadInt64();
    }

    private static void CheckFrame(EvmState state, EvmFrame frame, EvmFrame? caller)
    {
        bool isOutermost = frame.Kind is EvmFrameKind.Transaction or EvmFrameKind.CreateTransaction;
        bool good = frame.MemorySize % EvmWord.Bytes == 0 && isOutermost == (caller is null);
        if (caller is null)
        {
            good &= frame.OutputLength == 0;
        }
        else
        {
            good &= frame.OutputOffset + frame.OutputLength <= caller.MemorySize
                && frame.WorldMark >= caller.WorldMark && frame.LogMark >= caller.LogMark;
        }
        if (!good)
        {
            throw new SnapshotFormatException($"Frame {state.Depth - 1} cannot be like this.");
        }
    }

    /// <summary>The words of all stacks, limb by limb, lowest first.</summary>
    private static byte[] StackBytes(EvmState state)
    {
        int words = state.Top.StackBase + state.Top.StackWords;
        byte[] bytes = new byte[words * EvmWord.Bytes];
        for (int i = 0; i < words; i++)
        {
            EvmWord word = state.Stack[i];
            Span<byte> at = bytes.AsSpan(i * EvmWord.Bytes, EvmWord.Bytes);
            BinaryPrimitives.WriteUInt64LittleEndian(at, word.U0);
            BinaryPrimitives.WriteUInt64LittleEndian(at[8..], word.U1);
            BinaryPrimitives.WriteUInt64LittleEndian(at[16..], word.U2);
            BinaryPrimitives.WriteUInt64LittleEndian(at[24..], word.U3);
        }
        return bytes;
    }

    private static void ReadStack(ISnapshotSource snapshot, EvmState state)
    {
        int words = state.Top.StackBase + state.Top.StackWords;
        byte[] bytes = ReadMemory(snapshot, StackName, (long)words * EvmWord.Bytes);
        if (bytes.Length != words * EvmWord.Bytes)
        {
            throw new SnapshotFormatException("The stack is not as high as its frames say.");
        }
        for (int i = 0; i < words; i++)
        {
            ReadOnlySpan<byte> at = bytes.AsSpan(i * EvmWord.Bytes, EvmWord.Bytes);
            state.Stack[i] = new EvmWord(
                BinaryPrimitives.ReadUInt64LittleEndian(at), BinaryPrimitives.ReadUInt64LittleEndian(at[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(at[16..]), BinaryPrimitives.ReadUInt64LittleEndian(at[24..]));
        }
    }
}
