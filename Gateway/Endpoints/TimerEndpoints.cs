using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Messages that kernels get from their own clocks.</summary>
internal static class TimerEndpoints
{
    private const string Tag = "timers";

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/timers", new Operation(
            "listTimers", Tag, ApiRole.Viewer, "The timers that are set, in the order of their names.")
            .Pages("Only timers behind this name.")
            .Gives(200, typeof(ApiList<ApiTimer>), "One page.").Fails(400, 404, 409), ListAsync);
        api.Put("/v1/kernels/{id}/timers/{name}", KernelEndpoints.Command(
            "setTimer", Tag, ApiRole.Operator,
            "Has the kernel get a message at a time, in place of a timer of the same name.")
            .Query("entry", "string", "The entry point; the program's first by default.")
            .Query("gas", "string", "The budget of each message: a number, or none for no limit.")
            .Query("due", "integer", "When it fires first, in Unix milliseconds; now by default.")
            .Query("delay", "number", "Seconds behind that; none by default.")
            .Query("period", "number", "Seconds from one message to the next; without it, it fires once.")
            .TakesBytes("payload", api.Options.PayloadBytesMax), SetAsync);
        api.Delete("/v1/kernels/{id}/timers/{name}", KernelEndpoints.Command(
            "clearTimer", Tag, ApiRole.Operator, "Removes a timer."),
            r => KernelEndpoints.AnswerAsync(
                r, r.Host.ClearTimerAsync(r.Kernel, r.PathText("name"), r.CancellationToken)));
    }

    private static async Task ListAsync(ApiRequest request)
    {
        string after = request.Query.Text("after") ?? "";
        int limit = request.Query.Limit();
        IReadOnlyList<TimerInfo> timers = await request.Host.ListTimersAsync(request.Kernel, request.CancellationToken);
        ApiList<ApiTimer> page = await Pages.TakeAsync(
            timers.Where(t => string.CompareOrdinal(t.Name, after) > 0).ToAsyncEnumerable(), limit,
            request.Options.PageBytesMax, ToApi.Timer, t => t.Name, t => t.Timer.Payload.Length,
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiTimer);
    }

    private static async Task SetAsync(ApiRequest request)
    {
        ulong? due = request.Query.Number("due", 0, long.MaxValue);
        long delay = request.Query.Milliseconds("delay") ?? 0;
        long period = request.Query.Milliseconds("period") ?? 0;
        string entry = request.Query.Text("entry") ?? "";
        long gas = request.Query.Gas();
        ReadOnlyMemory<byte> payload = await request.ReadBodyAsync();
        long from = due is { } given ? (long)given : request.Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        long first = from > long.MaxValue - delay ? long.MaxValue : from + delay;
        KernelTimer timer = new(first, period, entry, payload, gas);
        await KernelEndpoints.AnswerAsync(request, request.Host.SetTimerAsync(
            request.Kernel, request.PathText("name"), timer, request.CancellationToken));
    }
}
