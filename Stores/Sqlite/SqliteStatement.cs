using Granary.Kernels;
using SQLitePCL;
using static SQLitePCL.raw;

namespace Granary.Stores;

/// <summary>A prepared statement. Parameters count from 1, columns from 0, as SQLite does.</summary>
internal sealed class SqliteStatement(SqliteConnection connection, sqlite3_stmt statement) : IDisposable
{
    private bool _isOnRow;

    public SqliteStatement Bind(int parameter, long value)
    {
        BeforeBind();
        connection.Check(sqlite3_bind_int64(statement, parameter, value));
        return this;
    }

    public SqliteStatement Bind(int parameter, ulong value) => Bind(parameter, unchecked((long)value));

    public SqliteStatement Bind(int parameter, long? value) =>
        value is long number ? Bind(parameter, number) : BindNull(parameter);

    public SqliteStatement Bind(int parameter, in Hash hash) => Bind(parameter, hash.Span);

    public SqliteStatement Bind(int parameter, Hash? hash) =>
        hash is Hash some ? Bind(parameter, some.Span) : BindNull(parameter);

    public SqliteStatement Bind(int parameter, ReadOnlySpan<byte> bytes)
    {
        BeforeBind();
        // An empty span has no address, which SQLite would take for NULL.
        connection.Check(bytes.IsEmpty
            ? sqlite3_bind_zeroblob(statement, parameter, 0)
            : sqlite3_bind_blob(statement, parameter, bytes));
        return this;
    }

    public SqliteStatement Bind(int parameter, string? text)
    {
        if (text is null)
        {
            return BindNull(parameter);
        }
        BeforeBind();
        connection.Check(sqlite3_bind_text(statement, parameter, text));
        return this;
    }

    /// <summary>Goes to the next row; false, and ready to be used again, when there is none.</summary>
    public bool Step()
    {
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
        {
            _isOnRow = true;
            return true;
        }
        StoreException? error = code == SQLITE_DONE ? null : connection.Error();
        Reset();
        return error is null ? false : throw error;
    }

    public void Run()
    {
        while (Step())
        {
            // Rows of a statement that is run for its effect say nothing.
        }
    }

    public void Reset()
    {
        _isOnRow = false;
        // Gives the error of the last step once more; Step has told it.
        _ = sqlite3_reset(statement);
    }

    public bool IsNull(int column) => sqlite3_column_type(statement, column) == SQLITE_NULL;

    public long Int64(int column) => sqlite3_column_int64(statement, column);

    public ulong UInt64(int column) => unchecked((ulong)Int64(column));

    public string Text(int column) => sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    /// <summary>Valid until the next step.</summary>
    public ReadOnlySpan<byte> Blob(int column) => sqlite3_column_blob(statement, column);

    public Hash Hash(int column)
    {
        ReadOnlySpan<byte> bytes = Blob(column);
        return bytes.Length == Kernels.Hash.Bytes
            ? new Hash(bytes)
            : throw SqliteErrors.Damaged(connection.File, $"a hash has {bytes.Length} bytes");
    }

    public void Dispose()
    {
        connection.Forget(this);
        statement.Dispose();
    }

    private SqliteStatement BindNull(int parameter)
    {
        BeforeBind();
        connection.Check(sqlite3_bind_null(statement, parameter));
        return this;
    }

    /// <summary>A statement that was left on a row takes no parameters.</summary>
    private void BeforeBind()
    {
        if (_isOnRow)
        {
            Reset();
        }
    }
}
