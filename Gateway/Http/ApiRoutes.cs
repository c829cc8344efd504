using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Granary.Gateway;

/// <summary>Puts operations at their addresses.</summary>
internal sealed class ApiRoutes(IEndpointRouteBuilder routes, GatewayCore core)
{
    public GatewayOptions Options => core.Options;

    public void Get(string route, Operation operation, Func<ApiRequest, Task> handler) =>
        Map("GET", route, operation, handler);

    public void Post(string route, Operation operation, Func<ApiRequest, Task> handler) =>
        Map("POST", route, operation, handler);

    public void Put(string route, Operation operation, Func<ApiRequest, Task> handler) =>
        Map("PUT", route, operation, handler);

    public void Delete(string route, Operation operation, Func<ApiRequest, Task> handler) =>
        Map("DELETE", route, operation, handler);

    private void Map(string method, string route, Operation operation, Func<ApiRequest, Task> handler)
    {
        // A delegate of any type but RequestDelegate, so that the endpoint is described.
        Delegate run = (HttpContext context) => RunAsync(context, operation, handler);
        routes.MapMethods(route, [method], run)
            .WithMetadata([operation, .. OperationDescriber.MetadataOf(operation)]).WithName(operation.Id);
    }

    private async Task RunAsync(HttpContext context, Operation operation, Func<ApiRequest, Task> handler)
    {
        RequestChecks.Check(context, operation);
        if (operation.Heavy && !core.Heavy.TryTake())
        {
            throw Problems.Busy("The node has as many large requests as it takes at a time.");
        }
        try
        {
            TimeSpan timeout = operation.Timeout ?? core.Options.RequestTimeout;
            using CancellationTokenSource time = new(timeout, core.Options.Clock);
            using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(
                context.RequestAborted, time.Token);
            using ApiRequest request = new(context, core, operation, ended.Token);
            await handler(request);
        }
        finally
        {
            if (operation.Heavy)
            {
                core.Heavy.Release();
            }
        }
    }
}
