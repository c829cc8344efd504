using Granary.Kernels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Granary.Gateway;

/// <summary>What happens, as server-sent events.</summary>
internal static class EventEndpoints
{
    private const string LastIdHeader = "Last-Event-ID";

    public static void Map(ApiRoutes api) => api.Get("/v1/events", new Operation(
        "watchEvents", "events", ApiRole.Viewer, "What kernels print, log, emit and become, as server-sent events.")
        .Query("kernel", "string", "Only of this kernel.")
        .Query("after", "string", "Go on behind the event of this id.")
        .Header(LastIdHeader, "As after, which it overrules.")
        .Gives(
            200, null, "A stream without an end. The data of an event is an ApiEvent, its name the kind.",
            "text/event-stream")
        .Within(Timeout.InfiniteTimeSpan).Fails(400, 404, 429), WatchAsync);

    private static async Task WatchAsync(ApiRequest request)
    {
        KernelId? kernel = request.Query.Id("kernel");
        ulong? after = request.Query.Number("after", 0, ulong.MaxValue);
        string last = request.Context.Request.Headers[LastIdHeader].ToString();
        if (last.Length > 0)
        {
            after = QueryReader.ParseNumber(LastIdHeader, last, 0, ulong.MaxValue);
        }
        string client = AccessCheck.ClientOf(request.Context);
        if (!request.Core.Streams.TryTake(client, out bool ofClient))
        {
            throw Problems.Busy(ofClient
                ? $"This client has {request.Options.EventStreamsPerClientMax} event streams open."
                : $"The node has {request.Options.EventStreamsMax} event streams open.");
        }
        try
        {
            if (kernel is { } id)
            {
                await request.Host.GetAsync(id, request.CancellationToken);
            }
            await request.Host.BeginWatchingAsync(request.CancellationToken);
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(
                request.CancellationToken, request.Core.Stopping);
            await SendAsync(request, request.Host.WatchAsync(kernel, after, over.Token), over);
        }
        catch (OperationCanceledException) when (request.Core.Stopping.IsCancellationRequested
            && request.Response.HasStarted)
        {
            // The end of the stream: the client comes back with the last id when the node is there again.
            await request.Response.CompleteAsync();
        }
        catch (TimeoutException)
        {
            request.Core.Log.CutOff("watchEvents", "the reader takes nothing");
            request.Context.Abort();
        }
        finally
        {
            request.Core.Streams.Release(client);
        }
    }

    private static async Task SendAsync(
        ApiRequest request, IAsyncEnumerable<KernelEvent> events, CancellationTokenSource stop)
    {
        CancellationToken cancellationToken = stop.Token;
        HttpResponse response = request.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        request.Context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        EventWriter writer = new(
            response.BodyWriter, request.Core.EventTexts, request.Options.StalledStreamTimeout, request.Options.Clock);
        await using IAsyncEnumerator<KernelEvent> happened = events.GetAsyncEnumerator(cancellationToken);
        // First of all the watching begins, then the client is told: from here on it misses nothing.
        Task<bool> next = happened.MoveNextAsync().AsTask();
        // One for many events: a timer for each would cost more than sending it.
        Task beat = Task.Delay(request.Options.Heartbeat, request.Options.Clock, cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            // What is written and not let out would spoil the refusal of a node that stops just now.
            writer.Begin();
            await writer.FlushAsync(request.CancellationToken);
            while (true)
            {
                if (!next.IsCompleted)
                {
                    TimeSpan pause = writer.PauseBeforeFlush(request.Core.Streams.Used);
                    if (pause > TimeSpan.Zero)
                    {
                        await Task.Delay(pause, request.Options.Clock, cancellationToken);
                        continue;
                    }
                    await writer.FlushAsync(cancellationToken);
                    await Task.WhenAny(next, beat);
                    cancellationToken.ThrowIfCancellationRequested();
                    if (beat.IsCompleted)
                    {
                        writer.Heartbeat();
                        beat = Task.Delay(request.Options.Heartbeat, request.Options.Clock, cancellationToken);
                        continue;
                    }
                }
                if (!await next)
                {
                    return;
                }
                writer.Write(happened.Current);
                await writer.FlushWhenFullAsync(cancellationToken);
                next = happened.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator may not be disposed of while it is asked for the next one, and that only ends when
            // cancelled.
            await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
