using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>Kernels as files.</content>
public sealed partial class GranaryClient
{
    public async Task<BundleInfo> ExportAsync(KernelId id, Stream output, CancellationToken cancellationToken = default)
    {
        NodeRequest request = new(HttpMethod.Get, KernelPath(id, "/bundle"), $"exporting '{id}'")
        {
            Accept = "application/octet-stream", Retry = RetryRule.Safe, IsStreamed = true,
        };
        using HttpResponseMessage response = (await _channel.SendAsync(
            request, (r, _) => Task.FromResult<HttpResponseMessage?>(CheckOctets(request, r)), cancellationToken)
            .ConfigureAwait(false))!;
        try
        {
            Stream bundle = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return await BundleCopy.CopyAsync(bundle, output, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Interrupted(id, e);
        }
        catch (HttpIOException e)
        {
            throw Interrupted(id, e);
        }
    }

    public async Task<KernelInfo> ImportAsync(
        Stream bundle, KernelId? newId, CancellationToken cancellationToken = default)
    {
        string query = newId is { } id ? "?id=" + id.Value : "";
        NodeRequest request = new(HttpMethod.Post, "v1/kernels/import" + query, "importing a bundle")
        {
            Body = Rewinding(bundle), AsksFirst = true,
        };
        return FromApi.Kernel(
            await ChangeAsync(request, ApiJson.Default.ApiKernel, cancellationToken).ConfigureAwait(false));
    }

    public async Task<VerifyReport> VerifyBundleAsync(
        Stream bundle, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken = default)
    {
        NodeRequest request = new(HttpMethod.Post, "v1/verify", "verifying a bundle")
        {
            Body = Rewinding(bundle), AsksFirst = true, Retry = bundle.CanSeek ? RetryRule.Safe : RetryRule.Once,
        };
        return Finished(
            await _channel.SendAsync(request, ApiJson.Default.ApiVerifyReport, cancellationToken).ConfigureAwait(false),
            progress);
    }

    // A stream that cannot go back is sent again only when nothing of it was read.
    private static Func<HttpContent> Rewinding(Stream bundle)
    {
        long start = bundle.CanSeek ? bundle.Position : 0;
        return () =>
        {
            if (bundle.CanSeek)
            {
                bundle.Position = start;
            }
            return new StreamBody(bundle);
        };
    }

    private static HttpResponseMessage CheckOctets(NodeRequest request, HttpResponseMessage response) =>
        response.Content.Headers.ContentType is { MediaType: "application/octet-stream" }
            ? response
            : throw NodeErrors.WrongType(request, response.Content.Headers.ContentType);

    private KernelHostException Interrupted(KernelId id, Exception e) => new(
        KernelHostError.Unreachable, $"The bundle of '{id}' was cut short: the connection to {_channel.Node} broke.",
        "Export it again.", e);
}
