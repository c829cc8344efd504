using System.Net;
using System.Net.Sockets;
using Granary.Grains;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

namespace Granary.Silo;

/// <summary>Orleans as it is used here: membership in PostgreSQL, kernels as grains, nothing else.</summary>
internal static class SiloComposition
{
    private const string ServiceId = "granary";
    private const string NpgsqlInvariant = "Npgsql";

    /// <summary>An activation that cannot end in so long is given up: its kernel goes on from the store.</summary>
    private static readonly TimeSpan s_deactivationMax = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan s_tableRefresh = TimeSpan.FromSeconds(3);

    public static IHost Build(SiloOptions options, SiloKernels kernels, GrainReach reach)
    {
        // Empty: no settings from files or the environment, which belong to whoever starts the silo.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // Signals are the process's; a library that takes them would keep it from draining.
        builder.Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        if (options.LoggerFactory is { } logs)
        {
            builder.Services.AddSingleton(logs);
        }
        else
        {
            builder.Logging.SetMinimumLevel(options.LogLevel).AddJsonConsole();
            builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
                o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        }
        builder.Services.AddSingleton(kernels);
        builder.Services.AddSingleton(reach);
        builder.Services.AddSingleton(options.Kernels);
        builder.Services.AddSingleton<ClusterMembers>();
        builder.Services.AddSingleton<GrainCluster>();
        builder.Services.AddSingleton<SiloServices>();
        builder.Services.AddGrainService<SiloService>();
        builder.UseOrleans(silo => Configure(silo, options));
        return builder.Build();
    }

    private static void Configure(ISiloBuilder silo, SiloOptions options)
    {
        silo.Configure<Orleans.Configuration.ClusterOptions>(o =>
        {
            o.ClusterId = options.ClusterId;
            o.ServiceId = ServiceId;
        });
        silo.Configure<Orleans.Configuration.SiloOptions>(o => o.SiloName = options.Name);
        silo.ConfigureEndpoints(
            options.Address, options.SiloPort > 0 ? options.SiloPort : FreePort(),
            options.ClientPort > 0 ? options.ClientPort : FreePort(), options.ListenOnAnyAddress);
        silo.UseAdoNetClustering(o =>
        {
            o.Invariant = NpgsqlInvariant;
            o.ConnectionString = options.Store.ToConnectionString();
        });
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.ProbeTimeout = options.ProbeTimeout;
            // A silo that the others have given up, and that hears nothing of them, finds out here.
            o.TableRefreshTimeout = s_tableRefresh;
            // It goes by the difference of two machines' clocks: one that is five minutes behind could never join.
            // Silos that end while they join are found out by probes, as others are.
            o.EvictWhenMaxJoinAttemptTimeExceeded = false;
        });
        // A trace goes on from silo to silo, when somebody records it.
        silo.AddActivityPropagation();
        silo.Configure<GrainCollectionOptions>(o => o.DeactivationTimeout = s_deactivationMax);
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
