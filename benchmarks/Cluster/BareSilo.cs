using System.Net;
using Granary.Stores;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Storage;

namespace Granary.Benchmarks;

/// <summary>Orleans as its documentation sets it up: membership and grain storage in PostgreSQL.</summary>
internal static class BareSilo
{
    public const string Storage = "bare";

    private const string Id = "bare";
    private const string Npgsql = "Npgsql";

    /// <summary>As many as Npgsql has by itself.</summary>
    private const int ConnectionsMax = 100;

    public static async Task<IHost> StartAsync(PostgresAddress store, string name, int siloPort, int clientPort)
    {
        string connection = new NpgsqlConnectionStringBuilder(store.ToConnectionString())
        {
            MaxPoolSize = ConnectionsMax,
        }.ConnectionString;
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleans(silo => silo
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (Id, Id))
            .Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = name)
            .ConfigureEndpoints(IPAddress.Loopback, siloPort, clientPort)
            .UseAdoNetClustering(o => (o.Invariant, o.ConnectionString) = (Npgsql, connection))
            .AddAdoNetGrainStorage(Storage, (OptionsBuilder<AdoNetGrainStorageOptions> options) =>
                options.Configure<Orleans.Serialization.Serializer>((o, serializer) =>
                    (o.Invariant, o.ConnectionString, o.GrainStorageSerializer) = (
                        Npgsql, connection, new OrleansGrainStorageSerializer(serializer)))));
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }

    /// <summary>A client of this process that goes through the gateway of one silo.</summary>
    /// <param name="cluster">Of our silos or of the bare ones.</param>
    public static async Task<IHost> ConnectAsync(string cluster, int gatewayPort)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.UseOrleansClient(client => client
            .Configure<ClusterOptions>(o => (o.ClusterId, o.ServiceId) = (cluster, cluster))
            .UseStaticClustering(new IPEndPoint(IPAddress.Loopback, gatewayPort)));
        IHost host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
