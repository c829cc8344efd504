using System.Text;
using Granary.Kernels;
using Npgsql;

namespace Granary.Stores;

/// <summary>Statements that read.</summary>
internal sealed class PostgresReader(string description)
{
    /// <summary>A step of reading a journal ends behind the row that goes over this.</summary>
    private const int StepBytes = 1 << 20;
    private const int StepRows = 1_024;

    public static async Task<ReadOnlyMemory<byte>?> GetCodeAsync(
        NpgsqlConnection connection, Hash hash, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add("SELECT bytes FROM code WHERE hash = $1", PostgresBatch.Of(hash));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? PostgresRows.Bytes(reader, 0).AsMemory()
            : default(ReadOnlyMemory<byte>?);
    }

    public async Task<StoredKernel?> FindAsync(
        NpgsqlConnection connection, KernelId id, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
            $"SELECT {PostgresRows.KernelColumns} FROM {PostgresRows.KernelsWithTail} WHERE k.id = $1",
            PostgresBatch.Of(id.Value));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? PostgresRows.ReadKernel(reader, description)
            : null;
    }

    public static async Task<List<StoredHead>> ListHeadsAsync(
        NpgsqlConnection connection, KernelId id, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
            $"SELECT {PostgresRows.HeadColumns} FROM heads WHERE kernel = (SELECT key FROM kernels WHERE id = $1)"
            + " ORDER BY position",
            PostgresBatch.Of(id.Value));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        List<StoredHead> heads = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            heads.Add(PostgresRows.ReadHead(reader, id));
        }
        return heads;
    }

    public async Task<List<StoredKernel>> ListAsync(
        NpgsqlConnection connection, KernelQuery query, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        List<NpgsqlParameter> values =
            [PostgresBatch.Of(query.After.Value), PostgresBatch.Of((long)Math.Max(query.Limit, 0))];
        if (query.DueAt is long time)
        {
            values.Add(PostgresBatch.Of(time));
        }
        batch.Add(ListText(query), [.. values]);
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        List<StoredKernel> kernels = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            kernels.Add(PostgresRows.ReadKernel(reader, description));
        }
        return kernels;
    }

    /// <summary>The key and last position of a kernel that is not deleted.</summary>
    public static async Task<(long Key, ulong Position)?> FindTailAsync(
        NpgsqlConnection connection, KernelId id, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
            $"SELECT k.key, t.last FROM {PostgresRows.KernelsWithTail} WHERE k.id = $1 AND k.status <> 7",
            PostgresBatch.Of(id.Value));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? (reader.GetInt64(0), PostgresRows.UInt64(reader, 1))
            : null;
    }

    /// <summary>Some records from above <paramref name="after"/>: at least one when there is one.</summary>
    public async Task<List<JournalRecord>> ReadJournalAsync(
        NpgsqlConnection connection, long key, ulong after, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
            $"""
            SELECT first, last, records FROM (
                SELECT first, last, records, sum(octet_length(records)) OVER (ORDER BY first) - octet_length(records)
                    AS before
                FROM journal WHERE kernel = $1 AND first >= coalesce((
                    SELECT max(first) FROM journal WHERE kernel = $1 AND first <= $2), 0)
                ORDER BY first LIMIT {StepRows}) rows
            WHERE before < {StepBytes} ORDER BY first
            """,
            PostgresBatch.Of(key), PostgresBatch.Of(after + 1));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        List<JournalRecord> records = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            ulong first = PostgresRows.UInt64(reader, 0);
            long count = reader.GetInt64(1) - reader.GetInt64(0) + 1;
            byte[] row = PostgresRows.Bytes(reader, 2);
            // Of a kernel that was deleted meanwhile a row without records is left.
            if (row.Length > 0 && !JournalRows.TryDecode(row, first, count, after, records))
            {
                throw PostgresErrors.Damaged(
                    description, $"the journal row of kernel number {key} from position {first} is malformed");
            }
        }
        return records;
    }

    /// <remarks>
    /// OFFSET 0 keeps the search for due and working kernels, which are few, from being turned into a walk through all
    /// kernels in the order of their ids.
    /// </remarks>
    private static string ListText(KernelQuery query)
    {
        StringBuilder sql = new($"SELECT {PostgresRows.KernelColumns} FROM ");
        sql.Append(query switch
        {
            { DueAt: not null } => "(SELECT * FROM kernels WHERE wake_at <= $3 OFFSET 0) k ",
            { WithWorkOnly: true } => "(SELECT * FROM kernels WHERE has_work AND id > $1 OFFSET 0) k ",
            _ => "kernels k ",
        });
        sql.Append(PostgresRows.Tail).Append(" WHERE k.id > $1");
        sql.Append(query.WithWorkOnly ? " AND k.has_work" : "");
        sql.Append(query.IncludeDeleted ? "" : " AND k.status <> 7");
        return sql.Append(" ORDER BY k.id LIMIT $2").ToString();
    }
}
