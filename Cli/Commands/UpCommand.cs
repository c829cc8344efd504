using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Gateway;
using Granary.Kernels;
using Granary.Telemetry;
using Microsoft.Extensions.Logging;

namespace Granary.Cli;

/// <summary>Starts a node: all kernels of the data folder, behind HTTP.</summary>
internal sealed class UpCommand : CliCommand
{
    // As many as a slow watcher may be behind anyway.
    private const int EventHistoryMax = 4_096;

    private readonly NodeSettings _settings;

    public UpCommand()
        : base("up", "Starts a node: runs all kernels of the data folder and serves them over HTTP until Ctrl-C.") =>
        _settings = new NodeSettings(this);

    public override string Remarks =>
        "Prints one line when clients can come. On the same machine every other command finds the node by itself when "
        + "it runs on the default data folder; otherwise name it with --url. Settings come from flags, the "
        + "environment, the file of --config, in this order; the password of a certificate "
        + "only from GRANARY_CERTIFICATE_PASSWORD "
        + "or the file.\n"
        + "With --store kernels are in a PostgreSQL database; the data folder then has only the API tokens and says "
        + "where the node listens.\n"
        + "On loopback everybody on this machine may do everything, until there is a token (granary token create).\n"
        + "Ctrl-C lets requests end, stops kernels at safe points and saves them; a second Ctrl-C leaves at once, and "
        + "nothing acknowledged is lost by that either. The exit code is then 0.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("granary up --demo", "a node with kernels to look at, on 127.0.0.1:7411"),
        new("granary up --data /var/lib/granary --config /etc/granary.json", "settings from a file"),
        new("granary up --store postgres://granary@db.local/granary", "kernels are in PostgreSQL"),
        new("granary up --listen https://0.0.0.0:7411 --certificate node.pfx", "for other machines; needs a token"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        NodeOptions options = _settings.Read(parsed, session.Io);
        // Before the host, so that its first spans and counts are not missed; gone after it, so that the last are sent.
        using PrometheusText metrics = new();
        using IDisposable? export = OtlpExport.Start(options.OtlpEndpoint);
        using ILoggerFactory logs = JsonLogs.Create(options.LogLevel);
        IKernelHost host = await session.OpenInProcessAsync(
            o => o with { EventHistoryMax = EventHistoryMax, TakesFolder = true }, options.DataFolder,
            cancellationToken, options.Store);
        string folder = session.DataFolder;
        await using GatewayApp gateway = GatewayApp.Create(
            host,
            options.Gateway with
            {
                Tokens = ApiTokens.Open(folder), Clock = session.Io.Time, Metrics = metrics.Render,
                LoggerFactory = logs,
            });
        await gateway.StartAsync(cancellationToken);
        Uri url = OwnUrl(gateway.Addresses[0]);
        new NodeFile(url, Environment.ProcessId) { Store = session.Store?.ToString() ?? "" }.Write(folder);
        try
        {
            if (options.Demo)
            {
                await DemoKernels.DeployAsync(host, session.Engines, session.Output, cancellationToken);
            }
            await AnnounceAsync(session, host, gateway.Addresses, cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            session.Output.Note("Stopping; kernels are saved where they are. Ctrl-C again leaves at once.");
        }
        finally
        {
            NodeFile.Remove(folder);
        }
        return ExitCodes.Success;
    }

    private static async Task AnnounceAsync(
        CliSession session, IKernelHost host, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        int count = 0;
        await foreach (KernelInfo _ in host.ListAsync(cancellationToken))
        {
            count++;
        }
        JsonObject json = new()
        {
            ["event"] = "ready",
            ["urls"] = new JsonArray([.. addresses.Select(a => JsonValue.Create(a))]),
            ["host"] = host.Description,
            ["kernels"] = count,
            ["pid"] = Environment.ProcessId,
        };
        string where = string.Join(", ", addresses);
        session.Output.Item(json, screen => screen.Line(
            $"Granary listens on {where} with {count} kernels of {host.Description}; Ctrl-C stops."));
    }

    // All addresses of the machine are none to connect to.
    private static Uri OwnUrl(string address)
    {
        UriBuilder url = new(address);
        url.Host = url.Host is "0.0.0.0" or "[::]" ? "127.0.0.1" : url.Host;
        return url.Uri;
    }
}
