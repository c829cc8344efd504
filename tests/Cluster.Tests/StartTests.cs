using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Granary.Grains;
using Granary.Silo;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Cluster.Tests;

public sealed partial class StartTests
{
    [Fact]
    public async Task A_silo_waits_for_a_database_that_is_away_and_says_so()
    {
        TaskCompletionSource<string> said = new();
        using CancellationTokenSource enough = new();
        Task<SiloNode> start = SiloNode.StartAsync(
            new SiloOptions
            {
                Name = "early",
                Store = PostgresAddress.Parse($"postgres://nobody@127.0.0.1:{ClosedPort()}/nothing"),
            },
            BuiltInEngines.All, note => said.TrySetResult(note), enough.Token);
        Assert.Contains("Waiting for the database", await said.Task.WaitAsync(TestCluster.Limit),
            StringComparison.Ordinal);
        Assert.False(start.IsCompleted);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start.WaitAsync(TestCluster.Limit));
    }

    [PostgresFact]
    public async Task A_silo_refuses_a_database_without_tables()
    {
        StoreException refused = await Assert.ThrowsAsync<StoreException>(() => SiloNode.StartAsync(
            new SiloOptions
            {
                Name = "bare", Store = PostgresAddress.Parse(PostgresServer.Shared.Url("bare")),
            },
            BuiltInEngines.All).WaitAsync(TestCluster.Limit));
        Assert.Equal(StoreFault.NotMigrated, refused.Fault);
        Assert.Contains("granary db migrate", refused.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silo_takes_the_settings_of_its_manifest()
    {
        string manifest = File.ReadAllText(
            Path.Combine(Tree.Root, "deploy", "kubernetes", "overlays", "cluster", "silo.yaml"));
        List<string> args =
            ["--store", "postgres://granary@db/granary", "--name", "granary-0", "--address", "10.0.0.7"];
        foreach (Match setting in SettingPattern().Matches(manifest))
        {
            string name = "--" + setting.Groups[1].Value.ToLowerInvariant().Replace('_', '-');
            args.AddRange([name, setting.Groups[2].Value.Trim('"')]);
        }
        SiloOptions options = SiloArguments.Parse(args);
        Assert.Equal((11_111, 30_000, "granary"), (options.SiloPort, options.ClientPort, options.ClusterId));
        Assert.Equal(["https://0.0.0.0:7411"], options.Urls);
        Assert.Equal("/tls/tls.crt", options.CertificatePath);
        Assert.Equal("/tls/tls.key", options.CertificateKeyPath);
        Assert.Equal("/tokens", options.TokensFolder);
        foreach (int port in new[] { options.SiloPort, options.ClientPort, new Uri(options.Urls[0]).Port })
        {
            Assert.Contains($"containerPort: {port}\n", manifest, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_is_on_the_way_to_a_silo_is_bounded_for_each()
    {
        SiloAddress one = SiloAddress.New(IPAddress.Loopback, 1, 1);
        SiloAddress two = SiloAddress.New(IPAddress.Loopback, 2, 1);
        TransferBudget budget = new(bytesMax: 100);
        Assert.True(budget.TryTake(one, 60));
        Assert.False(budget.TryTake(one, 41));
        Assert.True(budget.TryTake(two, 100));
        Assert.True(budget.TryTake(one, 40));
        budget.Release(one, 60);
        Assert.True(budget.TryTake(one, 60));
        Assert.False(budget.TryTake(one, 1));
        budget.Release(one, 100);
        Assert.False(budget.TryTake(one, 101));
    }

    private static int ClosedPort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"name: GRANARY_SILO_(\w+)\n\s+value: (.+)")]
    private static partial Regex SettingPattern();
}
