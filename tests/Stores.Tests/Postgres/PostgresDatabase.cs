using System.Globalization;
using Granary.Tests;
using Npgsql;

namespace Granary.Stores.Tests;

/// <summary>A schema of its own for one test, on the server of the test run or another.</summary>
internal sealed class PostgresDatabase(PostgresServer? server = null)
{
    private static int s_count;

    private readonly string _schema =
        "t" + Interlocked.Increment(ref s_count).ToString(CultureInfo.InvariantCulture);
    private bool _isMigrated;

    public static PostgresStoreOptions Options { get; } = new() { ChildLinks = TestNodes.ChildLinks };

    public PostgresServer Server => server ?? PostgresServer.Shared;

    public PostgresAddress Address => PostgresAddress.Parse(Server.Url(_schema));

    public async Task<PostgresStore> OpenAsync(PostgresStoreOptions? options = null)
    {
        if (!_isMigrated)
        {
            await PostgresStore.MigrateAsync(Address);
            _isMigrated = true;
        }
        return await PostgresStore.OpenAsync(Address, options ?? Options);
    }

    /// <summary>A connection beside the store's.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        NpgsqlConnection connection = new(Address.ToConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using NpgsqlConnection connection = await ConnectAsync();
        await using NpgsqlCommand command = new(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Looks again and again, for as long as a loaded machine may need.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"In two minutes it did not come that {what}.");
            await Task.Delay(5);
        }
    }
}
