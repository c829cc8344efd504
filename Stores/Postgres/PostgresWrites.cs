using System.Buffers;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>
/// What a transaction is to write of kernels that it has judged, gathered column by column: one statement a table,
/// however many kernels there are.
/// </summary>
internal sealed class PostgresWrites(Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks)
{
    /// <summary>Nodes go in statements of so many bytes, so that no message becomes too large for the server.</summary>
    private const long StatementBytesMax = 8 << 20;

    private readonly HashSet<long> _kernels = [];
    private readonly List<JournalRow> _journal = [];
    private readonly List<(long Kernel, KernelSummary Summary)> _summaries = [];
    private readonly List<(long Kernel, KernelSummary Summary)> _quiet = [];
    private readonly List<(long Kernel, CheckpointWrite Checkpoint)> _heads = [];
    private readonly List<(long Kernel, EngineId Engine, Hash Code)> _code = [];
    private readonly List<long> _deleted = [];
    private readonly Dictionary<Hash, ReadOnlyMemory<byte>> _nodes = [];
    private readonly ArrayBufferWriter<byte> _row = new();

    public bool IsEmpty => _kernels.Count == 0;

    public bool Has(long kernel) => _kernels.Contains(kernel);

    public void Add(PostgresLocked at, KernelAppend append)
    {
        _kernels.Add(at.Key);
        if (append.Code is (EngineId engine, Hash codeHash))
        {
            _code.Add((at.Key, engine, codeHash));
        }
        PostgresTail tail = at.Tail.After(append);
        at.Tail = tail;
        _summaries.Add((at.Key, append.Summary));
        if (tail.IsDeleted)
        {
            _deleted.Add(at.Key);
            _journal.Add(new JournalRow(at.Key, tail.Position, tail.Position, append.Summary, tail.Chain, []));
            return;
        }
        if (append.Entries.Count == 0)
        {
            _quiet.Add((at.Key, append.Summary));
        }
        AddJournal(at.Key, append);
        if (append.Checkpoint is CheckpointWrite checkpoint)
        {
            _heads.Add((at.Key, checkpoint));
            foreach (StoredNode node in checkpoint.Nodes)
            {
                _nodes[node.Hash] = node.Bytes;
            }
            if (checkpoint.Name is not null)
            {
                at.Names.Add(checkpoint.Name);
            }
        }
    }

    /// <summary>Adds the statements that write all of it, and forgets it.</summary>
    /// <param name="stamp">What nodes are stamped with.</param>
    public void MoveTo(PostgresBatch batch, long stamp)
    {
        if (IsEmpty)
        {
            return;
        }
        MoveDeletions(batch);
        MoveNodes(batch, stamp);
        MoveJournal(batch);
        MoveHeads(batch);
        MoveCode(batch);
        MoveSummaries(batch);
        _kernels.Clear();
    }

    private void AddJournal(long kernel, KernelAppend append)
    {
        IReadOnlyList<JournalRecord> entries = append.Entries;
        for (int index = 0; index < entries.Count;)
        {
            int next = JournalRows.Encode(entries, index, _row);
            JournalRecord last = entries[next - 1];
            _journal.Add(new JournalRow(
                kernel, entries[index].Position, last.Position, append.Summary, last.Chain,
                _row.WrittenSpan.ToArray()));
            index = next;
        }
    }

    private void MoveDeletions(PostgresBatch batch)
    {
        if (_deleted.Count == 0)
        {
            return;
        }
        long[] kernels = [.. _deleted];
        batch.Add("DELETE FROM journal WHERE kernel = ANY($1)", PostgresBatch.Of(kernels))
            .Add("DELETE FROM heads WHERE kernel = ANY($1)", PostgresBatch.Of(kernels))
            .Add("DELETE FROM kernel_code WHERE kernel = ANY($1)", PostgresBatch.Of(kernels));
        _deleted.Clear();
    }

