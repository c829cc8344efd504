using Granary.Api;
using Granary.Kernels;
using Granary.Vms;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>Kernels and engines.</summary>
internal static class KernelEndpoints
{
    private const string Tag = "kernels";

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/engines", new Operation("listEngines", Tag, ApiRole.Viewer, "The engines of this node.")
            .Gives(200, typeof(ApiList<ApiEngine>), "All of them."), ListEnginesAsync);
        api.Get("/v1/kernels", new Operation("listKernels", Tag, ApiRole.Viewer, "Kernels in the order of their ids.")
            .Pages("Only kernels behind this id.")
            .Gives(200, typeof(ApiList<ApiKernel>), "One page.").Fails(400), ListAsync);
        api.Post("/v1/kernels", new Operation("deployKernel", Tag, ApiRole.Deployer, "Makes a kernel of code.")
            .Query("id", "string", "The new kernel's id.", required: true)
            .Query("engine", "string", "The engine, for example mova@1.", required: true)
            .Query("port", "string", "A port that it holds from the start: NAME=KERNEL.", repeats: true)
            .TakesBytes("code", api.Options.CodeBytesMax)
            .Gives(201, typeof(ApiKernel), "Made.", headers: "Location").Fails(400, 404, 409), DeployAsync);
        api.Get("/v1/kernels/{id}", new Operation("getKernel", Tag, ApiRole.Viewer, "One kernel.")
            .Header("If-None-Match", "The ETag of an earlier answer.")
            .Gives(200, typeof(ApiKernel), "The kernel.", headers: "ETag")
            .Gives(304, null, "It is as it was.", headers: "ETag").Fails(400, 404), GetAsync);
        api.Delete("/v1/kernels/{id}", new Operation(
            "deleteKernel", Tag, ApiRole.Admin, "Deletes state and journal. The id is never used again.")
            .Gives(204, null, "Deleted.").Fails(400, 404), DeleteAsync);
        MapCommands(api);
    }

    private static void MapCommands(ApiRoutes api)
    {
        api.Post("/v1/kernels/{id}/pause", Command(
            "pauseKernel", ApiRole.Operator, "Stops running it at the next safe point; messages are still taken."),
            r => AnswerAsync(r, r.Host.PauseAsync(r.Kernel, r.CancellationToken)));
        api.Post("/v1/kernels/{id}/resume", Command("resumeKernel", ApiRole.Operator, "Runs it on."),
            r => AnswerAsync(r, r.Host.ResumeAsync(r.Kernel, r.CancellationToken)));
        api.Post("/v1/kernels/{id}/cancel", Command(
            "cancelMessage", ApiRole.Operator, "Ends a message as if it had trapped.")
            .Query(
                "message", "integer",
                "The journal position of the message, which may still wait; the one being handled by default."),
            r => AnswerAsync(r, r.Host.CancelAsync(
                r.Kernel, r.Query.Number("message", 1, long.MaxValue), r.CancellationToken)));
        api.Get("/v1/kernels/{id}/ports", new Operation(
            "listPorts", Tag, ApiRole.Viewer, "The ports that it holds, in the order of their names.")
            .Pages("Only ports behind this name.")
            .Gives(200, typeof(ApiList<ApiHeldPort>), "One page.").Fails(400, 404, 409), ListPortsAsync);
        api.Put("/v1/kernels/{id}/ports/{name}", Command(
            "setPort", ApiRole.Deployer, "Gives it a port to another kernel.")
            .TakesJson(typeof(ApiPort), "a port", api.Options.JsonBytesMax), SetPortAsync);
        api.Delete("/v1/kernels/{id}/ports/{name}", Command("removePort", ApiRole.Deployer, "Takes a port away."),
            r => AnswerAsync(r, r.Host.SetPortAsync(r.Kernel, PortName(r), null, r.CancellationToken)));
    }

    private static Operation Command(string id, ApiRole role, string summary) => Command(id, Tag, role, summary);

    /// <summary>An operation that answers with the kernel.</summary>
    public static Operation Command(string id, string tag, ApiRole role, string summary) =>
        new Operation(id, tag, role, summary)
            .Gives(200, typeof(ApiKernel), "The kernel as it is then.").Fails(400, 404, 409);

    private static async Task ListEnginesAsync(ApiRequest request)
    {
        IReadOnlyList<EngineInfo> engines = await request.Host.ListEnginesAsync(request.CancellationToken);
        await request.WriteAsync(
            200, new ApiList<ApiEngine>([.. engines.Select(ToApi.Engine)]), ApiJson.Default.ApiListApiEngine);
    }

    private static async Task ListAsync(ApiRequest request)
    {
        KernelId after = request.Query.Id("after") ?? default;
        int limit = request.Query.Limit();
        IAsyncEnumerable<KernelInfo> kernels = request.Host.ListAsync(request.CancellationToken)
            .Where(k => k.Id > after);
        ApiList<ApiKernel> page = await Pages.TakeAsync(
            kernels, limit, request.Options.PageBytesMax, ToApi.Kernel, k => k.Id.Value, _ => 0,
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiKernel);
    }

    private static async Task DeployAsync(ApiRequest request)
    {
        KernelId id = request.Query.Id("id") ?? default;
        string engineText = request.Query.Text("engine")!;
        if (!EngineId.TryParse(engineText, out EngineId engine))
        {
            throw Problems.BadParameter("engine", engineText, "Give NAME@VERSION, for example mova@1.");
        }
        DeployRequest deploy = new()
        {
            Id = id, Engine = engine, Ports = request.Query.Ports("port"), Code = await request.ReadBodyAsync(),
        };
        KernelInfo info = await request.Host.DeployAsync(deploy, request.CancellationToken);
        await CreatedAsync(request, info);
    }

    /// <summary>Answers with a kernel that is new.</summary>
    public static Task CreatedAsync(ApiRequest request, KernelInfo info)
    {
        request.Response.Headers.Location = $"/v1/kernels/{info.Id}";
        return request.WriteAsync(StatusCodes.Status201Created, ToApi.Kernel(info), ApiJson.Default.ApiKernel);
    }

    public static async Task AnswerAsync(ApiRequest request, Task<KernelInfo> answer) =>
        await request.WriteAsync(200, ToApi.Kernel(await answer), ApiJson.Default.ApiKernel);

    private static async Task GetAsync(ApiRequest request)
    {
        KernelInfo info = await request.Host.GetAsync(request.Kernel, request.CancellationToken);
        // A kernel falls out of order without an entry in its journal; then its chain does not say all.
        if (info.Status is not (KernelStatus.Quarantined or KernelStatus.Refused))
        {
            string tag = $"\"{info.Chain}\"";
            request.Response.Headers.ETag = tag;
            string[] known = request.Context.Request.Headers.IfNoneMatch.ToString()
                .Split(',', StringSplitOptions.TrimEntries);
            if (known.Any(k => k == "*" || k == tag || k == $"W/{tag}"))
            {
                request.Response.StatusCode = StatusCodes.Status304NotModified;
                return;
            }
        }
        await request.WriteAsync(200, ToApi.Kernel(info), ApiJson.Default.ApiKernel);
    }

    private static async Task DeleteAsync(ApiRequest request)
    {
        await request.Host.DeleteAsync(request.Kernel, request.CancellationToken);
        request.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ListPortsAsync(ApiRequest request)
    {
        IAsyncEnumerable<PortInfo> ports = request.Host.ListPortsAsync(
            request.Kernel, request.Query.Text("after") ?? "", request.CancellationToken);
        ApiList<ApiHeldPort> page = await Pages.TakeAsync(
            ports, request.Query.Limit(), request.Options.PageBytesMax, ToApi.HeldPort, p => p.Name, _ => 0,
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiHeldPort);
    }

    private static async Task SetPortAsync(ApiRequest request)
    {
        ApiPort port = await request.ReadJsonAsync(ApiJson.Strict.ApiPort);
        KernelId target = QueryReader.ParseId("target", ApiRequest.Need(port.Target, "target"));
        await AnswerAsync(
            request, request.Host.SetPortAsync(request.Kernel, PortName(request), target, request.CancellationToken));
    }

    private static string PortName(ApiRequest request) => request.PathText("name");
}
