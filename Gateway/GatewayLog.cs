using Microsoft.Extensions.Logging;

namespace Granary.Gateway;

/// <summary>What the gateway logs. Ids never change.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(
        EventId = 5000, Level = LogLevel.Information, Message = "Listening on {Addresses}; tokens: {Tokens}")]
    internal static partial void Listening(this ILogger log, string addresses, bool tokens);

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "Stopped")]
    internal static partial void Stopped(this ILogger log);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Error, Message = "Request {TraceId} failed: {Method} {Operation}")]
    internal static partial void Failed(
        this ILogger log, Exception error, string traceId, string method, string operation);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Debug, Message = "{Method} {Operation}: {Status} {Code}")]
    internal static partial void Refused(this ILogger log, string method, string operation, int status, string code);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Debug, Message = "The client of {Method} {Operation} went away")]
    internal static partial void Vanished(this ILogger log, string method, string operation);

    [LoggerMessage(
        EventId = 5005, Level = LogLevel.Error, Message = "Tokens cannot be read, requests are refused: {Reason}")]
    internal static partial void TokensUnreadable(this ILogger log, string reason);

    [LoggerMessage(
        EventId = 5006, Level = LogLevel.Warning, Message = "{Operation} was cut off in the middle: {Reason}")]
    internal static partial void CutOff(this ILogger log, string operation, string reason);

    // Highest id: 5006.
}
