using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Granary.Telemetry;

/// <summary>
/// Sends spans and metrics to an OpenTelemetry endpoint. Off unless one is named; the standard variables
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, <c>OTEL_EXPORTER_OTLP_PROTOCOL</c>, <c>OTEL_SERVICE_NAME</c> ...) hold.
/// </summary>
public static class OtlpExport
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Null when no endpoint is named. Dispose of it last: that sends what is still waiting.</summary>
    /// <param name="endpoint">Overrides the variable; OTLP over HTTP, for example <c>http://localhost:4318</c>.</param>
    /// <param name="instance">Which of several processes this is; null: a name is made up.</param>
    public static IDisposable? Start(Uri? endpoint, string? instance = null)
    {
        if (endpoint is not null)
        {
            Environment.SetEnvironmentVariable(EndpointVariable, endpoint.ToString());
            Environment.SetEnvironmentVariable("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf");
        }
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(EndpointVariable)))
        {
            return null;
        }
        return OpenTelemetrySdk.Create(builder => builder
            .ConfigureResource(resource => resource.AddService("granary", serviceInstanceId: instance))
            .WithTracing(tracing => tracing.AddSource(
                    "Granary.*", "Microsoft.AspNetCore", "System.Net.Http",
                    "Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle")
                .AddOtlpExporter())
            .WithMetrics(metrics => metrics
                .AddMeter("Granary.*", "System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft.Orleans")
                .AddOtlpExporter()));
    }
}
