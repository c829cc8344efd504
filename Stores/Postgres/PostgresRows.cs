using Granary.Kernels;
using Granary.Vms;
using Npgsql;

namespace Granary.Stores;

/// <summary>Rows of the kernels and heads tables as records.</summary>
internal static class PostgresRows
{
    /// <summary>What <see cref="ReadKernel"/> reads, of <see cref="KernelsWithTail"/>.</summary>
    public const string KernelColumns =
        "k.id, k.engine, k.code, k.created, t.last, t.chain, k.status, k.generation, k.wake_at, k.has_work,"
        + " t.inbox_count, t.gas_spent";

    public const int KernelColumnCount = 12;

    /// <summary>The newest row of a kernel's journal, as <c>t</c>, beside the kernel's own, <c>k</c>.</summary>
    public const string Tail =
        "CROSS JOIN LATERAL (SELECT j.first, j.last, j.chain, j.inbox_count, j.gas_spent FROM journal j"
        + " WHERE j.kernel = k.key ORDER BY j.first DESC LIMIT 1) t";

    public const string KernelsWithTail = "kernels k " + Tail;

    public const string HeadColumns = "generation, position, chain, root, work_root, time, name";

    public static StoredKernel ReadKernel(NpgsqlDataReader row, string description)
    {
        if (!KernelId.TryParse(row.GetString(0), out KernelId id)
            || !EngineId.TryParse(row.GetString(1), out EngineId engine))
        {
            throw PostgresErrors.Damaged(
                description, $"a kernel has the id '{row.GetString(0)}' and the engine '{row.GetString(1)}'");
        }
        KernelSummary summary = new(
            (KernelStatus)row.GetInt16(6), UInt64(row, 7), row.IsDBNull(8) ? null : row.GetInt64(8), row.GetBoolean(9),
            row.GetInt32(10), row.GetInt64(11));
        return new StoredKernel(id, engine, Hash(row, 2), row.GetInt64(3), UInt64(row, 4), Hash(row, 5), summary);
    }

    public static StoredHead ReadHead(NpgsqlDataReader row, KernelId id)
    {
        KernelHead head = new(
            id, UInt64(row, 0), UInt64(row, 1), Hash(row, 2), Hash(row, 3), row.IsDBNull(4) ? null : Hash(row, 4),
            row.GetInt64(5));
        return new StoredHead(head, row.IsDBNull(6) ? null : row.GetString(6));
    }

    public static ulong UInt64(NpgsqlDataReader row, int column) => unchecked((ulong)row.GetInt64(column));

    public static Hash Hash(NpgsqlDataReader row, int column) => new(Bytes(row, column));

    public static byte[] Bytes(NpgsqlDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
