using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <content>Messages and calls.</content>
public sealed partial class GranaryClient
{
    // What the API allows one request to wait.
    private const int WaitSecondsMax = 300;
    private const int MadeKeyChars = 32;

    private static readonly TimeSpan s_waitMin = TimeSpan.FromMilliseconds(100);

    public async Task<MessageAccepted> SendAsync(MessageRequest request, CancellationToken cancellationToken = default)
    {
        if (request.ExpectsReply)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "Over HTTP a message has no reply to ask for later.", "Call instead.");
        }
        bool isOwnKey = request.IdempotencyKey.Length == 0;
        NodeRequest post = Post(request, "messages", $"a message to '{request.To}'") with { Retry = RetryRule.Keyed };
        MessageAccepted accepted = FromApi.Accepted(
            await ChangeAsync(post, ApiJson.Default.ApiAccepted, cancellationToken).ConfigureAwait(false));
        // Under a key of ours, what was taken before was this very message: its first answer was lost.
        return isOwnKey ? accepted with { Duplicate = false } : accepted;
    }

    public async Task<CallResult> CallAsync(MessageRequest request, CancellationToken cancellationToken = default)
    {
        bool isOwnKey = request.IdempotencyKey.Length == 0;
        NodeRequest post = Post(request, "calls", $"a call to '{request.To}'") with
        {
            Retry = RetryRule.KeyedUntilAnswered,
        };
        post = post with { Path = post.Path + $"&timeout={WaitSeconds()}", Timeout = WaitTimeout() };
        await _opening.WaitAsync(cancellationToken).ConfigureAwait(false);
        CallAnswer answer = (await _channel.SendAsync(
            post, (response, token) => ReadCallAsync(post, response, token), cancellationToken).ConfigureAwait(false))!;
        CallResult result = answer.Result
            ?? await WaitForReplyAsync(request.To, post.IdempotencyKey!, RetryRule.UntilAnswered, cancellationToken)
                .ConfigureAwait(false)
            ?? throw NodeErrors.Forgotten(request.To, post.IdempotencyKey!);
        return isOwnKey ? result with { Duplicate = false } : result;
    }

    public Task<CallResult?> AwaitReplyAsync(
        KernelId id, string idempotencyKey, CancellationToken cancellationToken = default) =>
        WaitForReplyAsync(id, CheckKey(idempotencyKey), RetryRule.Safe, cancellationToken);

    /// <param name="first">The rule until the node has said that it has the call.</param>
    private async Task<CallResult?> WaitForReplyAsync(
        KernelId id, string key, RetryRule first, CancellationToken cancellationToken)
    {
        NodeRequest wait = new(
            HttpMethod.Get, KernelPath(id, $"/calls/{Segment(key)}?timeout={WaitSeconds()}"), $"a call to '{id}'")
        {
            Retry = first, Timeout = WaitTimeout(), IsAbsent = IsForgotten,
        };
        while (true)
        {
            long asked = Stopwatch.GetTimestamp();
            CallAnswer? answer = await _channel.SendAsync(
                wait, (response, token) => ReadCallAsync(wait, response, token), cancellationToken)
                .ConfigureAwait(false);
            if (answer is null || answer.Result is not null)
            {
                return answer?.Result;
            }
            wait = wait with { Retry = RetryRule.UntilAnswered };
            if (Stopwatch.GetElapsedTime(asked) < s_waitMin)
            {
                // A node that stops lets nobody wait; asking at once again would only keep it from stopping.
                await _channel.Options.Pause(s_waitMin, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<CallAnswer?> ReadCallAsync(
        NodeRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.StatusCode == HttpStatusCode.Accepted)
        {
            await _channel.ReadJsonAsync(request, response, ApiJson.Default.ApiPending, cancellationToken)
                .ConfigureAwait(false);
            return new CallAnswer(null);
        }
        return new CallAnswer(FromApi.CallResult(
            await _channel.ReadJsonAsync(request, response, ApiJson.Default.ApiCallResult, cancellationToken)
                .ConfigureAwait(false)));
    }

    private NodeRequest Post(MessageRequest request, string resource, string what)
    {
        if (request.Gas < 0)
        {
            throw new KernelHostException(KernelHostError.BadRequest, "Gas is not negative.");
        }
        if (request.Timeout < TimeSpan.Zero)
        {
            throw new KernelHostException(KernelHostError.BadRequest, "A timeout is not negative.");
        }
        string key = request.IdempotencyKey.Length == 0
            ? RandomNumberGenerator.GetHexString(MadeKeyChars, lowercase: true)
            : CheckKey(request.IdempotencyKey);
        string gas = request.Gas.ToString(NumberFormatInfo.InvariantInfo);
        string entry = request.Entry.Length == 0 ? "" : "&entry=" + Uri.EscapeDataString(request.Entry);
        string within = request.Timeout is { } timeout
            ? "&within=" + Seconds((long)Math.Min(Math.Ceiling(timeout.TotalMilliseconds), KernelTimer.MillisecondsMax))
            : "";
        return new NodeRequest(HttpMethod.Post, KernelPath(request.To, $"/{resource}?gas={gas}{entry}{within}"), what)
        {
            Body = () => Octets(request.Payload),
            IdempotencyKey = key,
            Timeout = _channel.Options.RequestTimeout,
        };
    }

    // Exact: the node reads as many digits as there are.
    private static string Seconds(long milliseconds) =>
        (milliseconds / 1_000m).ToString(NumberFormatInfo.InvariantInfo);

    // It travels in a header, where blanks at the ends are lost and other characters are not allowed.
    private static string CheckKey(string key)
    {
        if (key.Length is 0 or > KernelLimits.IdempotencyKeyCharsMax || key is "." or ".."
            || !key.All(static c => c is >= ' ' and < '\x7f') || key[0] == ' ' || key[^1] == ' ')
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, $"'{key}' is no idempotency key for a node.",
                $"Use 1 to {KernelLimits.IdempotencyKeyCharsMax} ASCII characters, no blank first or last.");
        }
        return key;
    }

    private static bool IsForgotten(HttpStatusCode status, ApiProblem? problem) =>
        status == HttpStatusCode.NotFound && problem is not null
        && !string.Equals(problem.Code, nameof(KernelHostError.NoSuchKernel), StringComparison.OrdinalIgnoreCase);

    private int WaitSeconds() => (int)Math.Clamp(_channel.Options.WaitPerRequest.TotalSeconds, 0, WaitSecondsMax);

    private TimeSpan WaitTimeout() => TimeSpan.FromSeconds(WaitSeconds()) + _channel.Options.RequestTimeout;

    /// <param name="Result">Null while there is none.</param>
    private sealed record CallAnswer(CallResult? Result);
}
