using Granary.Kernels;
using Granary.Stores;
using Npgsql;

namespace Granary.Silo;

/// <summary>Opens the cluster's database, and makes sure that it is this cluster's.</summary>
internal static class SiloStore
{
    private static readonly TimeSpan s_retryEvery = TimeSpan.FromSeconds(1);

    /// <summary>Waits for a server that is away: silos and their database often start together.</summary>
    public static async Task<PostgresStore> OpenAsync(
        SiloOptions options, Action<string>? note, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                PostgresStore store = await PostgresStore.OpenAsync(
                    options.Store, new PostgresStoreOptions { Use = PostgresUse.Shared }, cancellationToken)
                    .ConfigureAwait(false);
                try
                {
                    await ClaimAsync(options, cancellationToken).ConfigureAwait(false);
                    return store;
                }
                catch
                {
                    await store.DisposeAsync().ConfigureAwait(false);
                    throw;
                }
            }
            catch (StoreException error) when (error.Fault == StoreFault.Unreachable)
            {
                note?.Invoke($"Waiting for the database: {error.Message}");
            }
            await Task.Delay(s_retryEvery, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ClaimAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = new(options.Store.ToConnectionString());
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (NpgsqlCommand claim = new(
            "INSERT INTO cluster(id) VALUES ($1) ON CONFLICT DO NOTHING", connection))
        {
            claim.Parameters.Add(new NpgsqlParameter { Value = options.ClusterId });
            await claim.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        await using NpgsqlCommand read = new("SELECT id FROM cluster", connection);
        string owner = (string)(await read.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        if (owner != options.ClusterId)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"The database {options.Store} belongs to the cluster '{owner}', not to"
                + $" '{options.ClusterId}'.",
                "Name that cluster, or another database or schema.");
        }
    }
}
