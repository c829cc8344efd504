using System.Security.Cryptography;
using Granary.Api;
using Granary.Kernels;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Granary.Gateway;

/// <summary>Messages and calls.</summary>
internal static class MessageEndpoints
{
    private const string Tag = "messages";
    private const string KeyHeader = "Idempotency-Key";
    private const string KeyText =
        "Under it the message is taken once: 1 to 64 visible ASCII characters, no blanks.";
    private const string WithinText =
        "It is begun within so many seconds or never, and so is what is sent meanwhile; no bound by default.";
    private const int MadeKeyBytes = 16;

    /// <summary>
    /// To learn whether a kernel remembers a key it may have to be recovered first, however short the wait.
    /// </summary>
    private static readonly TimeSpan s_lookingTime = TimeSpan.FromMilliseconds(500);

    public static void Map(ApiRoutes api)
    {
        TimeSpan longest = TimeSpan.FromSeconds(QueryReader.WaitSecondsMax) + api.Options.RequestTimeout;
        api.Post("/v1/kernels/{id}/messages", new Operation(
            "sendMessage", Tag, ApiRole.Operator, "Sends a message; answers when it is durable.")
            .Query("entry", "string", "The entry point; the program's first by default.")
            .Query("gas", "string", "The budget: a number, or none for no limit.")
            .Query("within", "number", WithinText)
            .Header(KeyHeader, KeyText)
            .TakesBytes("payload", api.Options.PayloadBytesMax)
            .Gives(202, typeof(ApiAccepted), "In the kernel's journal.").Fails(400, 404, 409), SendAsync);
        api.Post("/v1/kernels/{id}/calls", new Operation(
            "callKernel", Tag, ApiRole.Operator, "Sends a message and waits for the reply.")
            .Query("entry", "string", "The entry point; the program's first by default.")
            .Query("gas", "string", "The budget: a number, or none for no limit.")
            .Query("within", "number", WithinText)
            .Query("timeout", "number", "Seconds to wait, 0 to 300; 30 by default.")
            .Header(KeyHeader, $"{KeyText} Made up when absent.")
            .TakesBytes("payload", api.Options.PayloadBytesMax)
            .Gives(200, typeof(ApiCallResult), "The reply.", headers: KeyHeader)
            .Gives(202, typeof(ApiPending), "Durable; no reply yet: wait again.", headers: [KeyHeader, "Location"])
            .Within(longest).Fails(400, 404, 409), CallAsync);
        api.Get("/v1/kernels/{id}/calls/{key}", new Operation(
            "awaitCall", Tag, ApiRole.Operator, "Waits for the reply to a call that was made under a key.")
            .Query("timeout", "number", "Seconds to wait, 0 to 300; 30 by default.")
            .Gives(200, typeof(ApiCallResult), "The reply.", headers: KeyHeader)
            .Gives(202, typeof(ApiPending), "No reply yet: wait again.", headers: [KeyHeader, "Location"])
            .Within(longest).Fails(400, 404, 409, 429), AwaitAsync);
    }

    private static async Task SendAsync(ApiRequest request)
    {
        MessageRequest message = await ReadAsync(request, GivenKey(request) ?? "");
        MessageAccepted accepted = await request.Host.SendAsync(message, request.CancellationToken);
        await request.WriteAsync(StatusCodes.Status202Accepted, ToApi.Accepted(accepted), ApiJson.Default.ApiAccepted);
    }

