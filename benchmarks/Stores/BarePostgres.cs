using Npgsql;
using NpgsqlTypes;

namespace Granary.Benchmarks;

/// <summary>A row of the journal, as it is stored.</summary>
/// <param name="Transaction">Which wrote it.</param>
internal readonly record struct BareRow(
    uint Transaction, long Kernel, long First, long Last, long GasSpent, int InboxCount, byte[] Chain, byte[] Records);

/// <summary>
/// The least that a durable append can be on this server: the journal's table, one prepared statement and one flush for
/// each batch, nothing read, nothing locked and nothing checked.
/// </summary>
internal sealed class BarePostgres : IAsyncDisposable
{
    private const string Insert =
        "INSERT INTO bare(kernel, first, last, gas_spent, inbox_count, chain, records)"
        + " SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)";

    private readonly NpgsqlConnection _connection;
    private long _round;

    private BarePostgres(NpgsqlConnection connection) => _connection = connection;

    public static async Task<BarePostgres> OpenAsync(string connectionString)
    {
        NpgsqlConnection connection = new(connectionString);
        await connection.OpenAsync();
        BarePostgres bare = new(connection);
        await bare.RunAsync(
            "CREATE TABLE bare(LIKE journal INCLUDING ALL); ALTER TABLE bare SET (toast_tuple_target = 8160);");
        return bare;
    }

    /// <summary>How many rows the journal has.</summary>
    public async Task<long> CountAsync()
    {
        await using NpgsqlCommand command = new("SELECT count(*) FROM journal", _connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The journal's rows but for the first ones, in the order in which they were written.</summary>
    public async Task<List<BareRow>> ReadJournalAsync(long skip)
    {
        // Nothing is deleted from a journal here, so its rows lie in the order of their transactions.
        await using NpgsqlCommand command = new(
            "SELECT xmin, kernel, first, last, gas_spent, inbox_count, chain, records FROM journal "
            + "ORDER BY ctid OFFSET $1",
            _connection)
        {
            Parameters = { new NpgsqlParameter<long> { TypedValue = skip } },
        };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        List<BareRow> rows = [];
        while (await reader.ReadAsync())
        {
            rows.Add(new BareRow(
                reader.GetFieldValue<uint>(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3),
                reader.GetInt64(4), reader.GetInt32(5), reader.GetFieldValue<byte[]>(6),
                reader.GetFieldValue<byte[]>(7)));
        }
        return rows;
    }

    /// <summary>Appends the rows as those of kernels that were never before.</summary>
    public async Task AppendAsync(IReadOnlyList<BareRow> rows, int rowsPerTransaction)
    {
        long offset = ++_round * 1_000_000_000;
        for (int index = 0; index < rows.Count; index += rowsPerTransaction)
        {
            BareRow[] batch = [.. rows.Skip(index).Take(rowsPerTransaction)];
            await using NpgsqlCommand command = new(Insert, _connection);
            Add(command, NpgsqlDbType.Bigint, batch, r => r.Kernel + offset);
            Add(command, NpgsqlDbType.Bigint, batch, r => r.First);
            Add(command, NpgsqlDbType.Bigint, batch, r => r.Last);
            Add(command, NpgsqlDbType.Bigint, batch, r => r.GasSpent);
            Add(command, NpgsqlDbType.Integer, batch, r => r.InboxCount);
            Add(command, NpgsqlDbType.Bytea, batch, r => r.Chain);
            Add(command, NpgsqlDbType.Bytea, batch, r => r.Records);
            BenchmarkRun.Check(await command.ExecuteNonQueryAsync(), batch.Length, "the count of bare rows");
        }
    }

    public async Task RunAsync(string sql)
    {
        await using NpgsqlCommand command = new(sql, _connection);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, BareRow[] rows, Func<BareRow, T> column) =>
        command.Parameters.Add(new NpgsqlParameter<T[]>
        {
            TypedValue = [.. rows.Select(column)], NpgsqlDbType = NpgsqlDbType.Array | type,
        });
}
