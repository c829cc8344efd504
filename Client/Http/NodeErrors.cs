using System.Net;
using System.Net.Http.Headers;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>What goes wrong between a client and its node, worded once.</summary>
internal static class NodeErrors
{
    private const int TextCharsMax = 4_096;
    private const string IsItANode = "See that the URL is that of a Granary node, and of the same version.";

    public static KernelHostException Unreachable(Uri node, NodeRequest request, bool maybeDone, Exception inner)
    {
        string why = Why(inner);
        if (!maybeDone)
        {
            return new KernelHostException(
                KernelHostError.Unreachable, $"The node {node} cannot be reached: {why}.",
                "Start one with 'granary up', or mend the URL.", inner);
        }
        string what = $"The node {node} did not answer {request.What}: {why}.";
        if (request.Retry == RetryRule.Once)
        {
            return new KernelHostException(
                KernelHostError.Unreachable, what, "It may have happened: look before doing it again.", inner);
        }
        return request.IdempotencyKey is { } key
            ? new KernelHostException(
                KernelHostError.Unreachable, what,
                $"It may have taken the message: asking again under the idempotency key '{key}' does it once.", inner)
            : new KernelHostException(KernelHostError.Unreachable, what, "Ask again.", inner);
    }

    public static KernelHostException BadCertificate(Uri node, Exception inner) => new(
        KernelHostError.Unreachable, $"No secure connection to {node}: {Why(inner)}.",
        "Have the system trust the node's certificate, for example by the variable SSL_CERT_FILE.", inner);

    public static KernelHostException Disposed() => new(
        KernelHostError.ShuttingDown, "This client was disposed of.", "Make another.");

    public static KernelHostException TooLong(long bytesMax) => new(
        KernelHostError.BadAnswer, $"The node's answer is longer than {bytesMax} bytes.", "Ask for less at once.");

    public static KernelHostException WrongType(NodeRequest request, MediaTypeHeaderValue? type) => new(
        KernelHostError.BadAnswer,
        $"The answer to {request.What} is {type?.MediaType ?? "of no type"} where {request.Accept} was expected.",
        IsItANode);

    public static KernelHostException BadJson(NodeRequest request, Exception inner) => new(
        KernelHostError.BadAnswer, $"The answer to {request.What} cannot be read: {Cut(inner.Message)}", IsItANode,
        inner);

    public static KernelHostException Bad(string what) => new(
        KernelHostError.BadAnswer, $"The node's answer is broken: {what}.", IsItANode);

    public static KernelHostException Forgotten(KernelId id, string key) => new(
        KernelHostError.BadRequest, $"Kernel '{id}' no longer remembers the call '{key}'.",
        "It was taken; its reply was lost when the kernel was rolled back or took many other calls.");

    /// <summary>A refusal, as the node's own host would have worded it.</summary>
    public static KernelHostException Refused(NodeRequest request, HttpResponseMessage response, ApiProblem? problem)
    {
        HttpStatusCode status = response.StatusCode;
        KernelHostError error = Kind(problem?.Code) ?? Kind(status);
        if (problem?.Title is { Length: > 0 } title)
        {
            return new KernelHostException(error, Cut(title), Cut(problem.Detail ?? ""));
        }
        string what = $"The answer to {request.What} is {(int)status} {Cut(response.ReasonPhrase ?? "")}";
        return error switch
        {
            KernelHostError.Denied => new KernelHostException(error, what + ".", "Give a token that has the role."),
            _ => new KernelHostException(error, $"{what} and says no more.", IsItANode),
        };
    }

    private static KernelHostError? Kind(string? code)
    {
        foreach (KernelHostError error in Enum.GetValues<KernelHostError>())
        {
            if (string.Equals(error.ToString(), code, StringComparison.OrdinalIgnoreCase))
            {
                return error;
            }
        }
        return null;
    }

    // For refusals that are not of a host but of what stands before it.
    private static KernelHostError Kind(HttpStatusCode status) => (int)status switch
    {
        401 or 403 => KernelHostError.Denied,
        408 or 502 or 504 => KernelHostError.Unreachable,
        413 => KernelHostError.MessageTooLarge,
        429 => KernelHostError.InboxFull,
        412 => KernelHostError.WrongStatus,
        503 => KernelHostError.ShuttingDown,
        400 or 415 or 422 => KernelHostError.BadRequest,
        _ => KernelHostError.BadAnswer,
    };

    private static string Why(Exception e)
    {
        // The runtime words a time limit as an aborted read.
        return e is OperationCanceledException ? "it took too long" : Cut(e.GetBaseException().Message).TrimEnd('.');
    }

    private static string Cut(string text) => text.Length <= TextCharsMax ? text : text[..TextCharsMax] + " ...";
}
