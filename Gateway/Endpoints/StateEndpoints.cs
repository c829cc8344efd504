using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>The state tree and its proofs.</summary>
internal static class StateEndpoints
{
    private const string Tag = "state";

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/state", new Operation(
            "readState", Tag, ApiRole.Viewer,
            "Entries of the state tree as of the last commit, in the order of their keys.")
            .Query("prefix", "string", "Only keys that begin with this, hexadecimal.")
            .Pages("Only keys above this one, hexadecimal.")
            .Query("at", "string", "A kept checkpoint instead of the present: its name, position or root.")
            .Gives(200, typeof(ApiList<ApiStateEntry>), "One page.").Fails(400, 404, 409), ReadAsync);
        api.Get("/v1/kernels/{id}/proof", new Operation(
            "proveState", Tag, ApiRole.Viewer, "A proof that a key has a value, or that it is absent.")
            .Query("key", "string", "The key, hexadecimal.", required: true)
            .Gives(200, typeof(ApiEvidence), "The proof.").Fails(400, 404, 409), ProveAsync);
    }

    private static async Task ReadAsync(ApiRequest request)
    {
        int limit = request.Query.Limit();
        StateQuery query = new()
        {
            Id = request.Kernel, Prefix = request.Query.Key("prefix"), After = request.Query.Key("after"),
            Limit = limit + 1, At = request.Query.Checkpoint("at"),
        };
        ApiList<ApiStateEntry> page = await Pages.TakeAsync(
            request.Host.ReadStateAsync(query, request.CancellationToken), limit, request.Options.PageBytesMax,
            ToApi.StateEntry, e => Convert.ToHexStringLower(e.Key.Span), e => e.Key.Length + e.Value.Length,
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiStateEntry);
    }

    private static async Task ProveAsync(ApiRequest request)
    {
        byte[] key = request.Query.Key("key");
        StateEvidence evidence = await request.Host.ProveAsync(request.Kernel, key, request.CancellationToken);
        await request.WriteAsync(200, ToApi.Evidence(evidence), ApiJson.Default.ApiEvidence);
    }
}
