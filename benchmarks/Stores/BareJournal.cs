using Granary.Kernels;
using Granary.Stores;

namespace Granary.Benchmarks;

/// <summary>
/// The least that a durable append can be on this disk: a table, one row for each journal entry, nothing read and
/// nothing checked. Same native SQLite, same thin wrapper (SQLitePCLRaw below it), same settings as the store.
/// </summary>
internal sealed class BareJournal : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly SqliteStatement _insert;
    private long _kernel;

    public BareJournal(string file)
    {
        _connection = SqliteConnection.Open(file, create: true);
        BenchmarkRun.Check(_connection.QueryText("PRAGMA journal_mode = WAL"), "wal", "SQLite's journal mode");
        _connection.Execute(
            """
            PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 1000;
            PRAGMA journal_size_limit = 67108864;
            CREATE TABLE bare(
                kernel INTEGER NOT NULL, position INTEGER NOT NULL, bytes BLOB NOT NULL, chain BLOB NOT NULL,
                PRIMARY KEY(kernel, position));
            """);
        _insert = _connection.Prepare("INSERT INTO bare VALUES(?1, ?2, ?3, ?4)");
    }

    /// <summary>Appends the entries as those of a new kernel.</summary>
    public void Append(IReadOnlyList<JournalRecord> entries, int rowsPerTransaction)
    {
        _kernel++;
        for (int index = 0; index < entries.Count;)
        {
            int end = Math.Min(entries.Count, index + rowsPerTransaction);
            index = _connection.InTransaction(() =>
            {
                for (int i = index; i < end; i++)
                {
                    _insert.Bind(1, _kernel).Bind(2, i).Bind(3, entries[i].Bytes.Span).Bind(4, entries[i].Chain).Run();
                }
                return end;
            });
        }
        long rows = _connection.QueryInt64(
            FormattableString.Invariant($"SELECT count(*) FROM bare WHERE kernel = {_kernel}"));
        BenchmarkRun.Check(rows, entries.Count, "the count of bare rows");
    }

    public void Dispose() => _connection.Dispose();
}
