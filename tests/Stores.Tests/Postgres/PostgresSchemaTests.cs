using Granary.Tests;

namespace Granary.Stores.Tests;

/// <summary>The tables: made once, by whoever comes first, and refused when they are not ours.</summary>
public sealed class PostgresSchemaTests
{
    private readonly PostgresDatabase _database = new();

    [PostgresFact]
    public async Task Many_nodes_that_migrate_at_once_make_the_tables_once()
    {
        IReadOnlyList<string>[] steps = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(_ => Task.Run(() => PostgresStore.MigrateAsync(_database.Address))));

        Assert.Single(steps, s => s.Count > 0);
        PostgresSchemaState state = await PostgresStore.DescribeAsync(_database.Address);
        Assert.True(state.IsPresent);
        Assert.Equal("0001-initial.sql", state.Steps[0].Name);
        Assert.False(state.IsDurable);
        Assert.Empty(await PostgresStore.MigrateAsync(_database.Address));
    }

    [PostgresFact]
    public async Task A_database_without_tables_is_refused_with_what_to_do()
    {
        Assert.Equal(0, (await PostgresStore.DescribeAsync(_database.Address)).Version);

        StoreException refused = await RefusedAsync();

        Assert.Equal(StoreFault.NotMigrated, refused.Fault);
        Assert.Contains("granary db migrate", refused.Advice, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_layout_of_a_newer_version_is_refused_also_by_migration()
    {
        await PostgresStore.MigrateAsync(_database.Address);
        await _database.ExecuteAsync("INSERT INTO schema VALUES (99, '0099-later.sql', 'abc', now())");

        StoreException refused = await RefusedAsync();

        Assert.Equal(StoreFault.TooNew, refused.Fault);
        Assert.Contains("99", refused.What, StringComparison.Ordinal);
        Assert.Equal(StoreFault.TooNew, (await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.MigrateAsync(_database.Address))).Fault);
    }

    [PostgresFact]
    public async Task A_layout_that_was_made_by_a_changed_file_is_refused()
    {
        await PostgresStore.MigrateAsync(_database.Address);
        await _database.ExecuteAsync("UPDATE schema SET checksum = 'ffff'");

        StoreException refused = await RefusedAsync();

        Assert.Equal(StoreFault.Corrupt, refused.Fault);
        Assert.Contains("0001-initial.sql", refused.What, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_schema_with_somebody_elses_tables_is_left_alone()
    {
        string schema = _database.Address.Schema;
        await _database.ExecuteAsync($"CREATE SCHEMA {schema}; CREATE TABLE {schema}.customers(id int)");

        StoreException refused = await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.MigrateAsync(_database.Address));

        Assert.Contains("customers", refused.What, StringComparison.Ordinal);
        Assert.Equal(1L, await _database.QueryAsync<long>(
            $"SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'"));
    }

    [PostgresFact]
    public async Task An_embedded_node_has_the_database_alone_and_silos_share_it()
    {
        await PostgresStore.MigrateAsync(_database.Address);
        PostgresStoreOptions alone = PostgresDatabase.Options with { Use = PostgresUse.Exclusive };
        await using (PostgresStore.OpenAsync(_database.Address, alone).Result)
        {
            Assert.Equal(StoreFault.Locked, (await RefusedAsync()).Fault);
            StoreException refused = await Assert.ThrowsAsync<StoreException>(
                async () => await PostgresStore.OpenAsync(_database.Address, alone));
            Assert.Contains(Environment.MachineName, refused.What, StringComparison.Ordinal);
        }
        await using PostgresStore first = await _database.OpenAsync();
        await using PostgresStore second = await _database.OpenAsync();
        Assert.Equal(StoreFault.Locked, (await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.OpenAsync(_database.Address, alone))).Fault);
    }

    [PostgresFact]
    public async Task A_server_that_does_not_let_us_in_is_refused_at_once()
    {
        string url = _database.Server.Url(database: "nowhere");
        StoreException noDatabase = await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.OpenAsync(PostgresAddress.Parse(url)));
        Assert.Equal(StoreFault.Unreachable, noDatabase.Fault);
        Assert.Contains("createdb", noDatabase.Advice, StringComparison.Ordinal);

        StoreException noServer = await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.OpenAsync(PostgresAddress.Parse("postgres://a:secret@127.0.0.1:9/x")));
        Assert.Equal(StoreFault.Unreachable, noServer.Fault);
        Assert.DoesNotContain("secret", noServer.ToString(), StringComparison.Ordinal);
    }

    private async Task<StoreException> RefusedAsync() =>
        await Assert.ThrowsAsync<StoreException>(
            async () => await PostgresStore.OpenAsync(_database.Address, PostgresDatabase.Options));
}
