using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>
/// The W3C trace context that goes with a message: this request's span, or else what the client sent.
/// </summary>
internal static class TraceContext
{
    /// <summary>A <c>traceparent</c>; empty for none. One that cannot be read is none.</summary>
    public static string Of(HttpContext context)
    {
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id })
        {
            return id;
        }
        string sent = context.Request.Headers.TraceParent.ToString();
        return ActivityContext.TryParse(sent, traceState: null, out _) ? sent : "";
    }
}
