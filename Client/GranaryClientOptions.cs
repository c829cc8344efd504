namespace Granary.Client;

/// <summary>How a <see cref="GranaryClient"/> talks to its node.</summary>
public sealed record GranaryClientOptions
{
    /// <summary>
    /// The API token; not needed on loopback unless the node says so. Never sent without TLS elsewhere.
    /// </summary>
    public string? Token { get; init; }

    /// <summary>What carries requests, for tests and proxies; whoever gives it disposes of it. Null: sockets.</summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>How long to try to connect; with several nodes 2 s at most.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long an answer may take; what waits by its nature (calls, verifying, bundles) is not bound by it.
    /// </summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long one request waits for a reply. A call that takes longer waits again, for as long as it takes.
    /// </summary>
    public TimeSpan WaitPerRequest { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>An event stream that brings nothing for so long, not even a comment, is opened again.</summary>
    public TimeSpan EventIdleTimeout { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>How often to try again what is safe to try again, in a row; for each of several nodes.</summary>
    public int RetryCount { get; init; } = 6;

    /// <summary>
    /// The pause before the first retry; it doubles each time. Half of each pause is random. Of several nodes each is
    /// tried before a pause.
    /// </summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause before a retry, also when the node asks for a longer one.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a call that the node may have taken, and an event stream, wait for a node that is gone to come back.
    /// Null: until they are cancelled.
    /// </summary>
    public TimeSpan? OutageMax { get; init; }

    /// <summary>The longest answer that is read, in bytes; longer ones are refused.</summary>
    public long AnswerBytesMax { get; init; } = 256L << 20;

    /// <summary>The longest event that is read, in bytes.</summary>
    public int EventBytesMax { get; init; } = 64 << 20;

    /// <summary>The first pauses between retries, for tests.</summary>
    internal Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;
}
