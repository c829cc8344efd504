using Granary.Api;
using Granary.Kernels;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>Kept checkpoints, forks and rollbacks.</summary>
internal static class SnapshotEndpoints
{
    private const string Tag = "snapshots";

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/snapshots", new Operation(
            "listSnapshots", Tag, ApiRole.Viewer, "The kept checkpoints, oldest first.")
            .Gives(200, typeof(ApiList<ApiSnapshot>), "All of them.").Fails(400, 404), ListAsync);
        api.Put("/v1/kernels/{id}/snapshots/{name}", new Operation(
            "takeSnapshot", Tag, ApiRole.Operator, "Checkpoints the kernel as it is and keeps it under a name.")
            .Gives(201, typeof(ApiSnapshot), "Kept.").Fails(400, 404, 409), TakeAsync);
        api.Post("/v1/kernels/{id}/fork", new Operation(
            "forkKernel", Tag, ApiRole.Deployer, "A copy that goes on by itself, from now or from a kept checkpoint.")
            .TakesJson(typeof(ApiFork), "a fork", api.Options.JsonBytesMax)
            .Gives(201, typeof(ApiKernel), "The copy.", headers: "Location").Fails(400, 404, 409), ForkAsync);
        api.Post("/v1/kernels/{id}/rollback", new Operation(
            "rollbackKernel", Tag, ApiRole.Operator, "Takes program, machine and data back to a kept checkpoint.")
            .TakesJson(typeof(ApiRollback), "a rollback", api.Options.JsonBytesMax)
            .Gives(200, typeof(ApiKernel), "The kernel as it is then.").Fails(400, 404, 409), RollbackAsync);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        IReadOnlyList<SnapshotInfo> snapshots = await request.Host.ListSnapshotsAsync(
            request.Kernel, request.CancellationToken);
        await request.WriteAsync(
            200, new ApiList<ApiSnapshot>([.. snapshots.Select(ToApi.Snapshot)]), ApiJson.Default.ApiListApiSnapshot);
    }

    private static async Task TakeAsync(ApiRequest request)
    {
        SnapshotInfo info = await request.Host.SnapshotAsync(
            request.Kernel, request.PathText("name"), request.CancellationToken);
        await request.WriteAsync(StatusCodes.Status201Created, ToApi.Snapshot(info), ApiJson.Default.ApiSnapshot);
    }

    private static async Task ForkAsync(ApiRequest request)
    {
        ApiFork fork = await request.ReadJsonAsync(ApiJson.Strict.ApiFork);
        KernelId newId = QueryReader.ParseId("newId", ApiRequest.Need(fork.NewId, "newId"));
        CheckpointRef? from = fork.From is { } text ? CheckpointRef.Parse(text) : null;
        KernelInfo info = await request.Host.ForkAsync(request.Kernel, newId, from, request.CancellationToken);
        await KernelEndpoints.CreatedAsync(request, info);
    }

    private static async Task RollbackAsync(ApiRequest request)
    {
        ApiRollback rollback = await request.ReadJsonAsync(ApiJson.Strict.ApiRollback);
        CheckpointRef to = CheckpointRef.Parse(ApiRequest.Need(rollback.To, "to"));
        await KernelEndpoints.AnswerAsync(
            request, request.Host.RollbackAsync(request.Kernel, to, request.CancellationToken));
    }
}
