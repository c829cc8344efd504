using Granary.Vms;

namespace Granary.Kernels;

/// <content>To and from the state tree.</content>
public sealed partial class Kernel
{
    private static readonly byte[] _codeKey = TreeKeys.Of(TreeKeys.Code);
    private static readonly byte[] _runKey = TreeKeys.Of(TreeKeys.Meta + "run");
    private static readonly byte[] _generationKey = TreeKeys.Of(TreeKeys.Meta + "generation");
    private static readonly byte[] _timeKey = TreeKeys.Of(TreeKeys.Meta + "time");
    private static readonly byte[] _gasKey = TreeKeys.Of(TreeKeys.Meta + "gas");
    private static readonly byte[] _callKey = TreeKeys.Of(TreeKeys.Meta + "call");
    private static readonly byte[] _grantKey = TreeKeys.Of(TreeKeys.Meta + "grant");
    private static readonly byte[] _deadKey = TreeKeys.Of(TreeKeys.Meta + "dead");
    private static readonly byte[] _pausedKey = TreeKeys.Of(TreeKeys.Meta + "paused");
    private static readonly byte[] _limitsKey = TreeKeys.Of(TreeKeys.Meta + "limits");
    private static readonly byte[] _dataBytesKey = TreeKeys.Of(TreeKeys.Meta + "data-bytes");
    private static readonly byte[] _undoPrefix = TreeKeys.Of(TreeKeys.Undo);

    /// <summary>
    /// Writes the whole kernel into its tree, as it is at this safe point. The head and the nodes must be stored in one
    /// transaction with the entries that <see cref="Drain"/> gives next.
    /// </summary>
    public KernelCheckpoint Checkpoint(long time)
    {
        Advance(time);
        bool halfDone = _host.Run.Phase == KernelStatus.Running;
        if (halfDone)
        {
            SaveWork();
        }
        StateTree committed = WriteBooks(_committed, _committedDataBytes);
        StateTree work = halfDone ? WriteBooks(_host.Work, _host.DataBytes) : committed;
        _books.MarkWritten();
        _committed = committed;
        _host.Work = work;
        StateTree stored = halfDone && !_host.Pending.IsEmpty ? _host.Pending.WriteTo(work) : work;

        NodeList nodes = new();
        Hash root = committed.Save(nodes);
        Hash? workRoot = halfDone ? stored.Save(nodes) : null;
        JournalRecord record = _journal.Append(new JournalEntry.Checkpointed(
            _host.Now, halfDone ? _host.Run.TurnGas : 0, root, workRoot));
        _journal.BytesSinceCheckpoint = 0;
        _gasSinceCheckpoint = 0;
        KernelHead head = new(Id, Generation, record.Position, record.Chain, root, workRoot, _host.Now);
        return new KernelCheckpoint(head, nodes.Nodes);
    }

    /// <summary>
    /// What of a checkpoint's state is in memory and stored, beside the nodes that the checkpoint brings itself:
    /// whoever restores it elsewhere will ask for the same. From the top, until it is too much.
    /// </summary>
    public IReadOnlyList<StoredNode> LoadedNodes(KernelCheckpoint checkpoint, long bytesMax)
    {
        NodeList nodes = new();
        HashSet<Hash> given = [.. checkpoint.Nodes.Select(n => n.Hash)];
        _committed.GiveLoaded(nodes, given, ref bytesMax);
        if (checkpoint.Head.WorkRoot is not null)
        {
            _host.Work.GiveLoaded(nodes, given, ref bytesMax);
        }
        return nodes.Nodes;
    }

