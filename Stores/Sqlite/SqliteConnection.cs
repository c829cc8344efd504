using SQLitePCL;
using static SQLitePCL.raw;

namespace Granary.Stores;

/// <summary>One connection to SQLite, used by one thread at a time.</summary>
internal sealed class SqliteConnection : IDisposable
{
    private readonly sqlite3 _database;
    private readonly List<SqliteStatement> _statements = [];
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _rollback;

    static SqliteConnection() => Batteries_V2.Init();

    private SqliteConnection(sqlite3 database, string file)
    {
        _database = database;
        File = file;
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
    }

    public string File { get; }

    /// <summary>The last error left the disk in a state that only a new start can find out.</summary>
    public bool IsDiskUnknown { get; private set; }

    public static SqliteConnection Open(string file, bool create)
    {
        // One thread at a time uses a connection, so its own locks would only cost.
        int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
        int code = sqlite3_open_v2(file, out sqlite3 database, flags, null);
        if (code != SQLITE_OK)
        {
            string message = sqlite3_errstr(code).utf8_to_string();
            database.Dispose();
            throw SqliteErrors.ToException(code, message, file);
        }
        sqlite3_extended_result_codes(database, 1);
        return new SqliteConnection(database, file);
    }

    /// <summary>True when the file system lets it only read.</summary>
    public bool IsReadOnly => sqlite3_db_readonly(_database, "main") == 1;

    public SqliteStatement Prepare(string sql)
    {
        Check(sqlite3_prepare_v2(_database, sql, out sqlite3_stmt statement));
        SqliteStatement prepared = new(this, statement);
        _statements.Add(prepared);
        return prepared;
    }

    /// <summary>Runs statements that are not used again and give nothing.</summary>
    public void Execute(string sql) => Check(sqlite3_exec(_database, sql));

    public string QueryText(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.Text(0) : "";
    }

    public long QueryInt64(string sql)
    {
        using SqliteStatement statement = Prepare(sql);
        return statement.Step() ? statement.Int64(0) : 0;
    }

    /// <summary>All of it is stored, or nothing.</summary>
    public T InTransaction<T>(Func<T> body)
    {
        _begin.Run();
        bool isCommitted = false;
        try
        {
            T result = body();
            _commit.Run();
            isCommitted = true;
            return result;
        }
        finally
        {
            if (!isCommitted)
            {
                Rollback();
            }
        }
    }

    /// <summary>Moves the log into the main file and empties it; false when somebody else still reads from
    /// it.</summary>
    public bool TryEmptyLog() =>
        sqlite3_wal_checkpoint_v2(_database, "main", SQLITE_CHECKPOINT_TRUNCATE, out _, out _) == SQLITE_OK;

    public void Dispose()
    {
        foreach (SqliteStatement statement in _statements.ToArray())
        {
            statement.Dispose();
        }
        _database.Dispose();
    }

    internal void Forget(SqliteStatement statement) => _statements.Remove(statement);

    internal void Check(int code)
    {
        if (code is not (SQLITE_OK or SQLITE_ROW or SQLITE_DONE))
        {
            throw Error();
        }
    }

    internal StoreException Error()
    {
        int code = sqlite3_extended_errcode(_database);
        IsDiskUnknown |= SqliteErrors.LeavesDiskUnknown(code);
        return SqliteErrors.ToException(code, sqlite3_errmsg(_database).utf8_to_string(), File);
    }

    private void Rollback()
    {
        foreach (SqliteStatement statement in _statements)
        {
            statement.Reset();
        }
        // A full disk or an I/O error has already ended the transaction.
        if (sqlite3_get_autocommit(_database) == 0)
        {
            _rollback.Run();
        }
    }
}