    /// <remarks>In the order of their hashes: two transactions that put the same nodes must not wait for each
    /// other.</remarks>
    private void MoveNodes(PostgresBatch batch, long stamp)
    {
        List<byte[]> hashes = [], links = [], contents = [];
        long bytes = 0;
        void Flush()
        {
            batch.Add(
                """
                INSERT INTO nodes(hash, stamp, links, bytes) SELECT u.hash, $2, u.links, u.bytes
                FROM unnest($1, $3, $4) AS u(hash, links, bytes)
                ON CONFLICT (hash) DO UPDATE SET stamp = excluded.stamp WHERE nodes.stamp < excluded.stamp
                """,
                PostgresBatch.Of(hashes.ToArray()), PostgresBatch.Of(stamp), PostgresBatch.Of(links.ToArray()),
                PostgresBatch.Of(contents.ToArray()));
            hashes.Clear();
            links.Clear();
            contents.Clear();
            bytes = 0;
        }

        foreach ((Hash hash, ReadOnlyMemory<byte> content) in _nodes.OrderBy(n => n.Key))
        {
            hashes.Add(hash.Span.ToArray());
            links.Add(Concatenate(childLinks(content)));
            contents.Add(content.ToArray());
            bytes += content.Length;
            if (bytes >= StatementBytesMax)
            {
                Flush();
            }
        }
        if (hashes.Count > 0)
        {
            Flush();
        }
        _nodes.Clear();
    }

    private void MoveJournal(PostgresBatch batch)
    {
        foreach (JournalRow[] rows in InStatements(_journal))
        {
            batch.Add(
                """
                INSERT INTO journal(kernel, first, last, gas_spent, inbox_count, chain, records)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
                """,
                PostgresBatch.Of(rows.Select(r => r.Kernel).ToArray()),
                PostgresBatch.Of(rows.Select(r => unchecked((long)r.First)).ToArray()),
                PostgresBatch.Of(rows.Select(r => unchecked((long)r.Last)).ToArray()),
                PostgresBatch.Of(rows.Select(r => r.Summary.GasSpent).ToArray()),
                PostgresBatch.Of(rows.Select(r => r.Summary.InboxCount).ToArray()),
                PostgresBatch.Of(rows.Select(r => r.Chain)), PostgresBatch.Of(rows.Select(r => r.Records).ToArray()));
        }
        _journal.Clear();
    }

