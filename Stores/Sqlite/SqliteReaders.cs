using System.Collections.Concurrent;

namespace Granary.Stores;

/// <summary>Lends readers to threads; what is given back is lent again.</summary>
internal sealed class SqliteReaders(string file, int idleMax) : IDisposable
{
    private readonly ConcurrentBag<SqliteReader> _idle = [];
    private volatile bool _isClosed;

    public Loan Rent()
    {
        ObjectDisposedException.ThrowIf(_isClosed, typeof(SqliteStore));
        return new Loan(this, _idle.TryTake(out SqliteReader? reader) ? reader : new SqliteReader(file));
    }

    public void Dispose()
    {
        _isClosed = true;
        CloseIdle();
    }

    private void GiveBack(SqliteReader reader)
    {
        if (_isClosed || _idle.Count >= idleMax)
        {
            reader.Dispose();
            return;
        }
        _idle.Add(reader);
        if (_isClosed)
        {
            CloseIdle();
        }
    }

    private void CloseIdle()
    {
        while (_idle.TryTake(out SqliteReader? reader))
        {
            reader.Dispose();
        }
    }

    /// <summary>A reader that belongs to one caller until it is disposed.</summary>
    internal readonly struct Loan(SqliteReaders owner, SqliteReader reader) : IDisposable
    {
        public SqliteReader Reader => reader;

        public void Dispose() => owner.GiveBack(reader);
    }
}
