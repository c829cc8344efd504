using System.Net;
using Granary.Api;

namespace Granary.Client;

/// <summary>One request, from which as many HTTP messages are made as it takes.</summary>
/// <param name="What">For errors, for example <c>deploying 'counter'</c>.</param>
internal sealed record NodeRequest(HttpMethod Method, string Path, string What)
{
    /// <summary>Makes the body; once for each attempt.</summary>
    public Func<HttpContent>? Body { get; init; }

    public string? IdempotencyKey { get; init; }

    public string Accept { get; init; } = "application/json";

    public RetryRule Retry { get; init; } = RetryRule.Once;

    /// <summary>How long the answer may take; null: as long as the connection lives.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Asks whether the node takes the body before sending it.</summary>
    public bool AsksFirst { get; init; }

    /// <summary>The answer is read by whoever gets it, and is theirs to dispose of.</summary>
    public bool IsStreamed { get; init; }

    /// <summary>Refusals that mean "there is none", not an error.</summary>
    public Func<HttpStatusCode, ApiProblem?, bool>? IsAbsent { get; init; }

    public bool IsRepeatable => Retry != RetryRule.Once;
}