    private void MoveHeads(PostgresBatch batch)
    {
        if (_heads.Count == 0)
        {
            return;
        }
        long[] kernels = [.. _heads.Select(h => h.Kernel)];
        long[] positions = [.. _heads.Select(h => unchecked((long)h.Checkpoint.Head.Position))];
        batch.Add(
            """
            INSERT INTO heads(kernel, position, generation, time, chain, root, work_root, name)
            SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            PostgresBatch.Of(kernels), PostgresBatch.Of(positions),
            PostgresBatch.Of(_heads.Select(h => unchecked((long)h.Checkpoint.Head.Generation)).ToArray()),
            PostgresBatch.Of(_heads.Select(h => h.Checkpoint.Head.Time).ToArray()),
            PostgresBatch.Of(_heads.Select(h => h.Checkpoint.Head.Chain)),
            PostgresBatch.Of(_heads.Select(h => h.Checkpoint.Head.Root)),
            PostgresBatch.Of(_heads.Select(h => h.Checkpoint.Head.WorkRoot?.Span.ToArray()).ToArray()),
            PostgresBatch.Of(_heads.Select(h => h.Checkpoint.Name).ToArray()));
        batch.Add(
            $"""
            DELETE FROM heads h USING unnest($1, $2) AS n(kernel, position)
            WHERE h.kernel = n.kernel AND h.name IS NULL AND h.position < n.position
                AND h.position > (SELECT min(o.position) FROM heads o WHERE o.kernel = n.kernel)
                AND (h.work_root IS NOT NULL OR h.position < (
                    SELECT o.position FROM heads o
                    WHERE o.kernel = n.kernel AND o.name IS NULL AND o.work_root IS NULL
                    ORDER BY o.position DESC LIMIT 1 OFFSET {StoreLimits.HeadsKept - 1}))
            """,
            PostgresBatch.Of(kernels), PostgresBatch.Of(positions));
        _heads.Clear();
    }

    private void MoveCode(PostgresBatch batch)
    {
        if (_code.Count == 0)
        {
            return;
        }
        long[] kernels = [.. _code.Select(c => c.Kernel)];
        string[] engines = [.. _code.Select(c => c.Engine.ToString())];
        batch.Add(
                """
                UPDATE kernels k SET engine = u.engine, code = u.code
                FROM unnest($1, $2, $3) AS u(key, engine, code) WHERE k.key = u.key
                """,
                PostgresBatch.Of(kernels), PostgresBatch.Of(engines), PostgresBatch.Of(_code.Select(c => c.Code)))
            .Add(
                "INSERT INTO kernel_code(kernel, code) SELECT * FROM unnest($1, $2) ON CONFLICT DO NOTHING",
                PostgresBatch.Of(kernels), PostgresBatch.Of(_code.Select(c => c.Code)))
            .Add(
                "UPDATE code SET waiting_since = NULL WHERE hash = ANY($1) AND waiting_since IS NOT NULL",
                PostgresBatch.Of(_code.Select(c => c.Code).Distinct().Order()));
        _code.Clear();
    }

    private void MoveSummaries(PostgresBatch batch)
    {
        batch.Add(
            """
            UPDATE kernels k
            SET status = u.status, generation = u.generation, wake_at = u.wake_at, has_work = u.has_work
            FROM unnest($1, $2, $3, $4, $5) AS u(key, status, generation, wake_at, has_work)
            WHERE k.key = u.key AND (k.status, k.generation, k.wake_at, k.has_work)
                IS DISTINCT FROM (u.status, u.generation, u.wake_at, u.has_work)
            """,
            PostgresBatch.Of(_summaries.Select(s => s.Kernel).ToArray()),
            PostgresBatch.Of(_summaries.Select(s => (short)s.Summary.Status).ToArray()),
            PostgresBatch.Of(_summaries.Select(s => unchecked((long)s.Summary.Generation)).ToArray()),
            PostgresBatch.Of(_summaries.Select(s => s.Summary.WakeAt).ToArray()),
            PostgresBatch.Of(_summaries.Select(s => s.Summary.HasWork).ToArray()));
        if (_quiet.Count > 0)
        {
            batch.Add(
                """
                UPDATE journal j SET inbox_count = u.inbox_count, gas_spent = u.gas_spent
                FROM unnest($1, $2, $3) AS u(key, inbox_count, gas_spent)
                WHERE j.kernel = u.key AND j.first = (SELECT max(o.first) FROM journal o WHERE o.kernel = u.key)
                """,
                PostgresBatch.Of(_quiet.Select(q => q.Kernel).ToArray()),
                PostgresBatch.Of(_quiet.Select(q => q.Summary.InboxCount).ToArray()),
                PostgresBatch.Of(_quiet.Select(q => q.Summary.GasSpent).ToArray()));
        }
        _summaries.Clear();
        _quiet.Clear();
    }

    private static IEnumerable<JournalRow[]> InStatements(List<JournalRow> rows)
    {
        int begin = 0;
        long bytes = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            bytes += rows[i].Records.Length;
            if (bytes >= StatementBytesMax || i == rows.Count - 1)
            {
                yield return [.. rows[begin..(i + 1)]];
                (begin, bytes) = (i + 1, 0);
            }
        }
    }

    private static byte[] Concatenate(IEnumerable<Hash> hashes)
    {
        List<byte> bytes = [];
        foreach (Hash hash in hashes)
        {
            bytes.AddRange(hash.Span);
        }
        return [.. bytes];
    }

    private sealed record JournalRow(
        long Kernel, ulong First, ulong Last, KernelSummary Summary, Hash Chain, byte[] Records);
}