    /// <summary>
    /// The kernel of a checkpoint. Journal entries above it must be applied by <see cref="KernelReplay"/>.
    /// </summary>
    /// <exception cref="ProgramUnavailableException">The engine or the code is not there.</exception>
    /// <exception cref="NodeMissingException">The store lacks a node, or has a wrong one.</exception>
    /// <exception cref="CborException">A value of the tree is not what a kernel writes.</exception>
    /// <exception cref="SnapshotFormatException">The saved machine cannot be restored.</exception>
    public static Kernel Restore(KernelHead head, IProgramSource programs, INodeSource nodes)
    {
        StateTree committed = StateTree.Open(head.Root, nodes);
        StateTree work = head.WorkRoot is { } workRoot ? StateTree.Open(workRoot, nodes) : committed;
        (EngineId engine, Hash codeHash) = DecodeCode(Require(work, _codeKey).Span);
        CborReader limitsReader = new(Require(work, _limitsKey).Span);
        KernelLimits limits = LimitsCodec.Read(ref limitsReader);
        Kernel kernel = new(
            head.Id, engine, codeHash, limits, programs, nodes, new JournalTail(head.Position, head.Chain));
        kernel._books.ReadFrom(work);
        kernel._host.Run = RunState.Decode(Require(work, _runKey).Span);
        kernel._host.Generation = head.Generation;
        kernel._host.Now = ReadInt64(work, _timeKey);
        kernel._host.LastCallId = (ulong)ReadInt64(work, _callKey);
        kernel._host.LastGrant = (ulong)ReadInt64(work, _grantKey);
        kernel._books.LastDeadLetter = (ulong)ReadInt64(work, _deadKey);
        kernel._gasSpent = ReadInt64(work, _gasKey);
        kernel._paused = ReadInt64(work, _pausedKey) != 0;
        kernel._committed = committed;
        kernel._committedDataBytes = ReadInt64(committed, _dataBytesKey);
        if (head.WorkRoot is not null != (kernel.Phase == KernelStatus.Running))
        {
            throw new CborException(0, $"a kernel that is {kernel.Phase} has the wrong number of roots");
        }
        kernel._host.Work = head.WorkRoot is null ? committed : work.DeletePrefix(_undoPrefix);
        kernel._host.DataBytes = ReadInt64(work, _dataBytesKey);
        kernel._host.Pending = PendingEffects.ReadFrom(work);
        kernel._container = OpenMachine(kernel._program, work);
        kernel.CountOpenCalls();
        return kernel;
    }

    private void SaveWork()
    {
        MachineTreeSink sink = new(_host.Work);
        Machine().Save(sink);
        _host.Work = sink.Finish();
    }

    private StateTree WriteBooks(StateTree tree, long dataBytes)
    {
        tree = _books.WriteTo(tree);
        tree = tree.Put(_runKey, _host.Run.Encode());
        tree = PutInt64(tree, _generationKey, checked((long)Generation));
        tree = PutInt64(tree, _timeKey, _host.Now);
        tree = PutInt64(tree, _gasKey, _gasSpent);
        tree = PutInt64(tree, _callKey, checked((long)_host.LastCallId));
        tree = PutInt64(tree, _grantKey, checked((long)_host.LastGrant));
        tree = PutInt64(tree, _deadKey, checked((long)_books.LastDeadLetter));
        tree = PutInt64(tree, _pausedKey, _paused ? 1 : 0);
        tree = PutInt64(tree, _dataBytesKey, dataBytes);
        return PutIfNew(tree, _limitsKey, _limitsBytes ??= EncodeLimits());
    }

    private static StateTree PutInt64(StateTree tree, byte[] key, long value)
    {
        Span<byte> bytes = stackalloc byte[CborWriter.HeadBytesMax];
        return PutIfNew(tree, key, bytes[..CborWriter.WriteInt64(bytes, value)]);
    }

    /// <remarks>
    /// Most of it has not changed since the last checkpoint, and a put that finds that out has copied a path by then.
    /// </remarks>
    private static StateTree PutIfNew(StateTree tree, byte[] key, ReadOnlySpan<byte> value) =>
        tree.TryGet(key, out ReadOnlyMemory<byte> before) && before.Span.SequenceEqual(value)
            ? tree
            : tree.Put(key, value.ToArray());

    private byte[] EncodeLimits()
    {
        using CborBuffer buffer = new(128);
        CborWriter writer = new(buffer);
        LimitsCodec.Write(ref writer, _limits);
        return buffer.ToArray();
    }

    private static (EngineId Engine, Hash CodeHash) DecodeCode(ReadOnlySpan<byte> value)
    {
        CborReader reader = new(value);
        reader.ReadArray(2);
        (EngineId, Hash) code = (reader.ReadEngine(), reader.ReadHash());
        reader.ExpectEnd();
        return code;
    }

    private static long ReadInt64(StateTree tree, byte[] key)
    {
        CborReader reader = new(Require(tree, key).Span);
        long value = reader.ReadInt64();
        reader.ExpectEnd();
        return value;
    }

    private static ReadOnlyMemory<byte> Require(StateTree tree, byte[] key) =>
        tree.TryGet(key, out ReadOnlyMemory<byte> value)
            ? value
            : throw new CborException(0, $"the state tree lacks the key '{System.Text.Encoding.UTF8.GetString(key)}'");

    private sealed class NodeList : ITreeSink
    {
        private const int NodesExpected = 48;

        public List<StoredNode> Nodes { get; } = new(NodesExpected);

        public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes) => Nodes.Add(new StoredNode(hash, bytes));
    }
}
