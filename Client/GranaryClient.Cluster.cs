using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>The cluster that the node is of.</content>
public sealed partial class GranaryClient : IKernelCluster
{
    public async Task<IReadOnlyList<SiloInfo>> ListSilosAsync(CancellationToken cancellationToken = default) =>
        FromApi.Items(
            await GetAsync("v1/silos", "listing silos", ApiJson.Default.ApiListApiSilo, cancellationToken)
                .ConfigureAwait(false),
            FromApi.Silo);

    public async Task<KernelPlace> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        FromApi.Place(await GetAsync(
            KernelPath(id, "/silo"), $"finding '{id}'", ApiJson.Default.ApiPlace, cancellationToken)
            .ConfigureAwait(false));

    public async Task<KernelPlace> MigrateAsync(
        KernelId id, string silo, CancellationToken cancellationToken = default)
    {
        NodeRequest request = new(
            HttpMethod.Post, KernelPath(id, "/migrate?to=" + Uri.EscapeDataString(silo)), $"migrating '{id}'")
        {
            Timeout = _channel.Options.RequestTimeout,
        };
        return FromApi.Place(
            await ChangeAsync(request, ApiJson.Default.ApiPlace, cancellationToken).ConfigureAwait(false));
    }
}
