using Granary.Client;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>The one place that knows which engines and which hosts this binary has.</summary>
internal static class Hosts
{
    /// <summary>For somebody at a terminal: what fails, fails within two seconds.</summary>
    private const int RetryCount = 4;

    /// <summary>All engines, in the order of <c>granary engines</c>.</summary>
    public static VmEngines Engines => BuiltInEngines.All;

    /// <summary>
    /// Opens the node that is named, or else the folder or database that is named, or else the node that runs on the
    /// default folder (and the same database), or else that.
    /// </summary>
    /// <exception cref="KernelHostException">It cannot be opened; says why and what to do.</exception>
    public static async Task<IKernelHost> OpenAsync(
        HostOptions options, CancellationToken cancellationToken = default)
    {
        NodeFile? running = options.Nodes is null ? NodeFile.FindRunning(options.DataFolder) : null;
        if (options.Nodes is { } named)
        {
            return await OpenNodeAsync(named, options);
        }
        if (running is null || running.Store != (options.Store?.ToString() ?? ""))
        {
            return options.Store is { } store
                ? await OpenDatabaseAsync(store, options, cancellationToken)
                : await OpenFolderAsync(options, cancellationToken);
        }
        if (options.StoreIsNamed)
        {
            throw new KernelHostException(
                KernelHostError.Store, $"A node ({running.Url}) runs on the database {running.Store}.",
                $"Use it with --url {running.Url}, or stop it (process {running.ProcessId}).");
        }
        return options.FolderIsNamed
            ? throw new KernelHostException(
                KernelHostError.Store, $"A node ({running.Url}) runs on the data folder '{options.DataFolder}'.",
                $"Use it with --url {running.Url}, or stop it (process {running.ProcessId}).")
            : await OpenNodeAsync([running.Url], options);
    }

    private static async Task<IKernelHost> OpenFolderAsync(
        HostOptions options, CancellationToken cancellationToken) =>
        await EmbeddedHost.OpenAsync(options.DataFolder, Engines, ToEmbedded(options), cancellationToken);

    private static async Task<IKernelHost> OpenDatabaseAsync(
        PostgresAddress store, HostOptions options, CancellationToken cancellationToken) =>
        await EmbeddedHost.OpenAsync(
            store, options.TakesFolder ? options.DataFolder : null, Engines, ToEmbedded(options), cancellationToken);

    private static EmbeddedOptions ToEmbedded(HostOptions options) => new()
    {
        RunKernels = options.Access == HostAccess.Run, BeforeRun = options.BeforeRun,
        EventHistoryMax = options.EventHistoryMax,
    };

    private static async Task<IKernelHost> OpenNodeAsync(IReadOnlyList<Uri> nodes, HostOptions options)
    {
        if (options.InProcess)
        {
            throw new UsageException(
                $"The kernels run in the node {nodes[0]} already.",
                "Watch them with 'granary events' or 'granary top'.");
        }
        IKernelHost client = NewClient(nodes, options.Token);
        if (options.BeforeRun is { } prepare)
        {
            await prepare(client);
        }
        return client;
    }

    private static GranaryClient NewClient(IReadOnlyList<Uri> nodes, string? token)
    {
        try
        {
            return new GranaryClient(nodes, new GranaryClientOptions { Token = token, RetryCount = RetryCount });
        }
        catch (ArgumentException e)
        {
            // The parameter's name is of no use to whoever typed the URL.
            throw new UsageException(e.Message.Split(" (Parameter", 2)[0]);
        }
    }
}
