using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Cluster.Tests.Examples;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Tests;
using Granary.Vms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit.Abstractions;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

/// <summary>.NET programs that are clients of Orleans.</summary>
public sealed class ClientTests(ITestOutputHelper output)
{
    private const string Shop = """
        on ship
            get n "n"
            int n n
            add n 1
            put "n" n
            emit "shipped" n
            halt n
        """;

    [PostgresFact]
    public async Task A_client_deploys_calls_reads_and_watches()
    {
        await using TestCluster cluster = await StartAsync(2);
        using IHost host = await ConnectAsync(cluster);
        KernelClient kernels = new(host.Services.GetRequiredService<IClusterClient>());
        ulong cursor = await kernels.ReadCursorAsync().WaitAsync(Limit);
        await DeployAsync(kernels, "shop");
        using CancellationTokenSource limit = new(Limit);
        Assert.Equal("1", await InsideTheCluster.ShipAsync(kernels, "17", limit.Token));
        Assert.Equal("1", await InsideTheCluster.ShipAsync(kernels, "17", limit.Token));
        Assert.Equal("2", await InsideTheCluster.ShipAsync(kernels, "18", limit.Token));
        CallResult again = (await kernels.AwaitReplyAsync(Id("shop"), "order-18").WaitAsync(Limit))!;
        Assert.True(again.Duplicate);
        Assert.Null(await kernels.AwaitReplyAsync(Id("shop"), "order-19").WaitAsync(Limit));
        MessageAccepted accepted = await kernels.SendAsync(
            new MessageRequest { To = Id("shop"), Entry = "ship" }).WaitAsync(Limit);
        Assert.True(accepted.Position > 0);
        string here = await kernels.FindAsync(Id("shop")).WaitAsync(Limit);
        await cluster[0].Cluster.MigrateAsync(Id("shop"), here == "silo-1" ? "silo-2" : "silo-1").WaitAsync(Limit);
        Assert.Equal("4", await InsideTheCluster.ShipAsync(kernels, "20", limit.Token));
        StateEntry entry = Assert.Single(await kernels.ReadStateAsync(
            new StateQuery { Id = Id("shop"), Prefix = "data/"u8.ToArray() }).WaitAsync(Limit));
        Assert.Equal("4", Encoding.UTF8.GetString(entry.Value.Span));
        List<string> shipped = [];
        await foreach (KernelEvent happened in kernels.WatchAsync(Id("shop"), cursor, limit.Token))
        {
            Assert.NotEqual(KernelEventKind.Dropped, happened.Kind);
            if (happened.Kind == KernelEventKind.Emitted)
            {
                shipped.Add(Encoding.UTF8.GetString(happened.Content.Span));
            }
            if (shipped.Count == 4)
            {
                break;
            }
        }
        Assert.Equal(["1", "2", "3", "4"], shipped);
    }

    [PostgresFact]
    public async Task What_is_refused_is_refused_as_everywhere()
    {
        await using TestCluster cluster = await StartAsync(1);
        using IHost host = await ConnectAsync(cluster);
        KernelClient kernels = new(host.Services.GetRequiredService<IClusterClient>());
        await DeployAsync(kernels, "shop");
        await AssertAsync(KernelHostError.NoSuchKernel, kernels.CallAsync(new MessageRequest { To = Id("nobody") }));
        await AssertAsync(KernelHostError.NameTaken, DeployAsync(kernels, "shop"));
        await AssertAsync(KernelHostError.BadRequest, kernels.ReadStateAsync(
            new StateQuery { Id = Id("shop"), At = CheckpointRef.Parse("x") }));
        await AssertAsync(
            KernelHostError.BadRequest, kernels.SendAsync(new MessageRequest { To = Id("shop"), Entry = "no way" }));
        Assert.Equal(
            ReplyStatus.Trapped,
            (await kernels.CallAsync(new MessageRequest { To = Id("shop"), Entry = "ship", Gas = 1 })).Status);

        static async Task AssertAsync(KernelHostError error, Task asked) => Assert.Equal(
            error, (await Assert.ThrowsAsync<KernelHostException>(() => asked.WaitAsync(Limit))).Error);
    }

    [PostgresFact]
    public async Task Calls_survive_the_loss_of_the_silo_that_has_kernel_and_client()
    {
        await using TestCluster cluster = await StartAsync(1);
        await using SiloProcess killed = await SiloProcess.StartAsync(cluster, "silo-k");
        await UntilAsync("both are known", () => Task.FromResult(cluster[0].Members.Active.Count == 2));
        using IHost host = await ConnectAsync(cluster);
        KernelClient kernels = new(host.Services.GetRequiredService<IClusterClient>());
        await DeployAsync(kernels, "shop");
        if (await kernels.FindAsync(Id("shop")).WaitAsync(Limit) != "silo-k")
        {
            await cluster[0].Cluster.MigrateAsync(Id("shop"), "silo-k").WaitAsync(Limit);
        }
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
        int order = 0;
        double longest = 0;
        for (; order < 60; order++)
        {
            if (order == 20)
            {
                killed.Kill();
            }
            long start = Stopwatch.GetTimestamp();
            string text = order.ToString(CultureInfo.InvariantCulture);
            Assert.Equal(order + 1, int.Parse(
                await InsideTheCluster.ShipAsync(kernels, text, limit.Token), CultureInfo.InvariantCulture));
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        output.WriteLine($"the longest of {order} calls: {longest:0.0} s");
        Assert.Equal("silo-1", await kernels.FindAsync(Id("shop")).WaitAsync(Limit));
    }

    [Fact]
    public void The_page_has_the_examples_as_they_are()
    {
        string page = File.ReadAllText(Path.Combine(Tree.Root, "docs", "cluster.md"));
        string source = File.ReadAllText(
            Path.Combine(Tree.Root, "tests", "Cluster.Tests", "Examples", "InsideTheCluster.cs"));
        string[] methods = source.Split("\n    {\n")[1..];
        Assert.Equal(2, methods.Length);
        foreach (string method in methods)
        {
            string body = method.Split("\n    }\n")[0].Replace("\n        ", "\n", StringComparison.Ordinal);
            Assert.Contains($"```csharp\n{body.TrimStart()}\n```", page, StringComparison.Ordinal);
        }
    }

    private static Task<IHost> ConnectAsync(TestCluster cluster) =>
        InsideTheCluster.ConnectAsync(cluster.Address.ToConnectionString(), "granary").WaitAsync(Limit);

    private static Task DeployAsync(KernelClient kernels, string id) => kernels.DeployAsync(new DeployRequest
    {
        Id = Id(id), Engine = new EngineId("script", 1), Code = Compile(Shop),
    }).WaitAsync(Limit);
}
