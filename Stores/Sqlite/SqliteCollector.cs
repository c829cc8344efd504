using Granary.Kernels;

namespace Granary.Stores;

/// <summary>One collection: marks what the kept checkpoints reach, then deletes the rest in short
/// transactions.</summary>
/// <remarks>
/// <para>It runs beside appends. Why it deletes nothing that is needed:</para>
/// <para>
/// The collection raises its number n first; nodes put from then on carry the stamp n. Then it reads all heads in one
/// view R and marks what they reach. It deletes nodes that are not marked and whose stamp is below n, and looks at the
/// stamp in the transaction that deletes.
/// </para>
/// <para>
/// Claim: what a head committed after R reaches is marked or has the stamp n. A checkpoint brings the nodes it made
/// (stamp n) and shares the others with the same kernel's newest head, which is always kept: it is in R and marked, or
/// was itself committed after R and the claim holds for it. Only two kinds of checkpoint share with another head, a
/// copy of another kernel's and a rollback to an older one; that head may have been dropped before R. Both are new
/// generations, and a new generation's checkpoint is checked in its own transaction (<see
/// cref="SqliteCollectionRows.KeepShared"/>): while a collection is unfinished, all nodes that it shares are found and
/// stamped n, or it is refused. A node that was garbage and is put again gets the stamp n, or is written anew when it
/// was deleted first.
/// </para>
/// <para>
/// A collection that is cut off leaves garbage whose lower part is gone. It is remembered in the file as unfinished, so
/// nobody builds on such a part; the next collection deletes the rest of it.
/// </para>
/// </remarks>
internal sealed class SqliteCollector(
    SqliteWriter writer, Lock gate, SqliteReader reader, Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks)
{
    /// <summary>So many nodes are looked at between two chances for appends to go on.</summary>
    private const int StepNodes = 1_000;

    private readonly SqliteConnection _view = reader.Connection;

    /// <summary>Called between marking and sweeping; tests act there.</summary>
    public Action? Marked { get; init; }

    /// <summary>Called between finding some garbage and deleting it; tests act there.</summary>
    public Action? GarbageFound { get; init; }

    public CollectReport Run(Func<IReadOnlySet<Hash>> codeInWaiting, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            writer.Collection.Begin();
        }
        HashSet<Hash> marked = Mark(cancellationToken);
        Marked?.Invoke();
        (long kept, long nodes, long bytes) = Sweep(marked, cancellationToken);
        lock (gate)
        {
            (long code, long codeBytes) = writer.Collection.Finish(codeInWaiting());
            return new CollectReport(kept, nodes, bytes + codeBytes, code);
        }
    }

    private HashSet<Hash> Mark(CancellationToken cancellationToken)
    {
        Stack<Hash> open = [];
        using (SqliteStatement roots = _view.Prepare(
            "SELECT root FROM heads UNION SELECT work_root FROM heads WHERE work_root IS NOT NULL"))
        {
            while (roots.Step())
            {
                open.Push(roots.Hash(0));
            }
        }
        HashSet<Hash> marked = [];
        while (open.TryPop(out Hash hash))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!marked.Add(hash))
            {
                continue;
            }
            ReadOnlyMemory<byte>? bytes = reader.GetNode(hash);
            // A head that was read may be dropped while this walks, but nodes are deleted only by this collection.
            foreach (Hash child in childLinks(bytes ?? throw SqliteErrors.Damaged(
                _view.File,
                $"state tree node {hash}, which a kept checkpoint reaches, is missing; nothing was deleted")))
            {
                open.Push(child);
            }
        }
        return marked;
    }

    private (long Kept, long Nodes, long Bytes) Sweep(HashSet<Hash> marked, CancellationToken cancellationToken)
    {
        using SqliteStatement select = _view.Prepare(
            "SELECT key, hash FROM nodes WHERE key > ?1 AND key <= ?2 AND stamp < ?3 ORDER BY key LIMIT ?4");
        long last = _view.QueryInt64("SELECT max(key) FROM nodes");
        (long nodes, long bytes, long after) = (0, 0, 0);
        while (after < last)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<long> garbage = [];
            select.Bind(1, after).Bind(2, last).Bind(3, writer.Collection.Number).Bind(4, (long)StepNodes);
            after = last;
            for (int row = 1; select.Step(); row++)
            {
                long key = select.Int64(0);
                after = row == StepNodes ? key : last;
                if (!marked.Contains(select.Hash(1)))
                {
                    garbage.Add(key);
                }
            }
            if (garbage.Count > 0)
            {
                GarbageFound?.Invoke();
                lock (gate)
                {
                    (long nodesDeleted, long bytesDeleted) = writer.Collection.DeleteNodes(garbage);
                    (nodes, bytes) = (nodes + nodesDeleted, bytes + bytesDeleted);
                }
            }
        }
        return (_view.QueryInt64("SELECT count(*) FROM nodes"), nodes, bytes);
    }
}
