using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>Rows of the kernels and heads tables as records.</summary>
internal static class SqliteRows
{
    public const string KernelColumns =
        "id, engine, code, created, position, chain, status, generation, wake_at, has_work, inbox_count, gas_spent";

    public const string HeadColumns = "generation, position, chain, root, work_root, time, name";

    public static StoredKernel ReadKernel(SqliteStatement row, string file)
    {
        if (!KernelId.TryParse(row.Text(0), out KernelId id) || !EngineId.TryParse(row.Text(1), out EngineId engine))
        {
            throw SqliteErrors.Damaged(file, $"a kernel has the id '{row.Text(0)}' and the engine '{row.Text(1)}'");
        }
        KernelSummary summary = new(
            (KernelStatus)row.Int64(6), row.UInt64(7), row.IsNull(8) ? null : row.Int64(8), row.Int64(9) != 0,
            (int)row.Int64(10), row.Int64(11));
        return new StoredKernel(id, engine, row.Hash(2), row.Int64(3), row.UInt64(4), row.Hash(5), summary);
    }

    public static StoredHead ReadHead(SqliteStatement row, KernelId id)
    {
        KernelHead head = new(
            id, row.UInt64(0), row.UInt64(1), row.Hash(2), row.Hash(3), row.IsNull(4) ? null : row.Hash(4),
            row.Int64(5));
        return new StoredHead(head, row.IsNull(6) ? null : row.Text(6));
    }
}
