using Granary.Kernels;
using Npgsql;
using NpgsqlTypes;

namespace Granary.Stores;

/// <summary>Statements that go to the server together; their values are numbered from $1 in each.</summary>
internal sealed class PostgresBatch(NpgsqlConnection connection) : IAsyncDisposable, IDisposable
{
    private readonly NpgsqlBatch _batch = new(connection);

    /// <summary>How long the server may be silent; longer and it counts as gone. None for work over whole
    /// tables.</summary>
    public TimeSpan Timeout { init => _batch.Timeout = (int)value.TotalSeconds; }

    public int Count => _batch.BatchCommands.Count;

    public PostgresBatch Add(string sql, params ReadOnlySpan<NpgsqlParameter> values)
    {
        NpgsqlBatchCommand command = new(sql);
        foreach (NpgsqlParameter value in values)
        {
            command.Parameters.Add(value);
        }
        _batch.BatchCommands.Add(command);
        return this;
    }

    public Task<NpgsqlDataReader> ReadAsync(CancellationToken cancellationToken) =>
        _batch.ExecuteReaderAsync(cancellationToken);

    public NpgsqlDataReader Read() => _batch.ExecuteReader();

    public Task<int> RunAsync(CancellationToken cancellationToken) => _batch.ExecuteNonQueryAsync(cancellationToken);

    /// <summary>The rows that a statement which was run has written.</summary>
    public ulong RowsOf(int statement) => _batch.BatchCommands[statement].Rows;

    public ValueTask DisposeAsync() => _batch.DisposeAsync();

    public void Dispose() => _batch.Dispose();

    public static NpgsqlParameter Of(string value) => Of(value, NpgsqlDbType.Text);

    public static NpgsqlParameter Of(int value) => Of(value, NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(long value) => Of(value, NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(ulong value) => Of(unchecked((long)value));

    public static NpgsqlParameter Of(ReadOnlyMemory<byte> value) => Of(value, NpgsqlDbType.Bytea);

    public static NpgsqlParameter Of(in Hash value) => Of(value.Span.ToArray(), NpgsqlDbType.Bytea);

    public static NpgsqlParameter Of(string?[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Text);

    public static NpgsqlParameter Of(long[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(long?[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Bigint);

    public static NpgsqlParameter Of(int[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Integer);

    public static NpgsqlParameter Of(short[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Smallint);

    public static NpgsqlParameter Of(bool[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Boolean);

    public static NpgsqlParameter Of(byte[]?[] values) => Of(values, NpgsqlDbType.Array | NpgsqlDbType.Bytea);

    public static NpgsqlParameter Of(IEnumerable<Hash> hashes) => Of(hashes.Select(h => h.Span.ToArray()).ToArray());

    private static NpgsqlParameter<T> Of<T>(T value, NpgsqlDbType type) =>
        new() { TypedValue = value, NpgsqlDbType = type };
}
