using Granary.Kernels;
using Npgsql;

namespace Granary.Stores;

/// <summary>One collection: marks what the kept checkpoints reach, then deletes the rest in short
/// transactions.</summary>
/// <remarks>
/// <para>It runs beside appends of any node. Why it deletes nothing that is needed:</para>
/// <para>
/// Transactions that stamp nodes (all with a checkpoint) hold the lock of stamps for share from before they read the
/// collection's number until they are committed. The collection takes that lock alone to raise the number to n: what
/// was stamped with less is committed by then, and all else carries n. Then it reads all heads in one statement R and
/// marks what they reach. It deletes nodes that are not marked and whose stamp is below n, and looks at the stamp of a
/// row that it has locked.
/// </para>
/// <para>
/// Claim: what a head committed after R reaches is marked or has the stamp n. A checkpoint brings the nodes it made
/// (stamp n) and shares the others with the same kernel's newest head, which is always kept: it is in R and marked, or
/// was itself committed after R and the claim holds for it. Only two kinds of checkpoint share with another head, a
/// copy of another kernel's and a rollback to an older one; that head may have been dropped before R. Both are new
/// generations, and a new generation's checkpoint is checked in its own transaction (<see
/// cref="PostgresCollection.KeepSharedAsync"/>): while a collection is unfinished, all nodes that it shares are found
/// and stamped n, or it is refused. A node that was garbage and is put again gets the stamp n, or is written anew when
/// it was deleted first.
/// </para>
/// <para>
/// One node collects at a time: the lock of the collector belongs to the session, so it goes with a node that dies. A
/// collector whose session is lost may not know yet: each of its deletions makes sure, under a row lock, that the
/// number is still its own. A collection that is cut off leaves garbage whose lower part is gone. It stays noted as
/// unfinished, so nobody builds on such a part; the next collection deletes the rest of it.
/// </para>
/// </remarks>
internal sealed class PostgresCollector(
    NpgsqlConnection connection, PostgresLocks locks, string description, TimeSpan codeWaitsMax)
{
    /// <summary>So many nodes are looked at in one statement.</summary>
    private const int StepNodes = 2_000;

    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(200);

    private long _number;

    /// <summary>Called between marking and sweeping; tests act there.</summary>
    public Func<Task>? Marked { get; init; }

    /// <summary>Called between finding some garbage and deleting it; tests act there.</summary>
    public Func<Task>? GarbageFound { get; init; }

    public async Task<CollectReport> RunAsync(CancellationToken cancellationToken)
    {
        while (!await TryEnterAsync(cancellationToken).ConfigureAwait(false))
        {
            await Task.Delay(s_wait, cancellationToken).ConfigureAwait(false);
        }
        try
        {
            await BeginAsync(cancellationToken).ConfigureAwait(false);
            HashSet<Hash> marked = await MarkAsync(cancellationToken).ConfigureAwait(false);
            await (Marked?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
            (long nodes, long bytes) = await SweepAsync(marked, cancellationToken).ConfigureAwait(false);
            return await FinishAsync(nodes, bytes, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await ReleaseAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> TryEnterAsync(CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add("SELECT pg_try_advisory_lock($1, $2)", locks.Of(PostgresLock.Collector));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false) && reader.GetBoolean(0);
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
        batch.Add("SELECT pg_advisory_xact_lock($1, $2)", locks.Of(PostgresLock.Stamps))
            .Add("UPDATE collection SET number = number + 1, is_unfinished = true RETURNING number");
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        _number = reader.GetInt64(0);
    }

    private async Task<HashSet<Hash>> MarkAsync(CancellationToken cancellationToken)
    {
        HashSet<Hash> marked = [];
        Queue<Hash> open = new(await RootsAsync(cancellationToken).ConfigureAwait(false));
        List<Hash> step = [];
        while (open.Count > 0)
        {
            step.Clear();
            while (step.Count < StepNodes && open.TryDequeue(out Hash hash))
            {
                if (marked.Add(hash))
                {
                    step.Add(hash);
                }
            }
            foreach (Hash child in await LinksAsync(step, cancellationToken).ConfigureAwait(false))
            {
                if (!marked.Contains(child))
                {
                    open.Enqueue(child);
                }
            }
        }
        return marked;
    }

    private async Task<List<Hash>> RootsAsync(CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
        batch.Add("SELECT root FROM heads UNION SELECT work_root FROM heads WHERE work_root IS NOT NULL");
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        List<Hash> roots = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            roots.Add(PostgresRows.Hash(reader, 0));
        }
        return roots;
    }

    /// <remarks>A head that was read may be dropped while this walks, but nodes are deleted only by this
    /// collection.</remarks>
    private async Task<List<Hash>> LinksAsync(List<Hash> nodes, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
        batch.Add("SELECT hash, links FROM nodes WHERE hash = ANY($1)", PostgresBatch.Of(nodes));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        HashSet<Hash> missing = [.. nodes];
        List<Hash> links = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            missing.Remove(PostgresRows.Hash(reader, 0));
            links.AddRange(PostgresCollection.Split(PostgresRows.Bytes(reader, 1)));
        }
        return missing.Count == 0
            ? links
            : throw PostgresErrors.Damaged(
                description,
                $"state tree node {missing.First()}, which a kept checkpoint reaches, is missing; nothing was deleted");
    }

    private async Task<(long Nodes, long Bytes)> SweepAsync(
        HashSet<Hash> marked, CancellationToken cancellationToken)
    {
        (long nodes, long bytes) = (0, 0);
        byte[] after = [];
        while (true)
        {
            (List<Hash> garbage, byte[]? last) =
                await FindGarbageAsync(marked, after, cancellationToken).ConfigureAwait(false);
            if (garbage.Count > 0)
            {
                await (GarbageFound?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
                (long deleted, long freed) = await DeleteAsync(garbage, cancellationToken).ConfigureAwait(false);
                (nodes, bytes) = (nodes + deleted, bytes + freed);
            }
            if (last is null)
            {
                return (nodes, bytes);
            }
            after = last;
        }
    }

    private async Task<(List<Hash> Garbage, byte[]? Last)> FindGarbageAsync(
        HashSet<Hash> marked, byte[] after, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
        batch.Add(
            $"SELECT hash FROM nodes WHERE hash > $1 AND stamp < $2 ORDER BY hash LIMIT {StepNodes}",
            PostgresBatch.Of((ReadOnlyMemory<byte>)after), PostgresBatch.Of(_number));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        List<Hash> garbage = [];
        byte[]? last = null;
        int rows = 0;
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            last = PostgresRows.Bytes(reader, 0);
            rows++;
            Hash hash = new(last);
            if (!marked.Contains(hash))
            {
                garbage.Add(hash);
            }
        }
        return (garbage, rows == StepNodes ? last : null);
    }

    /// <remarks>What somebody else has locked, he puts again.</remarks>
    private async Task<(long Nodes, long Bytes)> DeleteAsync(List<Hash> nodes, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
        batch.Add("SELECT 1 FROM collection WHERE number = $1 FOR SHARE", PostgresBatch.Of(_number))
            .Add(
                """
                WITH doomed AS MATERIALIZED (
                    SELECT hash FROM nodes WHERE hash = ANY($1) AND stamp < $2
                        AND (SELECT number FROM collection) = $2 FOR UPDATE SKIP LOCKED),
                gone AS (
                    DELETE FROM nodes n USING doomed WHERE n.hash = doomed.hash
                    RETURNING octet_length(n.bytes) AS size)
                SELECT count(*), coalesce(sum(size), 0)::bigint FROM gone
                """,
                PostgresBatch.Of(nodes), PostgresBatch.Of(_number));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new StoreException(
                StoreFault.Failed, $"Another node has begun a collection of {description}.", "It does what is left.");
        }
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    /// <summary>Deletes code that no kernel ever ran, except what was put lately, and ends the collection.</summary>
    /// <remarks>Alone with the lock of stamps: whoever makes a kernel of a code holds it for share.</remarks>
    private async Task<CollectReport> FinishAsync(long nodes, long bytes, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
        batch.Add("SELECT pg_advisory_xact_lock($1, $2)", locks.Of(PostgresLock.Stamps))
            .Add(
                """
                WITH gone AS (
                    DELETE FROM code c WHERE NOT EXISTS (SELECT 1 FROM kernel_code u WHERE u.code = c.hash)
                        AND (c.waiting_since IS NULL OR c.waiting_since < now() - make_interval(secs => $1))
                    RETURNING octet_length(c.bytes) AS size)
                SELECT count(*), coalesce(sum(size), 0)::bigint FROM gone
                """,
                new NpgsqlParameter<double> { TypedValue = codeWaitsMax.TotalSeconds })
            .Add("UPDATE collection SET is_unfinished = false WHERE number = $1", PostgresBatch.Of(_number))
            .Add("SELECT count(*) FROM nodes");
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        (long code, long codeBytes) = (reader.GetInt64(0), reader.GetInt64(1));
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new CollectReport(reader.GetInt64(0), nodes, bytes + codeBytes, code);
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await using PostgresBatch batch = new(connection) { Timeout = TimeSpan.Zero };
            batch.Add("SELECT pg_advisory_unlock($1, $2)", locks.Of(PostgresLock.Collector));
            await batch.RunAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (PostgresErrors.IsUnreachable(error) || error is InvalidOperationException)
        {
            // The session is lost, and the lock with it.
            await connection.CloseAsync().ConfigureAwait(false);
        }
    }
}
