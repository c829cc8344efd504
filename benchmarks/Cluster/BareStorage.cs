using Granary.Stores;
using Npgsql;

namespace Granary.Benchmarks;

/// <summary>
/// The tables of bare Orleans in a schema of their own: the product's membership, and grain storage, whose statements
/// are here because the product has none.
/// </summary>
/// <remarks>Keys, parameters and result columns are those of the provider (Persistence.AdoNet 10).</remarks>
internal static class BareStorage
{
    private const string Tables = """
        CREATE TABLE bare_state(
            key_hash integer NOT NULL,
            type_hash integer NOT NULL,
            key_high bigint NOT NULL,
            key_low bigint NOT NULL,
            key_text text COLLATE "C" NOT NULL,
            type text COLLATE "C" NOT NULL,
            service text COLLATE "C" NOT NULL,
            version integer NOT NULL,
            bytes bytea,
            PRIMARY KEY (key_hash, type_hash, key_high, key_low, key_text, type, service));
        """;

    private const string Row = """
        key_hash = @GrainIdHash AND type_hash = @GrainTypeHash AND key_high = @GrainIdN0 AND key_low = @GrainIdN1
            AND key_text = coalesce(@GrainIdExtensionString, '') AND type = @GrainTypeString AND service = @ServiceId
        """;

    private const string Write = $"""
        WITH changed AS (
            UPDATE bare_state SET version = version + 1, bytes = @PayloadBinary
            WHERE {Row} AND version = @GrainStateVersion
            RETURNING version),
        made AS (
            INSERT INTO bare_state
            SELECT @GrainIdHash, @GrainTypeHash, @GrainIdN0, @GrainIdN1, coalesce(@GrainIdExtensionString, ''),
                @GrainTypeString, @ServiceId, 1, @PayloadBinary
            WHERE @GrainStateVersion IS NULL
            ON CONFLICT DO NOTHING
            RETURNING version)
        SELECT version AS NewGrainStateVersion FROM changed UNION ALL SELECT version FROM made
        """;

    private const string Read = $"SELECT bytes AS PayloadBinary, version AS Version FROM bare_state WHERE {Row}";

    private const string Clear = $"""
        UPDATE bare_state SET version = version + 1, bytes = NULL WHERE {Row} AND version = @GrainStateVersion
        RETURNING version AS NewGrainStateVersion
        """;

    public static async Task MakeAsync(PostgresAddress address)
    {
        await PostgresStore.MigrateAsync(address);
        await using NpgsqlConnection connection = new(address.ToConnectionString());
        await connection.OpenAsync();
        await using (NpgsqlCommand tables = new(Tables, connection))
        {
            await tables.ExecuteNonQueryAsync();
        }
        foreach ((string key, string text) in new[]
        {
            ("WriteToStorageKey", Write), ("ReadFromStorageKey", Read), ("ClearStorageKey", Clear),
        })
        {
            await using NpgsqlCommand insert = new("INSERT INTO OrleansQuery VALUES ($1, $2)", connection);
            insert.Parameters.Add(new NpgsqlParameter { Value = key });
            insert.Parameters.Add(new NpgsqlParameter { Value = text });
            await insert.ExecuteNonQueryAsync();
        }
    }
}
