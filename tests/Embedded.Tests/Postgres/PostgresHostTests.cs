using System.Globalization;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>A node over PostgreSQL: what it says while the server is away, and copies of a database in use.</summary>
public sealed class PostgresHostTests
{
    private const int Kernels = 4;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [PostgresFact]
    public async Task A_store_that_is_away_is_waited_for_and_nothing_false_is_said()
    {
        using PostgresServer server = new(isDurable: false);
        await using EmbeddedHost host = await OpenAsync(server, new EmbeddedOptions());
        await host.DeployScriptAsync("adder", Programs.Adder);
        Assert.Equal("5", await host.AskAsync("adder", "add", "5"));
        Assert.True(host.Health.IsSound);

        server.Stop();
        Task<string> asked = host.CallAsync(Message("adder", "add", "7")).ContinueWith(
            t => System.Text.Encoding.UTF8.GetString(t.Result.Payload.Span), TaskScheduler.Default);
        await UntilAsync("the host is not sound", () => Task.FromResult(!host.Health.IsSound));
        Assert.NotEmpty(host.Health.Reason);
        Assert.False(asked.IsCompleted);

        server.Start();
        Assert.Equal("12", await asked.WaitAsync(s_limit));
        Assert.True(host.Health.IsSound);
        await host.VerifiesAsync("adder");
    }

    [PostgresFact]
    public async Task A_host_that_stops_while_the_store_is_away_ends_and_what_was_acknowledged_is_there()
    {
        using PostgresServer server = new(isDurable: false);
        EmbeddedHost host = await OpenAsync(
            server, new EmbeddedOptions { StorePatience = TimeSpan.FromMilliseconds(300) });
        await host.DeployScriptAsync("adder", Programs.Adder);
        await host.AskAsync("adder", "add", "5");
        server.Stop();
        Task<CallResult> asked = host.CallAsync(Message("adder", "add", "7"));
        await UntilAsync("the host is not sound", () => Task.FromResult(!host.Health.IsSound));

        await host.DisposeAsync().AsTask().WaitAsync(s_limit);
        await Assert.ThrowsAsync<KernelHostException>(() => asked.WaitAsync(s_limit));

        server.Start();
        await using EmbeddedHost again = await OpenAsync(server, new EmbeddedOptions());
        Assert.Equal("5", await again.AskAsync("adder", "add", "0"));
    }

    [PostgresFact]
    public async Task One_node_at_a_time_has_the_database()
    {
        Medium medium = new(MediumKind.Postgres);
        await using (EmbeddedHost.OpenAsync(medium.Address!, null, Engines.All).Result)
        {
            KernelHostException refused = await RefusedAsync(
                KernelHostError.Store, () => EmbeddedHost.OpenAsync(medium.Address!, null, Engines.All));
            Assert.Contains("in use", refused.What, StringComparison.Ordinal);
        }
        await (await EmbeddedHost.OpenAsync(medium.Address!, null, Engines.All)).DisposeAsync();
    }

    /// <summary>pg_dump reads one snapshot of the database, and all that a kernel needs is in transactions.</summary>
    [PostgresFact]
    public async Task A_dump_of_a_database_in_use_restores_to_kernels_that_go_on_and_verify()
    {
        PostgresServer server = PostgresServer.Shared;
        Medium medium = new(MediumKind.Postgres);
        string dump = Path.Combine(Path.GetDirectoryName(server.DataFolder)!, $"{medium.Address!.Schema}.dump");
        string database = "restored_" + medium.Address.Schema;
        int[] acknowledged = new int[Kernels];
        int[] asked = new int[Kernels];
        int[] atLeast;
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(
            medium.Open(), Engines.All, new EmbeddedOptions { CheckpointBytes = 5_000 }))
        {
            for (int k = 0; k < Kernels; k++)
            {
                await host.DeployScriptAsync($"k{k}", Programs.Adder);
            }
            using CancellationTokenSource done = new();
            Task[] load = [.. Enumerable.Range(0, Kernels).Select(
                k => Task.Run(() => AddAsync(host, k, asked, acknowledged, done.Token)))];
            await UntilAsync("there is load", () => Task.FromResult(acknowledged.All(a => a > 20)));
            atLeast = [.. acknowledged];
            await Task.Run(() => server.Run("pg_dump", "-Fc", "-n", medium.Address.Schema, "-f", dump, "postgres"));
            await host.CollectAsync();
            await done.CancelAsync();
            await Task.WhenAll(load);
        }
        server.Run("createdb", database);
        server.Run("pg_restore", "-d", database, dump);

        PostgresAddress copy = PostgresAddress.Parse(server.Url(medium.Address.Schema, database));
        await using EmbeddedHost restored = await EmbeddedHost.OpenAsync(copy, null, Engines.All);
        for (int k = 0; k < Kernels; k++)
        {
            int value = int.Parse(await restored.AskAsync($"k{k}", "add", "0"), CultureInfo.InvariantCulture);
            Assert.InRange(value, atLeast[k], asked[k]);
            await restored.VerifiesAsync($"k{k}");
        }
    }

    private static async Task AddAsync(
        EmbeddedHost host, int k, int[] asked, int[] acknowledged, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            Volatile.Write(ref asked[k], asked[k] + 1);
            await host.AskAsync($"k{k}", "add", "1");
            Volatile.Write(ref acknowledged[k], acknowledged[k] + 1);
        }
    }

    private static async Task<EmbeddedHost> OpenAsync(PostgresServer server, EmbeddedOptions options)
    {
        PostgresAddress address = PostgresAddress.Parse(server.Url());
        await PostgresStore.MigrateAsync(address);
        return await EmbeddedHost.OpenAsync(address, folder: null, Engines.All, options);
    }
}
