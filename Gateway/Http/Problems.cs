using System.Globalization;
using Granary.Api;
using Granary.Kernels;
using Microsoft.AspNetCore.Http;

namespace Granary.Gateway;

/// <summary>The refusals of the gateway, worded once.</summary>
internal static class Problems
{
    public const string RetryAfterSeconds = "1";

    public static ProblemException BadRequest(string what, string advice) =>
        new(StatusCodes.Status400BadRequest, "badRequest", what, advice);

    public static ProblemException BadParameter(string name, string value, string advice) => BadRequest(
        $"The parameter '{name}' is '{Shorten(value)}'.", advice);

    public static ProblemException TooLarge(string what, long bytesMax) => new(
        StatusCodes.Status413PayloadTooLarge, ToApi.Word(KernelHostError.MessageTooLarge),
        string.Create(CultureInfo.InvariantCulture, $"The body ({what}) is over {bytesMax} bytes."),
        "Send less at once.");

    public static ProblemException WrongContentType(string given, string wanted) => new(
        StatusCodes.Status415UnsupportedMediaType, "unsupportedMediaType",
        given.Length == 0 ? "The body has no content type." : $"The content type is '{Shorten(given)}'.",
        $"Send it as '{wanted}'.");

    public static ProblemException Busy(string what) =>
        new(StatusCodes.Status429TooManyRequests, "busy", what, "Ask again after the time in Retry-After.");

    public static ProblemException TimedOut() => new(
        StatusCodes.Status503ServiceUnavailable, "timeout", "The answer took too long.",
        "Ask again; what was asked for may have happened.");

    public static ProblemException ShuttingDown() => new(
        StatusCodes.Status503ServiceUnavailable, ToApi.Word(KernelHostError.ShuttingDown),
        "This node is shutting down.", "Ask again when it has started again.");

    public static ProblemException StoreAway(HostHealth health) => new(
        StatusCodes.Status503ServiceUnavailable, ToApi.Word(KernelHostError.Store),
        string.Create(
            CultureInfo.InvariantCulture,
            $"The store has not answered since {Time(health.Since)}: {health.Reason}."),
        "Nothing is acknowledged until it answers; it is tried again and again, and nothing is lost.");

    public static ProblemException Of(KernelHostException error) =>
        new(StatusOf(error.Error), ToApi.Word(error.Error), error.What, error.Advice);

    public static ProblemException Of(BadHttpRequestException error) => error.StatusCode switch
    {
        StatusCodes.Status408RequestTimeout => new(
            error.StatusCode, "requestTimeout", "The body came too slowly.", "Send it again over a better line."),
        StatusCodes.Status413PayloadTooLarge => new(
            error.StatusCode, ToApi.Word(KernelHostError.MessageTooLarge), "The body is too large.",
            "Send less at once."),
        _ => new(
            error.StatusCode, "badRequest", "The request is no HTTP, or it was cut short.", "Send it again, whole."),
    };

    /// <summary>For what the framework refuses with a bare status.</summary>
    public static ProblemException OfStatus(int status, HttpRequest request) => status switch
    {
        StatusCodes.Status404NotFound => new(
            status, "notFound",
            $"There is no '{Shorten(request.Path.Value ?? "")}' here.", "See /openapi/v1.json for what there is."),
        StatusCodes.Status405MethodNotAllowed => new(
            status, "methodNotAllowed",
            $"'{Shorten(request.Path.Value ?? "")}' does not take {Shorten(request.Method)}.",
            "See the header Allow."),
        StatusCodes.Status415UnsupportedMediaType => new(
            status, "unsupportedMediaType", "The content type does not fit.", "See /openapi/v1.json."),
        _ => new(status, status >= 500 ? "internal" : "badRequest", "The request is refused.", "See /openapi/v1.json."),
    };

    private static string Time(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds)
        .UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static int StatusOf(KernelHostError error) => error switch
    {
        KernelHostError.NoSuchKernel or KernelHostError.NoSuchEngine or KernelHostError.NoSuchCheckpoint =>
            StatusCodes.Status404NotFound,
        KernelHostError.NameTaken or KernelHostError.WrongStatus => StatusCodes.Status409Conflict,
        KernelHostError.MessageTooLarge => StatusCodes.Status413PayloadTooLarge,
        KernelHostError.InboxFull => StatusCodes.Status429TooManyRequests,
        KernelHostError.Store or KernelHostError.ShuttingDown => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status400BadRequest,
    };

    /// <summary>Something that a client sent, fit to be said back to it.</summary>
    private static string Shorten(string text)
    {
        const int CharsMax = 100;
        return text.Length <= CharsMax ? text : text[..CharsMax] + "...";
    }
}
