using System.Buffers;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>
/// The statements that write, on the one connection that writes. The store holds its lock around each call, and each
/// call is one transaction.
/// </summary>
internal sealed class SqliteWriter
{
    /// <summary>A larger buffer, which one large entry needs, is given back after use.</summary>
    private const int RowBytesKept = 2 * JournalRows.RowBytesMax;

    private readonly SqliteConnection _connection;
    private ArrayBufferWriter<byte> _row = new(RowBytesKept);
    private readonly SqliteStatement _tail;
    private readonly SqliteStatement _insertKernel;
    private readonly SqliteStatement _updateKernel;
    private readonly SqliteStatement _updateCode;
    private readonly SqliteStatement _insertKernelCode;
    private readonly SqliteStatement _raiseEpoch;
    private readonly SqliteStatement _activation;
    private readonly SqliteStatement _newestHead;
    private readonly SqliteStatement _insertJournal;
    private readonly SqliteStatement _findName;
    private readonly SqliteStatement _insertHead;
    private readonly SqliteStatement _pruneHeads;
    private readonly SqliteStatement _putNode;
    private readonly SqliteStatement _putCode;
    private readonly SqliteStatement[] _deletes;

    public SqliteWriter(SqliteConnection connection, Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks)
    {
        _connection = connection;
        Collection = new SqliteCollectionRows(connection, childLinks);
        _tail = connection.Prepare("SELECT key, epoch, generation, position, chain, status FROM kernels WHERE id = ?1");
        _insertKernel = connection.Prepare(
            """
            INSERT INTO kernels(id, engine, code, created, epoch, position, chain, status, generation, has_work,
                inbox_count, gas_spent)
            VALUES(?1, ?2, ?3, ?4, 1, 0, zeroblob(32), 0, 1, 0, 0, 0) ON CONFLICT(id) DO NOTHING RETURNING key
            """);
        _updateKernel = connection.Prepare(
            """
            UPDATE kernels SET position = ?2, chain = ?3, status = ?4, generation = ?5, wake_at = ?6, has_work = ?7,
                inbox_count = ?8, gas_spent = ?9 WHERE key = ?1
            """);
        _updateCode = connection.Prepare("UPDATE kernels SET engine = ?2, code = ?3 WHERE key = ?1");
        _insertKernelCode = connection.Prepare("INSERT OR IGNORE INTO kernel_code VALUES(?1, ?2)");
        _raiseEpoch = connection.Prepare(
            $"UPDATE kernels SET epoch = epoch + 1 WHERE id = ?1 AND status <> {(int)KernelStatus.Deleted}");
        _activation = connection.Prepare($"SELECT {SqliteRows.KernelColumns}, epoch, key FROM kernels WHERE id = ?1");
        _newestHead = connection.Prepare(
            $"SELECT {SqliteRows.HeadColumns} FROM heads WHERE kernel = ?1 ORDER BY position DESC LIMIT 1");
        _insertJournal = connection.Prepare("INSERT INTO journal VALUES(?1, ?2, ?3, ?4)");
        _findName = connection.Prepare("SELECT 1 FROM heads WHERE kernel = ?1 AND name = ?2");
        _insertHead = connection.Prepare("INSERT INTO heads VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
        _pruneHeads = connection.Prepare(
            $"""
            DELETE FROM heads WHERE kernel = ?1 AND name IS NULL AND position < ?2
                AND position > (SELECT min(position) FROM heads WHERE kernel = ?1)
                AND (work_root IS NOT NULL OR position < (
                    SELECT position FROM heads WHERE kernel = ?1 AND name IS NULL AND work_root IS NULL
                    ORDER BY position DESC LIMIT 1 OFFSET {StoreLimits.HeadsKept - 1}))
            """);
        _putNode = connection.Prepare(
            """
            INSERT INTO nodes(hash, stamp, bytes) VALUES(?1, ?2, ?3)
            ON CONFLICT(hash) DO UPDATE SET stamp = excluded.stamp WHERE stamp < excluded.stamp
            """);
        _putCode = connection.Prepare("INSERT INTO code VALUES(?1, ?2) ON CONFLICT(hash) DO NOTHING");
        _deletes =
        [
            connection.Prepare("DELETE FROM journal WHERE kernel = ?1"),
            connection.Prepare("DELETE FROM heads WHERE kernel = ?1"),
            connection.Prepare("DELETE FROM kernel_code WHERE kernel = ?1"),
        ];
    }

    public SqliteCollectionRows Collection { get; }

    public SqliteConnection Connection => _connection;

    public void PutCode(Hash hash, ReadOnlyMemory<byte> code) =>
        _connection.InTransaction(() =>
        {
            _putCode.Bind(1, hash).Bind(2, code.Span).Run();
            return true;
        });

    public bool Create(KernelCreation creation) => _connection.InTransaction(() =>
    {
        KernelAppend first = creation.First;
        _insertKernel.Bind(1, first.Id.Value).Bind(2, creation.Engine.ToString()).Bind(3, creation.CodeHash)
            .Bind(4, creation.CreatedAt);
        if (!_insertKernel.Step())
        {
            return false;
        }
        long key = _insertKernel.Int64(0);
        _insertKernel.Run();
        if (Collection.KeepShared(first.Checkpoint!) is Hash missing)
        {
            throw AppendRules.SourceIsGone(_connection.File, first.Id, missing);
        }
        _insertKernelCode.Bind(1, key).Bind(2, creation.CodeHash).Run();
        Write(key, KernelTail.Unborn, first);
        return true;
    });

    public KernelActivation? Activate(KernelId id) => _connection.InTransaction(() =>
    {
        _raiseEpoch.Bind(1, id.Value).Run();
        if (!_activation.Bind(1, id.Value).Step())
        {
            return null;
        }
        StoredKernel kernel = SqliteRows.ReadKernel(_activation, _connection.File);
        ulong epoch = _activation.UInt64(12);
        long key = _activation.Int64(13);
        _activation.Reset();
        if (kernel.Summary.Status == KernelStatus.Deleted)
        {
            return null;
        }
        if (!_newestHead.Bind(1, key).Step())
        {
            throw SqliteErrors.Damaged(_connection.File, $"kernel {id} has no checkpoint");
        }
        KernelHead head = SqliteRows.ReadHead(_newestHead, id).Head;
        _newestHead.Reset();
        return new KernelActivation(kernel, epoch, head);
    });

    public AppendStatus[] Append(IReadOnlyList<KernelAppend> batch) => _connection.InTransaction(() =>
    {
        AppendStatus[] statuses = new AppendStatus[batch.Count];
        for (int i = 0; i < batch.Count; i++)
        {
            statuses[i] = Append(batch[i]);
        }
        return statuses;
    });

    private AppendStatus Append(KernelAppend append)
    {
        if (!_tail.Bind(1, append.Id.Value).Step())
        {
            return AppendStatus.Fenced;
        }
        long key = _tail.Int64(0);
        KernelTail tail = new(
            _tail.UInt64(1), _tail.UInt64(2), _tail.UInt64(3), _tail.Hash(4),
            (KernelStatus)_tail.Int64(5) == KernelStatus.Deleted);
        _tail.Reset();
        switch (AppendRules.Judge(tail, append))
        {
            case AppendVerdict.Repeated:
                return AppendStatus.Done;
            case AppendVerdict.Fenced:
                return AppendStatus.Fenced;
            case AppendVerdict.Conflict:
                return AppendStatus.Conflict;
            case AppendVerdict.Write:
                break;
        }
        if (append.Checkpoint?.Name is string name && _findName.Bind(1, key).Bind(2, name).Step())
        {
            _findName.Reset();
            return AppendStatus.NameTaken;
        }
        if (AppendRules.IsCopy(tail, append) && Collection.KeepShared(append.Checkpoint!) is not null)
        {
            return AppendStatus.Conflict;
        }
        Write(key, tail, append);
        return AppendStatus.Done;
    }

    private void Write(long key, in KernelTail tail, KernelAppend append)
    {
        if (append.Code is (EngineId engine, Hash codeHash))
        {
            _updateCode.Bind(1, key).Bind(2, engine.ToString()).Bind(3, codeHash).Run();
            _insertKernelCode.Bind(1, key).Bind(2, codeHash).Run();
        }
        if (append.Summary.Status == KernelStatus.Deleted)
        {
            foreach (SqliteStatement delete in _deletes)
            {
                delete.Bind(1, key).Run();
            }
        }
        else
        {
            WriteJournal(key, append.Entries);
            if (append.Checkpoint is CheckpointWrite checkpoint)
            {
                WriteCheckpoint(key, checkpoint);
            }
        }
        bool grows = append.Entries.Count > 0;
        KernelSummary summary = append.Summary;
        _updateKernel.Bind(1, key)
            .Bind(2, grows ? append.Entries[^1].Position : tail.Position)
            .Bind(3, grows ? append.Entries[^1].Chain : tail.Chain)
            .Bind(4, (long)summary.Status).Bind(5, summary.Generation).Bind(6, summary.WakeAt)
            .Bind(7, summary.HasWork ? 1L : 0L).Bind(8, (long)summary.InboxCount).Bind(9, summary.GasSpent)
            .Run();
    }

    private void WriteJournal(long key, IReadOnlyList<JournalRecord> entries)
    {
        for (int index = 0; index < entries.Count;)
        {
            int next = JournalRows.Encode(entries, index, _row);
            _insertJournal.Bind(1, key).Bind(2, entries[index].Position).Bind(3, (long)(next - index))
                .Bind(4, _row.WrittenSpan).Run();
            index = next;
        }
        if (_row.Capacity > RowBytesKept)
        {
            _row = new ArrayBufferWriter<byte>(RowBytesKept);
        }
    }

    private void WriteCheckpoint(long key, CheckpointWrite checkpoint)
    {
        foreach (StoredNode node in checkpoint.Nodes)
        {
            _putNode.Bind(1, node.Hash).Bind(2, Collection.Number).Bind(3, node.Bytes.Span).Run();
        }
        KernelHead head = checkpoint.Head;
        _insertHead.Bind(1, key).Bind(2, head.Position).Bind(3, head.Generation).Bind(4, head.Chain)
            .Bind(5, head.Root).Bind(6, head.WorkRoot).Bind(7, head.Time).Bind(8, checkpoint.Name).Run();
        _pruneHeads.Bind(1, key).Bind(2, head.Position).Run();
    }
}
