using System.Globalization;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Messages that came to nothing.</summary>
internal static class DeadLetterEndpoints
{
    private const string Tag = "dead letters";

    /// <summary>Names, ids and punctuation of a letter in JSON.</summary>
    private const int LetterOverheadBytes = 500;

    public static void Map(ApiRoutes api)
    {
        api.Get("/v1/kernels/{id}/dead-letters", new Operation(
            "listDeadLetters", Tag, ApiRole.Viewer,
            "Messages that came to nothing and that nobody was owed a reply for, oldest first.")
            .Pages("Only letters behind this number.")
            .Gives(200, typeof(ApiList<ApiDeadLetter>), "One page.").Fails(400, 404, 409), ListAsync);
        api.Post("/v1/kernels/{id}/dead-letters/{number}/resend", KernelEndpoints.Command(
            "resendDeadLetter", Tag, ApiRole.Operator,
            "Takes a dead letter out and tries again, behind all messages that wait."),
            r => KernelEndpoints.AnswerAsync(
                r, r.Host.ResendDeadLetterAsync(r.Kernel, Number(r), r.CancellationToken)));
        api.Delete("/v1/kernels/{id}/dead-letters/{number}", KernelEndpoints.Command(
            "dropDeadLetter", Tag, ApiRole.Operator, "Forgets a dead letter."),
            r => KernelEndpoints.AnswerAsync(
                r, r.Host.DropDeadLetterAsync(r.Kernel, Number(r), r.CancellationToken)));
    }

    private static async Task ListAsync(ApiRequest request)
    {
        ulong after = request.Query.Number("after", 0, long.MaxValue) ?? 0;
        int limit = request.Query.Limit();
        IReadOnlyList<DeadLetterInfo> letters = await request.Host.ListDeadLettersAsync(
            request.Kernel, request.CancellationToken);
        ApiList<ApiDeadLetter> page = await Pages.TakeAsync(
            letters.Where(l => l.Number > after).ToAsyncEnumerable(), limit, request.Options.PageBytesMax,
            ToApi.DeadLetter, l => l.Number.ToString(NumberFormatInfo.InvariantInfo),
            l => LetterOverheadBytes + l.Letter.Reason.Length + l.Letter.Message.Payload.Length,
            request.CancellationToken);
        await request.WriteAsync(200, page, ApiJson.Default.ApiListApiDeadLetter);
    }

    private static ulong Number(ApiRequest request) =>
        QueryReader.ParseNumber("number", request.PathText("number"), 1, long.MaxValue);
}
