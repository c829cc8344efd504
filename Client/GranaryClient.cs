using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>
/// The kernels of a node, or of a cluster by any of its silos, over HTTP. One client serves many threads and is kept
/// for long: it pools its connections.
/// </summary>
/// <remarks>
/// It tries again what is safe to try again: what only reads; messages and calls, which carry an idempotency key
/// (made up when the caller gives none). Everything else is sent once; when its answer is lost, the error says that
/// it may have happened. A call waits for its reply until it is cancelled, also while the node restarts.
/// </remarks>
public sealed partial class GranaryClient : IKernelHost
{
    private readonly NodeChannel _channel;
    private readonly OpeningWatches _opening = new();

    /// <param name="node">For example <c>http://127.0.0.1:7411</c>; may have a path when the node is behind a
    /// proxy.</param>
    /// <exception cref="ArgumentException">The URL is none of a node, or the token would be sent for all to
    /// read.</exception>
    public GranaryClient(Uri node, GranaryClientOptions? options = null)
        : this([node], options)
    {
    }

    /// <param name="nodes">
    /// Silos of one cluster, each of which serves all kernels: the first is asked until it fails or is about to stop,
    /// then the next.
    /// </param>
    /// <exception cref="ArgumentException">As the other; or there is none.</exception>
    public GranaryClient(IReadOnlyList<Uri> nodes, GranaryClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        if (nodes.Count == 0)
        {
            throw new ArgumentException("No node is named.", nameof(nodes));
        }
        options ??= new GranaryClientOptions();
        _channel = new NodeChannel([.. nodes.Select(n => CheckNode(n, options))], options);
    }

    public string Description => $"node {_channel.Node}";

    public ValueTask DisposeAsync()
    {
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Uri CheckNode(Uri node, GranaryClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (!node.IsAbsoluteUri || (node.Scheme != Uri.UriSchemeHttp && node.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException(
                $"'{node}' is no URL of a node: use http://HOST:PORT or https://HOST.", nameof(node));
        }
        if (node.UserInfo.Length > 0 || node.Query.Length > 0 || node.Fragment.Length > 0)
        {
            throw new ArgumentException("The URL of a node has no user, query or fragment.", nameof(node));
        }
        if (options.Token is { } token)
        {
            if (node.Scheme != Uri.UriSchemeHttps && !node.IsLoopback)
            {
                throw new ArgumentException($"A token would go to {node} for all to read: use https.", nameof(node));
            }
            if (token.Length == 0 || !token.All(static c => c is > ' ' and < '\x7f'))
            {
                throw new ArgumentException("A token has no blanks and nothing but ASCII.", nameof(options));
            }
        }
        return node.AbsolutePath.EndsWith('/') ? node : new UriBuilder(node) { Path = node.AbsolutePath + "/" }.Uri;
    }

    private static string KernelPath(KernelId id, string rest = "") => id.IsClient
        ? throw new KernelHostException(KernelHostError.BadRequest, "No kernel is named.", "Give the id of a kernel.")
        : $"v1/kernels/{id.Value}{rest}";

    /// <summary>A name as a segment of a path; never one that leads elsewhere.</summary>
    private static string Segment(string name) => name is "" or "." or ".."
        ? throw new KernelHostException(KernelHostError.BadRequest, $"'{name}' is no name.", "Choose another.")
        : Uri.EscapeDataString(name);

    private async Task<T> GetAsync<T>(
        string path, string what, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        NodeRequest request = new(HttpMethod.Get, path, what)
        {
            Retry = RetryRule.Safe, Timeout = _channel.Options.RequestTimeout,
        };
        return (await _channel.SendAsync(request, type, cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Sends what changes something, once those who watch already see it.</summary>
    private async Task<T> ChangeAsync<T>(
        NodeRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        return (await _channel.SendAsync(request, type, cancellationToken).ConfigureAwait(false))!;
    }

    private async Task<KernelInfo> ChangeKernelAsync(
        HttpMethod method, string path, string what, CancellationToken cancellationToken,
        Func<HttpContent>? body = null)
    {
        NodeRequest request = new(method, path, what) { Body = body, Timeout = _channel.Options.RequestTimeout };
        return FromApi.Kernel(
            await ChangeAsync(request, ApiJson.Default.ApiKernel, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>
    /// All items of a list, page by page. Each must follow the one before, so that no node makes it endless.
    /// </summary>
    private async IAsyncEnumerable<TItem> ListAsync<TApi, TItem>(
        Func<string?, string> path,
        string what,
        JsonTypeInfo<ApiList<TApi>> type,
        Func<TApi, TItem> read,
        Func<TItem, TItem, bool> follows,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TApi : class
        where TItem : class
    {
        string? after = null;
        TItem? last = null;
        do
        {
            ApiList<TApi> page = await GetAsync(path(after), what, type, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<TItem> items = FromApi.Items(page, read);
            foreach (TItem item in items)
            {
                if (last is not null && !follows(last, item))
                {
                    throw NodeErrors.Bad("its list is not in order");
                }
                last = item;
                yield return item;
            }
            after = page.Next;
            if (after is not null && items.Count == 0)
            {
                throw NodeErrors.Bad("a page is empty and not the last");
            }
        }
        while (after is not null);
    }
}
