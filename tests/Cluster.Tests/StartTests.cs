using System.Net;
using System.Net.Sockets;
using Granary.Grains;
using Granary.Silo;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Cluster.Tests;

public sealed class StartTests
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
}
