using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace Granary.Client.Tests;

/// <summary>
/// A node that says what the test wants, one answer for each request, and remembers what it was asked.
/// </summary>
internal sealed class ScriptedHandler : HttpMessageHandler
{
    private readonly ConcurrentQueue<Func<HttpRequestMessage, HttpResponseMessage>> _answers = new();

    /// <summary>Requests as <c>METHOD /path?query</c>.</summary>
    public List<string> Requests { get; } = [];

    public List<string> Hosts { get; } = [];

    public List<string> Keys { get; } = [];

    public List<TimeSpan> Pauses { get; } = [];

    public GranaryClientOptions Options => new()
    {
        Handler = this,
        RetryCount = 3,
        Pause = (pause, token) =>
        {
            Pauses.Add(pause);
            return token.IsCancellationRequested ? Task.FromCanceled(token) : Task.CompletedTask;
        },
    };

    public GranaryClient NewClient() => new(new Uri("http://127.0.0.1:7411"), Options);

    public ScriptedHandler Then(Func<HttpRequestMessage, HttpResponseMessage> answer, int times = 1)
    {
        for (int i = 0; i < times; i++)
        {
            _answers.Enqueue(answer);
        }
        return this;
    }

    public ScriptedHandler ThenJson(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        Then(_ => Answer(status, json, "application/json"));

    public ScriptedHandler ThenProblem(int status, string code, int times = 1, int? retryAfter = null) => Then(
        _ =>
        {
            string json = $$"""
                {"type":"urn:granary:{{code}}","title":"What {{code}}.","detail":"Do this.","status":{{status}},
                "code":"{{code}}"}
                """;
            HttpResponseMessage answer = Answer((HttpStatusCode)status, json, "application/problem+json");
            if (retryAfter is { } seconds)
            {
                answer.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds));
            }
            return answer;
        },
        times);

    /// <summary>Nobody listens: nothing was sent.</summary>
    public ScriptedHandler ThenUnreachable(int times = 1) => Then(
        _ => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused"), times);

    /// <summary>The request went out and the connection broke.</summary>
    public ScriptedHandler ThenLost(int times = 1) => Then(
        _ => throw new HttpRequestException(HttpRequestError.ResponseEnded, "The response ended prematurely."), times);

    public static HttpResponseMessage Answer(HttpStatusCode status, string body, string type) => new(status)
    {
        Content = new StringContent(body, Encoding.UTF8, type),
    };

    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Hosts.Add(request.RequestUri!.Host);
        Requests.Add($"{request.Method} {request.RequestUri.PathAndQuery}");
        Keys.Add(request.Headers.TryGetValues("Idempotency-Key", out IEnumerable<string>? keys) ? keys.Single() : "");
        cancellationToken.ThrowIfCancellationRequested();
        return _answers.TryDequeue(out Func<HttpRequestMessage, HttpResponseMessage>? answer)
            ? Task.FromResult(answer(request))
            : throw new InvalidOperationException($"The script has no answer to request {Requests.Count}.");
    }
}
