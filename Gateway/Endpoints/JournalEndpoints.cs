using System.Globalization;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Journals, and executing them again.</summary>
internal static class JournalEndpoints
{
    private const string Tag = "journal";

    /// <summary>Names, chain and punctuation of an entry in JSON.</summary>
    private const int EntryOverheadBytes = 200;

    /// <summary>Names, numbers and punctuation of a step in JSON.</summary>
    private const int StepOverheadBytes = 150;

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/journal", new Operation("readJournal", Tag, ApiRole.Viewer, "The journal, decoded.")
            .Pages("Only entries behind this position.")
            .Gives(200, typeof(ApiList<ApiJournalEntry>), "One page.").Fails(400, 404), ReadAsync);
        api.Get("/v1/kernels/{id}/trace", new Operation(
            "traceMessage", Tag, ApiRole.Viewer,
            "What the machine did with a message, instruction by instruction, by executing it again.")
            .Query("message", "integer", "The journal position of the message.", required: true)
            .Pages("Only steps behind this number.")
            .IsHeavy(api.Options.HeavyTimeout)
            .Gives(200, typeof(ApiList<ApiTraceStep>), "One page.").Fails(400, 404), TraceAsync);
        api.Post("/v1/kernels/{id}/verify", new Operation(
            "verifyKernel", Tag, ApiRole.Viewer, "Executes the journal again and compares everything.")
            .Query(
                "from", "string",
                "The kept checkpoint to start from: its name, position or root; the first by default.")
            .IsHeavy(api.Options.HeavyTimeout)
            .Gives(200, typeof(ApiVerifyReport), "What came out.").Fails(400, 404), VerifyAsync);
    }

    private static async Task TraceAsync(ApiRequest request)
    {
        ulong message = request.Query.Number("message", 1, long.MaxValue)
            ?? throw Problems.BadRequest(
                "The query parameter 'message' is missing.", "Give the journal position of a message.");
        ulong after = request.Query.Number("after", 0, long.MaxValue - 1) ?? 0;
        int limit = request.Query.Limit();
        ApiList<ApiTraceStep> page = await Pages.TakeAsync(
            request.Host.TraceAsync(new TraceQuery(request.Kernel, message, after), request.CancellationToken), limit,
            request.Options.PageBytesMax, ToApi.TraceStep, s => s.Number.ToString(NumberFormatInfo.InvariantInfo),
            s => StepOverheadBytes + s.Step.Instruction.Length + s.Step.Values.Sum(v => v.Key.Length + v.Value.Length),
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiTraceStep);
    }

    private static async Task ReadAsync(ApiRequest request)
    {
        ulong after = request.Query.Number("after", 0, long.MaxValue - 1) ?? 0;
        int limit = request.Query.Limit();
        KernelInfo kernel = await request.Host.GetAsync(request.Kernel, request.CancellationToken);
        if (after >= kernel.Position)
        {
            await request.WriteAsync(200, new ApiList<ApiJournalEntry>([]), ApiJson.Default.ApiListApiJournalEntry);
            return;
        }
        ApiList<ApiJournalEntry> page = await Pages.TakeAsync(
            request.Host.ReadJournalAsync(request.Kernel, after, request.CancellationToken), limit,
            request.Options.PageBytesMax, ToApi.JournalEntry,
            e => e.Position.ToString(NumberFormatInfo.InvariantInfo),
            e => EntryOverheadBytes + e.Text.Length + e.Fields.Sum(f => f.Key.Length + f.Value.Length),
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiJournalEntry);
    }

    private static async Task VerifyAsync(ApiRequest request)
    {
        VerifyReport report = await request.Host.VerifyAsync(
            request.Kernel, request.Query.Checkpoint("from"), progress: null, request.CancellationToken);
        await request.WriteAsync(200, ToApi.VerifyReport(report), ApiJson.Default.ApiVerifyReport);
    }
}
