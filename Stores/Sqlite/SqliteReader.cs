using System.Text;
using Granary.Kernels;

namespace Granary.Stores;

/// <summary>A connection that reads, with its statements prepared once; used by one thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _node;
    private readonly SqliteStatement _code;
    private readonly SqliteStatement _kernel;
    private readonly SqliteStatement _key;
    private readonly SqliteStatement _heads;
    private readonly SqliteStatement _journal;
    private readonly Dictionary<string, SqliteStatement> _lists = [];

    public SqliteReader(string file)
    {
        _connection = SqliteConnection.Open(file, create: false);
        // Opening can meet the moment in which another connection starts or ends the log.
        _connection.Execute("PRAGMA busy_timeout = 5000; PRAGMA query_only = 1; PRAGMA cache_size = -8192");
        _node = _connection.Prepare("SELECT bytes FROM nodes WHERE hash = ?1");
        _code = _connection.Prepare("SELECT bytes FROM code WHERE hash = ?1");
        _kernel = _connection.Prepare($"SELECT {SqliteRows.KernelColumns} FROM kernels WHERE id = ?1");
        _key = _connection.Prepare("SELECT key, position, status FROM kernels WHERE id = ?1");
        _heads = _connection.Prepare(
            $"SELECT {SqliteRows.HeadColumns} FROM heads WHERE kernel = (SELECT key FROM kernels WHERE id = ?1)"
            + " ORDER BY position");
        _journal = _connection.Prepare(
            """
            SELECT first, count, records FROM journal WHERE kernel = ?1 AND first >= coalesce(
                (SELECT max(first) FROM journal WHERE kernel = ?1 AND first <= ?2), 0)
            ORDER BY first LIMIT ?3
            """);
    }

    public SqliteConnection Connection => _connection;

    public ReadOnlyMemory<byte>? GetNode(in Hash hash) => GetBytes(_node, hash);

    public ReadOnlyMemory<byte>? GetCode(in Hash hash) => GetBytes(_code, hash);

    public StoredKernel? Find(KernelId id)
    {
        if (!_kernel.Bind(1, id.Value).Step())
        {
            return null;
        }
        StoredKernel kernel = SqliteRows.ReadKernel(_kernel, _connection.File);
        _kernel.Reset();
        return kernel;
    }

    public List<StoredHead> ListHeads(KernelId id)
    {
        List<StoredHead> heads = [];
        _heads.Bind(1, id.Value);
        while (_heads.Step())
        {
            heads.Add(SqliteRows.ReadHead(_heads, id));
        }
        return heads;
    }

    public List<StoredKernel> List(KernelQuery query)
    {
        SqliteStatement list = ListStatement(query);
        list.Bind(1, query.After.Value).Bind(2, query.DueAt ?? 0).Bind(3, (long)Math.Max(query.Limit, 0));
        List<StoredKernel> kernels = [];
        while (list.Step())
        {
            kernels.Add(SqliteRows.ReadKernel(list, _connection.File));
        }
        return kernels;
    }

    /// <summary>The key and last position of a kernel that is not deleted.</summary>
    public (long Key, ulong Position)? FindTail(KernelId id)
    {
        if (!_key.Bind(1, id.Value).Step())
        {
            return null;
        }
        (long key, ulong position) = (_key.Int64(0), _key.UInt64(1));
        bool isDeleted = (KernelStatus)_key.Int64(2) == KernelStatus.Deleted;
        _key.Reset();
        return isDeleted ? null : (key, position);
    }

    /// <summary>Some records from above <paramref name="after"/>: at least one when there is one.</summary>
    public List<JournalRecord> ReadJournal(long key, ulong after)
    {
        const int rowsMax = 64;
        List<JournalRecord> records = [];
        long bytes = 0;
        _journal.Bind(1, key).Bind(2, after + 1).Bind(3, rowsMax);
        while (bytes < JournalRows.RowBytesMax && _journal.Step())
        {
            ulong first = _journal.UInt64(0);
            byte[] row = _journal.Blob(2).ToArray();
            if (!JournalRows.TryDecode(row, first, _journal.Int64(1), after, records))
            {
                throw SqliteErrors.Damaged(
                    _connection.File, $"the journal row of kernel number {key} from position {first} is malformed");
            }
            bytes += row.Length;
        }
        _journal.Reset();
        return records;
    }

    public void Dispose() => _connection.Dispose();

    private static ReadOnlyMemory<byte>? GetBytes(SqliteStatement select, in Hash hash)
    {
        if (!select.Bind(1, hash).Step())
        {
            return null;
        }
        byte[] bytes = select.Blob(0).ToArray();
        select.Reset();
        return bytes;
    }

    /// <remarks>
    /// The index is named because SQLite would otherwise walk all kernels to get the order of ids for nothing: due and
    /// working kernels are few among many.
    /// </remarks>
    private SqliteStatement ListStatement(KernelQuery query)
    {
        StringBuilder sql = new($"SELECT {SqliteRows.KernelColumns} FROM kernels ");
        sql.Append(query switch
        {
            { DueAt: not null } => "INDEXED BY kernels_due WHERE wake_at <= ?2 AND id > ?1",
            { WithWorkOnly: true } => "INDEXED BY kernels_work WHERE id > ?1",
            _ => "WHERE id > ?1",
        });
        sql.Append(query.WithWorkOnly ? " AND has_work = 1" : "");
        sql.Append(query.IncludeDeleted ? "" : $" AND status <> {(int)KernelStatus.Deleted}");
        sql.Append(" AND ?2 = ?2 ORDER BY id LIMIT ?3");
        string text = sql.ToString();
        if (!_lists.TryGetValue(text, out SqliteStatement? list))
        {
            list = _connection.Prepare(text);
            _lists.Add(text, list);
        }
        return list;
    }
}
