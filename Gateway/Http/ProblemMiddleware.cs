using System.Diagnostics;
using System.Text.Json;
using Granary.Api;
using Granary.Kernels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>The outermost step: every refusal and every failure becomes a problem document.</summary>
internal sealed class ProblemMiddleware(GatewayCore core)
{
    private const int ClientClosedRequest = 499;

    public async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        ProblemException problem;
        try
        {
            await next();
            if (context.Response.HasStarted || context.Response.StatusCode < 400
                || context.Response.ContentType is not null)
            {
                return;
            }
            problem = Problems.OfStatus(context.Response.StatusCode, context.Request);
        }
        catch (ProblemException error)
        {
            problem = error;
        }
        catch (KernelHostException error)
        {
            problem = Problems.Of(error);
        }
        catch (BadHttpRequestException error)
        {
            problem = Problems.Of(error);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer to.
            core.Log.Vanished(context.Request.Method, OperationOf(context));
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = ClientClosedRequest;
            }
            return;
        }
        catch (ConnectionResetException)
        {
            core.Log.Vanished(context.Request.Method, OperationOf(context));
            return;
        }
        catch (OperationCanceledException)
        {
            problem = core.Stopping.IsCancellationRequested ? Problems.ShuttingDown() : Problems.TimedOut();
        }
        catch (Exception error)
        {
            // The boundary of the process: whatever went wrong stays here and in the log, nothing of it goes out.
            core.Log.Failed(error, TraceId(context), context.Request.Method, OperationOf(context));
            problem = new ProblemException(
                StatusCodes.Status500InternalServerError, "internal", "The node failed to answer.",
                "Its log says more under the traceId.");
        }
        await WriteAsync(context, problem);
    }

    private async Task WriteAsync(HttpContext context, ProblemException problem)
    {
        HttpResponse response = context.Response;
        core.Log.Refused(context.Request.Method, OperationOf(context), problem.Status, problem.Code);
        if (response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            core.Log.CutOff(OperationOf(context), problem.Code);
            context.Abort();
            return;
        }
        string? allow = response.Headers.Allow;
        string? key = response.Headers["Idempotency-Key"];
        string? connection = response.Headers.Connection;
        response.Clear();
        response.StatusCode = problem.Status;
        response.Headers.Allow = allow;
        response.Headers.Connection = connection;
        response.Headers["Idempotency-Key"] = key;
        if (problem.Challenge.Length > 0)
        {
            response.Headers.WWWAuthenticate = problem.Challenge;
        }
        if (problem.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            response.Headers.RetryAfter = Problems.RetryAfterSeconds;
        }
        GatewayApp.AddSafetyHeaders(response);
        ApiProblem document = new(
            $"urn:granary:{problem.Code}", problem.Message, problem.Advice, problem.Status, problem.Code,
            TraceId(context));
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(document, ApiJson.Default.ApiProblem);
        response.ContentType = "application/problem+json";
        response.ContentLength = json.Length;
        try
        {
            await response.Body.WriteAsync(json, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            core.Log.Vanished(context.Request.Method, OperationOf(context));
        }
    }

    private static string TraceId(HttpContext context) =>
        Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    private static string OperationOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<Operation>()?.Id ?? "(none)";
}
