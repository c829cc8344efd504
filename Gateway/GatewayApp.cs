using System.Security.Cryptography.X509Certificates;
using Granary.Api;
using Granary.Kernels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Gateway;

/// <summary>A node: a host of kernels behind HTTP. The host stays the caller's, who closes it after the node.</summary>
public sealed class GatewayApp : IAsyncDisposable
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(10);

    private readonly WebApplication _app;
    private readonly GatewayCore _core;
    private readonly bool _tokens;
    private int _stopped;

    private GatewayApp(WebApplication app, GatewayCore core, bool tokens) =>
        (_app, _core, _tokens) = (app, core, tokens);

    /// <summary>Where it listens, with the real ports; empty before it has started.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Event streams that are open.</summary>
    public int EventStreams => _core.Streams.Used;

    /// <summary>Calls that wait for a reply.</summary>
    public long WaitingCalls => _core.WaitingCalls.Used;

    internal GatewayCore Core => _core;

    /// <exception cref="KernelHostException">It may not listen there, or the certificate cannot be used.</exception>
    public static GatewayApp Create(IKernelHost host, GatewayOptions options)
    {
        List<ListenAddress> addresses = [.. options.Urls.Select(ListenAddress.Parse)];
        if (addresses.Count == 0)
        {
            throw new KernelHostException(KernelHostError.BadRequest, "This node listens nowhere.", "Name an address.");
        }
        addresses.ForEach(a => a.Check(options));
        ILoggerFactory logs = options.LoggerFactory ?? NullLoggerFactory.Instance;
        GatewayCore core = new(host, options, logs.CreateLogger<GatewayApp>());
        // Empty: no settings from files or the environment, which belong to whoever starts the node.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(
            new WebApplicationOptions { EnvironmentName = Environments.Production });
        X509Certificate2? certificate = addresses.Any(a => a.Tls) ? ServerCertificate.Load(options) : null;
        builder.WebHost.UseKestrelCore().ConfigureKestrel(
            kestrel => GatewayKestrel.Configure(kestrel, options, addresses, certificate, core));
        if (certificate is not null)
        {
            builder.WebHost.UseKestrelHttpsConfiguration();
        }
        AddServices(builder.Services, options, logs);
        WebApplication app = builder.Build();
        bool tokensAlways = addresses.Any(a => !a.IsLoopback);
        Use(app, core, tokensAlways);
        return new GatewayApp(app, core, tokensAlways || options.Tokens?.Any == true);
    }

    /// <summary>Listens; returns when clients can come.</summary>
    /// <exception cref="KernelHostException">An address is in use, or not of this machine.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await _app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest,
                $"This node cannot listen on {string.Join(", ", _core.Options.Urls)}: {error.Message.TrimEnd('.')}.",
                "Stop the other process, or choose another port.", error);
        }
        Addresses = [.. _app.Urls];
        _core.Log.Listening(string.Join(", ", Addresses), _tokens);
    }

    /// <summary>
    /// Says that it is about to stop: it is no longer ready, and closes each connection behind the next answer. Returns
    /// when no connection is left, so that none is cut off under a request, or after <paramref name="most"/>.
    /// </summary>
    public async Task LeaveAsync(TimeSpan most, CancellationToken cancellationToken = default)
    {
        _core.Leave();
        TimeProvider clock = _core.Options.Clock;
        long start = clock.GetTimestamp();
        while (_core.Connections > 0 && clock.GetElapsedTime(start) < most)
        {
            await Task.Delay(s_lookEvery, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Takes no more requests, ends event streams, tells those who wait for replies to come back, and lets the rest
    /// end.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0)
        {
            _core.Stop();
            await _app.StopAsync(cancellationToken).ConfigureAwait(false);
            _core.Log.Stopped();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _core.Dispose();
    }

    /// <summary>What keeps a browser from making something else of an answer.</summary>
    internal static void AddSafetyHeaders(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
    }

    private static void AddServices(IServiceCollection services, GatewayOptions options, ILoggerFactory logs)
    {
        services.AddSingleton(logs);
        // Signals are the process's; a library that takes them would keep it from ending.
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, QuietLifetime>());
        services.Configure<HostOptions>(o => o.ShutdownTimeout = options.DrainTimeout);
        services.AddRoutingCore();
        services.Configure<JsonOptions>(o =>
        {
            o.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            o.SerializerOptions.NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.Strict;
        });
        services.AddOpenApi(DescriptionEndpoints.DocumentName, openApi =>
        {
            openApi.OpenApiVersion = Microsoft.OpenApi.OpenApiSpecVersion.OpenApi3_1;
            openApi.AddSchemaTransformer(OperationDescriber.DescribeSchemaAsync);
            openApi.AddOperationTransformer(OperationDescriber.DescribeAsync);
            openApi.AddDocumentTransformer(OperationDescriber.DescribeDocumentAsync);
        });
    }

    private static void Use(WebApplication app, GatewayCore core, bool tokensAlways)
    {
        app.Use((HttpContext context, Func<Task> next) =>
        {
            AddSafetyHeaders(context.Response);
            if (core.IsLeaving && HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }
            return next();
        });
        app.Use(new ProblemMiddleware(core).InvokeAsync);
        app.UseRouting();
        app.Use(new AccessCheck(core, tokensAlways).InvokeAsync);
        app.UseEndpoints(_ => { });
        ApiRoutes api = new(app, core);
        KernelEndpoints.Map(api);
        MessageEndpoints.Map(api);
        TimerEndpoints.Map(api);
        DeadLetterEndpoints.Map(api);
        StateEndpoints.Map(api);
        SnapshotEndpoints.Map(api);
        JournalEndpoints.Map(api);
        BundleEndpoints.Map(api);
        MachineEndpoints.Map(api);
        EventEndpoints.Map(api);
        HealthEndpoints.Map(api);
        if (core.Options.Cluster is { } cluster)
        {
            ClusterEndpoints.Map(api, cluster);
        }
        DescriptionEndpoints.Map(api, app.Services);
    }

    private sealed class QuietLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
