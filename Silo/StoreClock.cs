using Granary.Stores;
using Npgsql;

namespace Granary.Silo;

/// <summary>
/// The time of the database, which is one for all silos: kernels that go from silo to silo sleep as long as they asked
/// to, however wrong the clock of a machine is.
/// </summary>
/// <remarks>
/// Looked up every ten seconds, exact to half of what the look takes, and carried on by the machine's steady clock in
/// between, so that a step of the machine's time of day does nothing. Never goes back. While the database is away it
/// goes on with what it knows.
/// </remarks>
internal sealed class StoreClock : TimeProvider, IAsyncDisposable
{
    private const string Look = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(10);

    /// <summary>A look that took longer says too little.</summary>
    private static readonly TimeSpan s_looseMax = TimeSpan.FromSeconds(1);

    private readonly PostgresAddress _store;
    private readonly TimeProvider _local;
    private readonly CancellationTokenSource _stopping = new();
    private Task _loop = Task.CompletedTask;
    private volatile Reading? _reading;
    private long _lastTicks;

    private StoreClock(PostgresAddress store, TimeProvider local) => (_store, _local) = (store, local);

    public override long TimestampFrequency => _local.TimestampFrequency;

    /// <param name="local">For what passes between looks, and for timers.</param>
    /// <exception cref="StoreException">The database does not answer.</exception>
    public static async Task<StoreClock> StartAsync(
        PostgresAddress store, TimeProvider local, CancellationToken cancellationToken)
    {
        StoreClock clock = new(store, local);
        try
        {
            await clock.LookAsync(isFirst: true, cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException error)
        {
            throw new StoreException(
                StoreFault.Unreachable, $"The database {store} does not say what time it is: {error.Message}",
                "See that it runs.", error);
        }
        clock._loop = Task.Run(clock.RunAsync, CancellationToken.None);
        return clock;
    }

    public override DateTimeOffset GetUtcNow()
    {
        Reading reading = _reading!;
        long ticks = reading.Ticks + _local.GetElapsedTime(reading.At).Ticks;
        long last = Volatile.Read(ref _lastTicks);
        while (ticks > last)
        {
            long seen = Interlocked.CompareExchange(ref _lastTicks, ticks, last);
            if (seen == last)
            {
                return new DateTimeOffset(ticks, TimeSpan.Zero);
            }
            last = seen;
        }
        return new DateTimeOffset(last, TimeSpan.Zero);
    }

    public override long GetTimestamp() => _local.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _local.CreateTimer(callback, state, dueTime, period);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (true)
        {
            await Task.Delay(s_lookEvery, _local, _stopping.Token).ConfigureAwait(false);
            try
            {
                await LookAsync(isFirst: false, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (error is NpgsqlException or TimeoutException)
            {
                // Away for now: the machine's steady clock is good for long.
                continue;
            }
        }
    }

    private async Task LookAsync(bool isFirst, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(_store.ToConnectionString());
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using NpgsqlCommand look = new(Look, connection);
        long before = _local.GetTimestamp();
        long microseconds = (long)(await look.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        long after = _local.GetTimestamp();
        TimeSpan took = _local.GetElapsedTime(before, after);
        if (isFirst || took < s_looseMax)
        {
            long ticks = DateTimeOffset.UnixEpoch.Ticks + (microseconds * TimeSpan.TicksPerMicrosecond);
            _reading = new Reading(ticks + (took.Ticks / 2), after);
        }
    }

    /// <param name="Ticks">The database's time, UTC.</param>
    /// <param name="At">The steady clock then.</param>
    private sealed record Reading(long Ticks, long At);
}