    private static async Task CallAsync(ApiRequest request)
    {
        string key = GivenKey(request) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(MadeKeyBytes));
        TimeSpan timeout = request.Query.Timeout();
        MessageRequest message = await ReadAsync(request, key);
        request.Response.Headers[KeyHeader] = key;
        CallResult? result = await WaitAsync(request, timeout, token => request.Host.CallAsync(message, token)!);
        if (result is not null)
        {
            await AnswerAsync(request, result, key);
            return;
        }
        // The waiting may have ended before the message was durable, or got to the kernel at all. Under its key it is
        // taken once; if it is taken here, then as the call that it is, or nobody could ask for its reply.
        await request.Host.SendAsync(message with { ExpectsReply = true }, request.CancellationToken);
        await PendingAsync(request, key);
    }

    private static async Task AwaitAsync(ApiRequest request)
    {
        string key = PathKey(request);
        TimeSpan timeout = request.Query.Timeout();
        request.Response.Headers[KeyHeader] = key;
        bool known = true;
        CallResult? result = await WaitAsync(
            request, timeout > s_lookingTime ? timeout : s_lookingTime,
            async token =>
            {
                CallResult? reply = await request.Host.AwaitReplyAsync(request.Kernel, key, token);
                known = reply is not null;
                return reply;
            });
        if (!known)
        {
            throw new ProblemException(
                StatusCodes.Status404NotFound, "noSuchCall",
                $"Kernel '{request.Kernel}' does not remember a call '{key}'.",
                "It was never made, or too many came after it.");
        }
        await (result is null ? PendingAsync(request, key) : AnswerAsync(request, result, key));
    }

    /// <summary>Null when the time is over, or the node stops.</summary>
    private static async Task<CallResult?> WaitAsync(
        ApiRequest request, TimeSpan timeout, Func<CancellationToken, Task<CallResult?>> wait)
    {
        SlotCounter slots = request.Core.WaitingCalls;
        if (!slots.TryTake())
        {
            throw Problems.Busy("As many calls wait at this node as it takes.");
        }
        using CancellationTokenSource time = new(timeout, request.Options.Clock);
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(
            request.CancellationToken, time.Token, request.Core.Stopping);
        try
        {
            return await wait(over.Token);
        }
        catch (OperationCanceledException) when (!request.CancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            slots.Release();
        }
    }

    private static Task AnswerAsync(ApiRequest request, CallResult result, string key) =>
        request.WriteAsync(StatusCodes.Status200OK, ToApi.CallResult(result, key), ApiJson.Default.ApiCallResult);

    private static Task PendingAsync(ApiRequest request, string key)
    {
        request.Response.Headers.Location = $"/v1/kernels/{request.Kernel}/calls/{Uri.EscapeDataString(key)}";
        return request.WriteAsync(
            StatusCodes.Status202Accepted, new ApiPending(request.Kernel.Value, key), ApiJson.Default.ApiPending);
    }

    private static async Task<MessageRequest> ReadAsync(ApiRequest request, string key) => new()
    {
        To = request.Kernel, Entry = request.Query.Text("entry") ?? "", Gas = request.Query.Gas(), IdempotencyKey = key,
        Payload = await request.ReadBodyAsync(), Trace = TraceContext.Of(request.Context),
        Timeout = request.Query.Milliseconds("within") is { } within ? TimeSpan.FromMilliseconds(within) : null,
    };

    private static string? GivenKey(ApiRequest request) => request.Context.Request.Headers[KeyHeader] switch
    {
        { Count: 0 } => null,
        { Count: 1 } one => CheckKey(one.ToString()),
        _ => throw Problems.BadRequest($"The header {KeyHeader} is there more than once.", "Send it once."),
    };

    /// <summary>
    /// The key in the path. A slash may be part of it, so it is read from what the client sent, before the server took
    /// the escapes apart.
    /// </summary>
    private static string PathKey(ApiRequest request)
    {
        string target = request.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?', 2)[0];
        return CheckKey(Uri.UnescapeDataString(target[(target.LastIndexOf('/') + 1)..]));
    }

    /// <summary>A key travels in a header and stands in the journal: visible characters only.</summary>
    private static string CheckKey(string key)
    {
        bool valid = key.Length is > 0 and <= KernelLimits.IdempotencyKeyCharsMax && key is not ("." or "..")
            && key.All(c => c is > ' ' and <= '~');
        return valid
            ? key
            : throw Problems.BadParameter(
                KeyHeader, key,
                $"A key is 1 to {KernelLimits.IdempotencyKeyCharsMax} visible ASCII characters, no blanks.");
    }
}
