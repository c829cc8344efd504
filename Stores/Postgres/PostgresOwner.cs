using Npgsql;

namespace Granary.Stores;

/// <summary>
/// Holds the lock that says who uses the database, on a connection of its own, and takes it again when that is lost. It
/// keeps two embedded nodes from quarrelling; what keeps their writes apart is the fence.
/// </summary>
internal sealed class PostgresOwner : IAsyncDisposable
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(2);

    private readonly PostgresLink _link;
    private readonly PostgresLocks _locks;
    private readonly PostgresUse _use;
    private readonly CancellationTokenSource _closing = new();
    private NpgsqlConnection? _connection;
    private Task _watch = Task.CompletedTask;

    private PostgresOwner(PostgresLink link, PostgresLocks locks, PostgresUse use) =>
        (_link, _locks, _use) = (link, locks, use);

    /// <summary>Why the lock is somebody else's now; null when it is ours, or nobody's while the server is
    /// away.</summary>
    public string? LostTo { get; private set; }

    /// <exception cref="StoreException">Somebody else uses the database.</exception>
    public static async Task<PostgresOwner> TakeAsync(
        PostgresLink link, PostgresLocks locks, PostgresUse use, CancellationToken cancellationToken)
    {
        PostgresOwner owner = new(link, locks, use);
        NpgsqlConnection connection = await link.OpenAsync(cancellationToken).ConfigureAwait(false);
        string? other;
        try
        {
            other = await owner.TryTakeAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        if (other is not null)
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw new StoreException(
                StoreFault.Locked, $"{link.Description} is in use by another process ({other}).",
                "Use the node that runs there with --url, or stop it.");
        }
        owner._connection = connection;
        owner._watch = Task.Run(owner.WatchAsync, CancellationToken.None);
        return owner;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        await _watch.ConfigureAwait(false);
        await DropAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                if (_connection is null)
                {
                    NpgsqlConnection connection = await _link.OpenAsync(_closing.Token).ConfigureAwait(false);
                    _connection = connection;
                    LostTo = await TryTakeAsync(connection, _closing.Token).ConfigureAwait(false);
                    if (LostTo is not null)
                    {
                        await DropAsync().ConfigureAwait(false);
                    }
                }
                else
                {
                    await using PostgresBatch batch = new(_connection);
                    batch.Add("SELECT 1");
                    await batch.RunAsync(_closing.Token).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (_closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException
                or InvalidOperationException)
            {
                // The server is away, and the lock with the session. The store says so; here it is taken again.
                await DropAsync().ConfigureAwait(false);
            }
            await Task.Delay(s_every, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Null when the lock is ours, otherwise who has it.</summary>
    private async Task<string?> TryTakeAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        string share = _use == PostgresUse.Shared ? "_shared" : "";
        await using PostgresBatch batch = new(connection);
        NpgsqlParameter[] key = _locks.Of(PostgresLock.Use);
        batch.Add($"SELECT pg_try_advisory_lock{share}($1, $2)", key)
            .Add(
                """
                SELECT coalesce(min(a.application_name || ', server process ' || a.pid), 'unknown')
                FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
                WHERE l.locktype = 'advisory' AND l.classid::bigint = $1::bigint AND l.granted
                    AND l.objid::bigint = ($2::bigint & 4294967295) AND a.pid <> pg_backend_pid()
                """,
                PostgresBatch.Of(((NpgsqlParameter<int>)key[0]).TypedValue),
                PostgresBatch.Of(((NpgsqlParameter<int>)key[1]).TypedValue));
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        if (reader.GetBoolean(0))
        {
            return null;
        }
        await reader.NextResultAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return reader.GetString(0);
    }

    /// <summary>Ends the session, not only the loan from the pool: a session that lives on keeps the lock.</summary>
    private async Task DropAsync()
    {
        NpgsqlConnection? connection = _connection;
        _connection = null;
        if (connection is null)
        {
            return;
        }
        try
        {
            await using PostgresBatch batch = new(connection);
            batch.Add("SELECT pg_advisory_unlock_all()");
            await batch.RunAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException
            or InvalidOperationException)
        {
            // It is gone already.
            NpgsqlConnection.ClearPool(connection);
        }
        await connection.DisposeAsync().ConfigureAwait(false);
    }
}
