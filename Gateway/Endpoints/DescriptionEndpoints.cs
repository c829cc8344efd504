using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Granary.Gateway;

/// <summary>The description of the API for programs.</summary>
internal static class DescriptionEndpoints
{
    public const string DocumentName = "v1";

    public static void Map(ApiRoutes api, IServiceProvider services)
    {
        // It never changes while the process lives, and making it costs more than any other answer.
        Lazy<Task<byte[]>> document = new(() => MakeAsync(services));
        api.Get("/openapi/v1.json", new Operation("describeApi", "node", ApiRole.None, "This document.")
            .Gives(200, null, "OpenAPI 3.1."), async request =>
            {
                byte[] json = await document.Value.WaitAsync(request.CancellationToken);
                request.Response.ContentType = Operation.Json;
                request.Response.ContentLength = json.Length;
                await request.Response.Body.WriteAsync(json, request.CancellationToken);
            });
    }

    private static async Task<byte[]> MakeAsync(IServiceProvider services)
    {
        await using AsyncServiceScope scope = services.CreateAsyncScope();
        OpenApiDocument document = await scope.ServiceProvider
            .GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync();
        using MemoryStream json = new();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1);
        return json.ToArray();
    }
}
