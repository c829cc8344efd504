using Npgsql;

namespace Granary.Stores;

/// <summary>
/// The connections to one database. Work that meets a server which does not answer is done again, from its beginning,
/// until it gets through or the store is closed: so all work here must be such that doing it twice is doing it once.
/// </summary>
internal sealed class PostgresLink : IAsyncDisposable
{
    /// <summary>Transactions that meet others are done again so often before somebody is told.</summary>
    private const int ConflictsMax = 50;

    private static readonly TimeSpan s_firstDelay = TimeSpan.FromMilliseconds(20);

    private readonly NpgsqlDataSource _source;
    private readonly PostgresStoreOptions _options;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _probing = Task.CompletedTask;
    private volatile StoreHealth _health;

    public PostgresLink(PostgresAddress address, PostgresStoreOptions options)
    {
        Description = $"PostgreSQL {address}";
        _options = options;
        _health = new StoreHealth(IsReachable: true, options.Clock.GetUtcNow(), LastError: "");
        _reached.SetResult();
        // Built as is: spans and metrics of Npgsql's own, no log of its own that could tell secrets.
        _source = new NpgsqlDataSourceBuilder(address.ToConnectionString()).Build();
    }

    public string Description { get; }

    public StoreHealth Health => _health;

    public CancellationToken Closing => _closing.Token;

    /// <summary>A connection of one's own, without any trying again.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Does some work once, and says in our words what went wrong; for opening the store.</summary>
    public async Task<T> RunOnceAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            await using NpgsqlConnection connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
            return await work(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException
            or System.Net.Sockets.SocketException)
        {
            throw PostgresErrors.ToException(error, Description);
        }
    }

    /// <summary>Does some work, again and again until the server answers.</summary>
    public async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? both = cancellationToken.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Closing)
            : null;
        CancellationToken stop = both?.Token ?? Closing;
        try
        {
            for (int tries = 1; ; tries++)
            {
                await _reached.Task.WaitAsync(stop).ConfigureAwait(false);
                try
                {
                    await using NpgsqlConnection connection = await OpenAsync(stop).ConfigureAwait(false);
                    return await work(connection, stop).ConfigureAwait(false);
                }
                catch (Exception error) when (MayTryAgain(error, tries))
                {
                    await Task.Delay(DelayAfter(tries, error), _options.Clock, stop).ConfigureAwait(false);
                }
            }
        }
        catch (Exception error) when (Closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(Description, error);
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.ToException(error, Description);
        }
    }

    /// <summary>As the other, on this thread and without any other: for callers that must wait anyway.</summary>
    public T Run<T>(Func<NpgsqlConnection, T> work)
    {
        try
        {
            for (int tries = 1; ; tries++)
            {
                _reached.Task.Wait(Closing);
                try
                {
                    using NpgsqlConnection connection = _source.OpenConnection();
                    return work(connection);
                }
                catch (Exception error) when (MayTryAgain(error, tries))
                {
                    Closing.WaitHandle.WaitOne(DelayAfter(tries, error));
                    Closing.ThrowIfCancellationRequested();
                }
            }
        }
        catch (Exception error) when (Closing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(Description, error);
        }
        catch (NpgsqlException error)
        {
            throw PostgresErrors.ToException(error, Description);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        Task probing;
        lock (_gate)
        {
            probing = _probing;
        }
        await probing.ConfigureAwait(false);
        await _source.DisposeAsync().ConfigureAwait(false);
    }

    private bool MayTryAgain(Exception error, int tries)
    {
        if (Closing.IsCancellationRequested)
        {
            return false;
        }
        if (PostgresErrors.IsUnreachable(error))
        {
            Lose(error);
            return true;
        }
        return PostgresErrors.IsConflict(error) && tries < ConflictsMax;
    }

    /// <summary>A first try again is free: often only the connection was stale. Then waits grow.</summary>
    private TimeSpan DelayAfter(int tries, Exception error)
    {
        if (tries == 1 && PostgresErrors.IsUnreachable(error))
        {
            return TimeSpan.Zero;
        }
        double factor = Math.Pow(2, Math.Min(tries - 1, 16));
        // Two that met must not meet again at once.
        double share = PostgresErrors.IsConflict(error) ? Random.Shared.NextDouble() : 1;
        return Shorter(s_firstDelay * factor * share, _options.RetryDelayMax);
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Notes that the server does not answer; one task finds out when it does again.</summary>
    private void Lose(Exception error)
    {
        lock (_gate)
        {
            string why = PostgresErrors.Brief(error);
            if (!_health.IsReachable)
            {
                _health = _health with { LastError = why };
                return;
            }
            _health = new StoreHealth(IsReachable: false, _options.Clock.GetUtcNow(), why);
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _probing = Task.Run(ProbeAsync);
        }
        // The others in the pool are as dead as this one.
        _source.Clear();
    }

    private async Task ProbeAsync()
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                await using NpgsqlConnection connection = await OpenAsync(Closing).ConfigureAwait(false);
                await using NpgsqlCommand command = new("SELECT pg_is_in_recovery()", connection);
                if (await command.ExecuteScalarAsync(Closing).ConfigureAwait(false) is false)
                {
                    break;
                }
                Note("the server is a standby, or recovers");
            }
            catch (OperationCanceledException) when (Closing.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is NpgsqlException or IOException or TimeoutException
                or System.Net.Sockets.SocketException)
            {
                Note(PostgresErrors.Brief(error));
            }
            TimeSpan delay = Shorter(s_firstDelay * Math.Pow(2, Math.Min(tries, 16)), _options.RetryDelayMax);
            await Task.Delay(delay, _options.Clock, Closing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (Closing.IsCancellationRequested)
            {
                return;
            }
        }
        lock (_gate)
        {
            _health = new StoreHealth(IsReachable: true, _options.Clock.GetUtcNow(), _health.LastError);
            _reached.TrySetResult();
        }
    }

    private void Note(string why)
    {
        lock (_gate)
        {
            _health = _health with { LastError = why };
        }
    }
}
