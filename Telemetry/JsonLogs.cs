using Microsoft.Extensions.Logging;

namespace Granary.Telemetry;

/// <summary>
/// Structured logs: one JSON object a line, on the error stream, because standard output is for results.
/// </summary>
public static class JsonLogs
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(level)
        .AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace)
        .AddJsonConsole(options =>
        {
            options.UseUtcTimestamp = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
        }));
}
