using Granary.Kernels;
using Npgsql;

namespace Granary.Stores;

/// <summary>Transactions that write, of every kind; ordinary appends have a shorter way, <see
/// cref="PostgresAppender"/>.</summary>
internal sealed class PostgresWriter(
    string description, PostgresLocks locks, PostgresTails remembered,
    Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> childLinks)
{
    /// <summary>The fence: rows in the order of their keys, so that two batches never wait for each other. An
    /// activation, which changes the row, waits for us, or we for it.</summary>
    private const string LockById =
        "SELECT count(*) FROM (SELECT 1 FROM kernels k WHERE k.id = ANY($1) ORDER BY k.key FOR SHARE OF k) locked";

    private const string TailsById =
        "SELECT k.id, k.key, k.epoch, k.generation, k.status, t.last, t.chain, k.wake_at, k.has_work FROM "
        + PostgresRows.KernelsWithTail + " WHERE k.id = ANY($1)";

    private const string NamesByPair =
        "SELECT k.id, h.name FROM unnest($1, $2) AS u(id, name) JOIN kernels k ON k.id = u.id"
        + " JOIN heads h ON h.kernel = k.key AND h.name = u.name";

    public static async Task PutCodeAsync(
        NpgsqlConnection connection, Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
            """
            INSERT INTO code(hash, waiting_since, bytes) VALUES ($1, now(), $2)
            ON CONFLICT (hash) DO UPDATE SET waiting_since = now()
            """,
            PostgresBatch.Of(hash), PostgresBatch.Of(code));
        await batch.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <param name="isRepeated">It was tried before, and the answer may have been lost.</param>
    public async Task<bool> CreateAsync(
        NpgsqlConnection connection, KernelCreation creation, bool isRepeated, CancellationToken cancellationToken)
    {
        KernelAppend first = creation.First;
        await using NpgsqlTransaction transaction =
            await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        (PostgresCollection collection, long? key) =
            await InsertKernelAsync(connection, creation, cancellationToken).ConfigureAwait(false);
        if (key is null)
        {
            return isRepeated && await IsOwnAsync(connection, first, cancellationToken).ConfigureAwait(false);
        }
        if (await collection.KeepSharedAsync(connection, first.Checkpoint!, childLinks, cancellationToken)
            .ConfigureAwait(false) is Hash missing)
        {
            throw AppendRules.SourceIsGone(description, first.Id, missing);
        }
        PostgresWrites writes = new(childLinks);
        PostgresLocked born = new(new PostgresTail(
            key.Value, Epoch: 1, Position: 0, default, IsDeleted: false, Generation: 0, KernelStatus.Idle, WakeAt: null,
            HasWork: false));
        writes.Add(born, first with { Code = (creation.Engine, creation.CodeHash) });
        await using (PostgresBatch batch = new(connection))
        {
            writes.MoveTo(batch, collection.Number);
            await batch.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        remembered.Set(first.Id, born.Tail);
        return true;
    }

    /// <remarks>One transaction; each statement sees what was committed before it began, so the tail is read behind
    /// the epoch that keeps everyone else from moving it.</remarks>
    public async Task<KernelActivation?> ActivateAsync(
        NpgsqlConnection connection, KernelId id, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
                "UPDATE kernels SET epoch = epoch + 1 WHERE id = $1 AND status <> 7 RETURNING epoch",
                PostgresBatch.Of(id.Value))
            .Add(
                $"SELECT {PostgresRows.KernelColumns}, k.key FROM {PostgresRows.KernelsWithTail} WHERE k.id = $1",
                PostgresBatch.Of(id.Value))
            .Add(
                $"SELECT {PostgresRows.HeadColumns} FROM heads WHERE kernel = (SELECT key FROM kernels WHERE id = $1)"
                + " ORDER BY position DESC LIMIT 1",
                PostgresBatch.Of(id.Value));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }
        ulong epoch = PostgresRows.UInt64(reader, 0);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw PostgresErrors.Damaged(description, $"kernel {id} has no journal");
        }
        StoredKernel kernel = PostgresRows.ReadKernel(reader, description);
        long key = reader.GetInt64(PostgresRows.KernelColumnCount);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            throw PostgresErrors.Damaged(description, $"kernel {id} has no checkpoint");
        }
        KernelHead head = PostgresRows.ReadHead(reader, id).Head;
        // To the end: then it is committed.
        await reader.CloseAsync().ConfigureAwait(false);
        KernelSummary summary = kernel.Summary;
        remembered.Set(id, new PostgresTail(
            key, epoch, kernel.Position, kernel.Chain, IsDeleted: false, summary.Generation, summary.Status,
            summary.WakeAt, summary.HasWork)
        {
            Books = (summary.GasSpent, summary.InboxCount),
        });
        return new KernelActivation(kernel, epoch, head);
    }

    /// <summary>Judges and writes anything, in one transaction of three round trips when nothing is odd.</summary>
    public async Task<AppendStatus[]> AppendAsync(
        NpgsqlConnection connection, IReadOnlyList<KernelAppend> appends, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction =
            await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        (PostgresCollection collection, Dictionary<KernelId, PostgresLocked> tails) =
            await LockAsync(connection, appends, cancellationToken).ConfigureAwait(false);
        PostgresWrites writes = new(childLinks);
        AppendStatus[] statuses = new AppendStatus[appends.Count];
        for (int i = 0; i < appends.Count; i++)
        {
            KernelAppend append = appends[i];
            PostgresLocked? at = tails.GetValueOrDefault(append.Id);
            (statuses[i], bool isWritten) = Judge(at, append);
            if (!isWritten)
            {
                continue;
            }
            bool isCopy = AppendRules.IsCopy(at!.Tail.Tail, append);
            if (isCopy || writes.Has(at.Key))
            {
                await FlushAsync(connection, writes, collection.Number, cancellationToken).ConfigureAwait(false);
            }
            if (isCopy && await collection.KeepSharedAsync(
                connection, append.Checkpoint!, childLinks, cancellationToken).ConfigureAwait(false) is not null)
            {
                statuses[i] = AppendStatus.Conflict;
                continue;
            }
            writes.Add(at, append);
        }
        await FlushAsync(connection, writes, collection.Number, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        foreach ((KernelId id, PostgresLocked at) in tails)
        {
            remembered.Set(id, at.Tail);
        }
        return statuses;
    }

    private static (AppendStatus Status, bool IsWritten) Judge(PostgresLocked? at, KernelAppend append)
    {
        if (at is null)
        {
            return (AppendStatus.Fenced, false);
        }
        return AppendRules.Judge(at.Tail.Tail, append) switch
        {
            AppendVerdict.Repeated => (AppendStatus.Done, false),
            AppendVerdict.Fenced => (AppendStatus.Fenced, false),
            AppendVerdict.Conflict => (AppendStatus.Conflict, false),
            _ => append.Checkpoint?.Name is string name && at.Names.Contains(name)
                ? (AppendStatus.NameTaken, false)
                : (AppendStatus.Done, true),
        };
    }

    private static async Task FlushAsync(
        NpgsqlConnection connection, PostgresWrites writes, long stamp, CancellationToken cancellationToken)
    {
        if (writes.IsEmpty)
        {
            return;
        }
        await using PostgresBatch batch = new(connection);
        writes.MoveTo(batch, stamp);
        await batch.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<(PostgresCollection Collection, Dictionary<KernelId, PostgresLocked> Tails)> LockAsync(
        NpgsqlConnection connection, IReadOnlyList<KernelAppend> appends, CancellationToken cancellationToken)
    {
        string[] ids = [.. appends.Select(a => a.Id.Value).Distinct()];
        KernelAppend[] named = [.. appends.Where(a => a.Checkpoint?.Name is not null)];
        await using PostgresBatch batch = new(connection);
        PostgresCollection.Enter(batch, locks);
        batch.Add(LockById, PostgresBatch.Of(ids)).Add(TailsById, PostgresBatch.Of(ids));
        if (named.Length > 0)
        {
            batch.Add(
                NamesByPair, PostgresBatch.Of(named.Select(a => a.Id.Value).ToArray()),
                PostgresBatch.Of(named.Select(a => a.Checkpoint!.Name).ToArray()));
        }
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        PostgresCollection collection = await ReadCollectionAsync(reader, cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<KernelId, PostgresLocked> tails = [];
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            tails.Add(KernelId.Parse(reader.GetString(0)), new PostgresLocked(ReadTail(reader)));
        }
        if (named.Length > 0)
        {
            await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                tails[KernelId.Parse(reader.GetString(0))].Names.Add(reader.GetString(1));
            }
        }
        return (collection, tails);
    }

    private static PostgresTail ReadTail(NpgsqlDataReader row)
    {
        KernelStatus status = (KernelStatus)row.GetInt16(4);
        return new PostgresTail(
            row.GetInt64(1), PostgresRows.UInt64(row, 2), PostgresRows.UInt64(row, 5), PostgresRows.Hash(row, 6),
            status == KernelStatus.Deleted, PostgresRows.UInt64(row, 3), status,
            row.IsDBNull(7) ? null : row.GetInt64(7), row.GetBoolean(8));
    }

    private async Task<(PostgresCollection Collection, long? Key)> InsertKernelAsync(
        NpgsqlConnection connection, KernelCreation creation, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        PostgresCollection.Enter(batch, locks);
        batch.Add(
            """
            INSERT INTO kernels(id, engine, code, created, epoch, status, generation, has_work)
            VALUES ($1, $2, $3, $4, 1, 0, 0, false) ON CONFLICT (id) DO NOTHING RETURNING key
            """,
            PostgresBatch.Of(creation.First.Id.Value), PostgresBatch.Of(creation.Engine.ToString()),
            PostgresBatch.Of(creation.CodeHash), PostgresBatch.Of(creation.CreatedAt));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        PostgresCollection collection = await ReadCollectionAsync(reader, cancellationToken).ConfigureAwait(false);
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        bool isNew = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return (collection, isNew ? reader.GetInt64(0) : null);
    }

    private static async Task<PostgresCollection> ReadCollectionAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        // The first result is the lock's.
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return new PostgresCollection(reader.GetInt64(0), reader.GetBoolean(1));
    }

    /// <summary>Tells the kernel that this very call made before its answer was lost from somebody else's of that
    /// id.</summary>
    private static async Task<bool> IsOwnAsync(
        NpgsqlConnection connection, KernelAppend first, CancellationToken cancellationToken)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(
            "SELECT h.chain FROM heads h JOIN kernels k ON k.key = h.kernel WHERE k.id = $1 AND h.position = $2",
            PostgresBatch.Of(first.Id.Value), PostgresBatch.Of(first.Checkpoint!.Head.Position));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            && PostgresRows.Hash(reader, 0) == first.Checkpoint.Head.Chain;
    }
}
