using Granary.Kernels;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>For those who watch over the node.</summary>
internal static class HealthEndpoints
{
    private const string Tag = "node";
    private const string Text = "text/plain; charset=utf-8";
    private const string PrometheusText = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly TimeSpan s_readyTimeout = TimeSpan.FromSeconds(5);

    public static void Map(ApiRoutes api)
    {
        api.Get("/health/live", new Operation("isLive", Tag, ApiRole.None, "The process answers.")
            .Gives(200, null, "It does.", Text), r => WriteAsync(r, "live\n", Text));
        api.Get("/health/ready", new Operation("isReady", Tag, ApiRole.None, "The store answers.")
            .Gives(200, null, "It does.", Text).Within(s_readyTimeout), ReadyAsync);
        api.Get("/metrics", new Operation("readMetrics", Tag, ApiRole.Viewer, "Figures, in Prometheus' text format.")
            .Gives(200, null, "All of them.", PrometheusText).Fails(404), MetricsAsync);
    }

    private static async Task ReadyAsync(ApiRequest request)
    {
        if (request.Core.IsLeaving)
        {
            throw Problems.ShuttingDown();
        }
        if (request.Host.Health is { IsSound: false } health)
        {
            throw Problems.StoreAway(health);
        }
        await foreach (KernelInfo _ in request.Host.ListAsync(request.CancellationToken))
        {
            break;
        }
        await WriteAsync(request, "ready\n", Text);
    }

    private static Task MetricsAsync(ApiRequest request) => request.Options.Metrics is { } metrics
        ? WriteAsync(request, metrics(), PrometheusText)
        : throw new ProblemException(
            StatusCodes.Status404NotFound, "notFound", "This node gives no figures.", "Start it with telemetry.");

    private static Task WriteAsync(ApiRequest request, string text, string contentType)
    {
        request.Response.ContentType = contentType;
        return request.Response.WriteAsync(text, request.CancellationToken);
    }
}
