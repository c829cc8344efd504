using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Silos, and where kernels are; only of a node that is one of a cluster.</summary>
internal static class ClusterEndpoints
{
    private const string Tag = "cluster";

    public static void Map(ApiRoutes api, IKernelCluster cluster)
    {
        api.Get("/v1/silos", new Operation("listSilos", Tag, ApiRole.Viewer, "The silos of the cluster, by name.")
            .Gives(200, typeof(ApiList<ApiSilo>), "All of them."), r => ListAsync(r, cluster));
        api.Get("/v1/kernels/{id}/silo", new Operation("findKernel", Tag, ApiRole.Viewer, "Where a kernel is.")
            .Gives(200, typeof(ApiPlace), "There.").Fails(400, 404, 409), r => FindAsync(r, cluster));
        api.Post("/v1/kernels/{id}/migrate", new Operation(
            "migrateKernel", Tag, ApiRole.Operator,
            "Has a kernel go to another silo, in the middle of whatever it does.")
            .Query("to", "string", "The silo's name.", required: true)
            .Gives(200, typeof(ApiPlace), "It is there.").Fails(400, 404, 409), r => MigrateAsync(r, cluster));
    }

    private static async Task ListAsync(ApiRequest request, IKernelCluster cluster)
    {
        IReadOnlyList<SiloInfo> silos = await cluster.ListSilosAsync(request.CancellationToken);
        await request.WriteAsync(200, new ApiList<ApiSilo>([.. silos.Select(ToApi.Silo)]),
            ApiJson.Default.ApiListApiSilo);
    }

    private static async Task FindAsync(ApiRequest request, IKernelCluster cluster)
    {
        // A grain is somewhere even for a kernel that there is not.
        await request.Host.GetAsync(request.Kernel, request.CancellationToken);
        KernelPlace place = await cluster.FindAsync(request.Kernel, request.CancellationToken);
        await request.WriteAsync(200, ToApi.Place(place), ApiJson.Default.ApiPlace);
    }

    private static async Task MigrateAsync(ApiRequest request, IKernelCluster cluster)
    {
        string to = request.Query.Text("to") ?? "";
        await request.Host.GetAsync(request.Kernel, request.CancellationToken);
        KernelPlace place = await cluster.MigrateAsync(request.Kernel, to, request.CancellationToken);
        await request.WriteAsync(200, ToApi.Place(place), ApiJson.Default.ApiPlace);
    }
}
