using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace Granary.Stores;

/// <summary>The layout of the tables: the files of <c>deploy/postgres</c>, which this binary holds, in order.</summary>
internal sealed class PostgresSchema(PostgresAddress address, string description)
{
    private const string Prefix = "postgres/";

    private static readonly List<Step> s_steps = ReadSteps();

    private readonly PostgresLocks _locks = new(address.Schema);

    public static int VersionKnown => s_steps.Count;

    public async Task<PostgresSchemaState> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        bool hasTable = await AskAsync<bool>(
            connection, "SELECT to_regclass($1) IS NOT NULL", cancellationToken, $"{address.Schema}.schema")
            .ConfigureAwait(false);
        List<PostgresSchemaStep> steps = [];
        if (hasTable)
        {
            await using PostgresBatch batch = new(connection);
            batch.Add("SELECT version, name, checksum, applied_at FROM schema ORDER BY version");
            await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                steps.Add(new PostgresSchemaStep(
                    reader.GetInt32(0), reader.GetString(1), reader.GetString(2),
                    await reader.GetFieldValueAsync<DateTimeOffset>(3, cancellationToken).ConfigureAwait(false)));
            }
        }
        bool isDurable = await AskAsync<bool>(
            connection, "SELECT current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on'",
            cancellationToken).ConfigureAwait(false);
        return new PostgresSchemaState(
            address.ToString(), connection.PostgreSqlVersion.ToString(), isDurable,
            steps.Count == 0 ? 0 : steps[^1].Version, VersionKnown, steps);
    }

    /// <summary>Makes sure, without writing, that this binary knows the layout.</summary>
    /// <exception cref="StoreException">It is older, newer, somebody else's or changed.</exception>
    public void Check(PostgresSchemaState state)
    {
        CheckSteps(state);
        if (!state.IsPresent)
        {
            throw state.Version == 0
                ? new StoreException(
                    StoreFault.NotMigrated, $"{description} has no tables of Granary.",
                    "Make them with: granary db migrate --store ADDRESS")
                : new StoreException(
                    StoreFault.NotMigrated,
                    $"{description} has layout version {state.Version}; this version of Granary needs {VersionKnown}.",
                    "Back it up, stop all nodes that use it, and run: granary db migrate --store ADDRESS");
        }
    }

    /// <summary>Brings the tables to the present layout, in one transaction; gives the steps that it took.</summary>
    public async Task<IReadOnlyList<string>> MigrateAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using NpgsqlTransaction transaction =
            await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (PostgresBatch batch = new(connection))
        {
            batch.Add("SELECT pg_advisory_xact_lock($1, $2)", _locks.Of(PostgresLock.Migration));
            await batch.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        PostgresSchemaState state = await ReadAsync(connection, cancellationToken).ConfigureAwait(false);
        CheckSteps(state);
        if (state.IsPresent)
        {
            return [];
        }
        await RequireOwnAsync(connection, state, cancellationToken).ConfigureAwait(false);
        foreach (Step step in s_steps.Skip(state.Version))
        {
            await RunAsync(connection, step.Sql, cancellationToken).ConfigureAwait(false);
            await using PostgresBatch batch = new(connection);
            batch.Add(
                "INSERT INTO schema(version, name, checksum, applied_at) VALUES ($1, $2, $3, now())",
                PostgresBatch.Of(step.Version), PostgresBatch.Of(step.Name), PostgresBatch.Of(step.Checksum));
            await batch.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return [.. s_steps.Skip(state.Version).Select(s => s.Name)];
    }

    private void CheckSteps(PostgresSchemaState state)
    {
        if (state.Version > VersionKnown)
        {
            throw new StoreException(
                StoreFault.TooNew,
                $"{description} has layout version {state.Version}; this version of Granary knows up to"
                + $" {VersionKnown}.",
                "Use the newer version of Granary that made it.");
        }
        for (int i = 0; i < state.Steps.Count; i++)
        {
            PostgresSchemaStep taken = state.Steps[i];
            if (taken.Version != i + 1 || taken.Checksum != s_steps[i].Checksum)
            {
                throw new StoreException(
                    StoreFault.Corrupt,
                    $"{description} has layout step {taken.Version} ({taken.Name}) with the checksum"
                    + $" {taken.Checksum[..Math.Min(12, taken.Checksum.Length)]}..., which is not that of this version"
                    + " of Granary.",
                    "Its tables were made by a changed file: use the version of Granary that made them.");
            }
        }
    }

    /// <summary>A schema that holds other things is somebody else's.</summary>
    private async Task RequireOwnAsync(
        NpgsqlConnection connection, PostgresSchemaState state, CancellationToken cancellationToken)
    {
        if (state.Version > 0)
        {
            return;
        }
        string other = await AskAsync<string>(
            connection,
            "SELECT coalesce(min(c.relname), '')::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = $1",
            cancellationToken, address.Schema).ConfigureAwait(false);
        if (other.Length > 0)
        {
            throw new StoreException(
                StoreFault.Corrupt,
                $"{description} has things in the schema '{address.Schema}' that are not Granary's, for example"
                + $" '{other}'.",
                "Name another schema: add ?schema=NAME to the address.");
        }
        await RunAsync(
            connection,
            $"CREATE SCHEMA IF NOT EXISTS {address.Schema};"
            + "CREATE TABLE schema(version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,"
            + " applied_at timestamptz NOT NULL)",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs statements of our own files.</summary>
    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlCommand command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task<T> AskAsync<T>(
        NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params string[] values)
    {
        await using PostgresBatch batch = new(connection);
        batch.Add(sql, [.. values.Select(PostgresBatch.Of)]);
        await using NpgsqlDataReader reader = await batch.ReadAsync(cancellationToken).ConfigureAwait(false);
        await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        return await reader.GetFieldValueAsync<T>(0, cancellationToken).ConfigureAwait(false);
    }

    private static List<Step> ReadSteps()
    {
        Assembly assembly = typeof(PostgresSchema).Assembly;
        List<Step> steps = [];
        foreach (string resource in assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            using StreamReader reader = new(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
            // Line ends are the checkout's, not the layout's.
            string sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            string checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
            steps.Add(new Step(steps.Count + 1, resource[Prefix.Length..], sql, checksum));
        }
        return steps;
    }

    private sealed record Step(int Version, string Name, string Sql, string Checksum);
}
