using System.Text;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Vms;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;

namespace Granary.Cluster.Tests.Examples;

/// <summary>The example of <c>docs/cluster.md</c>: a .NET program in the cluster's network.</summary>
internal static class InsideTheCluster
{
    public static async Task<IHost> ConnectAsync(string connectionString, string clusterId)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.UseOrleansClient(client => client
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = ("Npgsql", connectionString))
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (clusterId, "granary"))
            .UseConnectionRetryFilter((_, _) => Task.FromResult(true))      // silos may come later
            .AddActivityPropagation());
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    public static async Task<string> ShipAsync(KernelClient kernels, string order, CancellationToken stop)
    {
        MessageRequest ship = new() { To = KernelId.Parse("shop"), Entry = "ship", IdempotencyKey = $"order-{order}" };
        CallResult shipped = await kernels.CallAsync(ship, stop);
        return shipped.Status == ReplyStatus.Ok
            ? Encoding.UTF8.GetString(shipped.Payload.Span)
            : throw new InvalidOperationException($"The shop says {shipped.Status}.");
    }
}
