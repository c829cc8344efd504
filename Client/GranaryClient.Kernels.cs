using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>Engines and kernels.</content>
public sealed partial class GranaryClient
{
    private const int KernelsPerPage = 500;

    // From here on the node is asked before code is sent.
    private const int AskFirstBytesMin = 64 << 10;

    public async Task<IReadOnlyList<EngineInfo>> ListEnginesAsync(CancellationToken cancellationToken = default) =>
        FromApi.Items(
            await GetAsync("v1/engines", "listing engines", ApiJson.Default.ApiListApiEngine, cancellationToken)
                .ConfigureAwait(false),
            FromApi.Engine);

    public async Task<KernelInfo> DeployAsync(DeployRequest request, CancellationToken cancellationToken = default)
    {
        StringBuilder path = new("v1/kernels?id=");
        path.Append(request.Id.Value).Append("&engine=").Append(Uri.EscapeDataString(request.Engine.ToString()));
        foreach ((string name, KernelId target) in request.Ports)
        {
            path.Append("&port=").Append(Uri.EscapeDataString($"{name}={target}"));
        }
        NodeRequest post = new(HttpMethod.Post, path.ToString(), $"deploying '{request.Id}'")
        {
            Body = () => Octets(request.Code),
            AsksFirst = request.Code.Length >= AskFirstBytesMin,
            Timeout = _channel.Options.RequestTimeout,
        };
        return FromApi.Kernel(
            await ChangeAsync(post, ApiJson.Default.ApiKernel, cancellationToken).ConfigureAwait(false));
    }

    public IAsyncEnumerable<KernelInfo> ListAsync(CancellationToken cancellationToken = default) => ListAsync(
        after => $"v1/kernels?limit={KernelsPerPage}{After(after)}", "listing kernels",
        ApiJson.Default.ApiListApiKernel, FromApi.Kernel, static (a, b) => a.Id < b.Id, cancellationToken);

    public async Task<KernelInfo> GetAsync(KernelId id, CancellationToken cancellationToken = default) =>
        FromApi.Kernel(
            await GetAsync(KernelPath(id), $"looking at '{id}'", ApiJson.Default.ApiKernel, cancellationToken)
                .ConfigureAwait(false));

    public Task<KernelInfo> PauseAsync(KernelId id, CancellationToken cancellationToken = default) =>
        ChangeKernelAsync(HttpMethod.Post, KernelPath(id, "/pause"), $"pausing '{id}'", cancellationToken);

    public Task<KernelInfo> ResumeAsync(KernelId id, CancellationToken cancellationToken = default) =>
        ChangeKernelAsync(HttpMethod.Post, KernelPath(id, "/resume"), $"resuming '{id}'", cancellationToken);

    public Task<KernelInfo> CancelAsync(
        KernelId id, ulong? message = null, CancellationToken cancellationToken = default)
    {
        string query = message is { } position ? $"?message={Digits(position)}" : "";
        return ChangeKernelAsync(
            HttpMethod.Post, KernelPath(id, "/cancel" + query), $"cancelling a message of '{id}'", cancellationToken);
    }

    public Task<KernelInfo> SetPortAsync(
        KernelId id, string name, KernelId? target, CancellationToken cancellationToken = default)
    {
        string path = KernelPath(id, $"/ports/{Segment(name)}");
        string what = $"setting port '{name}' of '{id}'";
        return target is { } to
            ? ChangeKernelAsync(
                HttpMethod.Put, path, what, cancellationToken,
                () => Json(new ApiPort(to.Value), ApiJson.Default.ApiPort))
            : ChangeKernelAsync(HttpMethod.Delete, path, what, cancellationToken);
    }

    public async Task DeleteAsync(KernelId id, CancellationToken cancellationToken = default)
    {
        NodeRequest request = new(HttpMethod.Delete, KernelPath(id), $"deleting '{id}'")
        {
            Timeout = _channel.Options.RequestTimeout,
        };
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        await _channel.SendAsync(request, static (_, _) => Task.FromResult<object?>(null), cancellationToken)
            .ConfigureAwait(false);
    }

    private static string Digits(ulong number) => number.ToString(NumberFormatInfo.InvariantInfo);

    private static string After(string? cursor) => cursor is null ? "" : "&after=" + Uri.EscapeDataString(cursor);

    private static ReadOnlyMemoryContent Octets(ReadOnlyMemory<byte> bytes)
    {
        ReadOnlyMemoryContent content = new(bytes);
        content.Headers.ContentType = new("application/octet-stream");
        return content;
    }

    private static ByteArrayContent Json<T>(T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(value, type));
        content.Headers.ContentType = new("application/json");
        return content;
    }
}
