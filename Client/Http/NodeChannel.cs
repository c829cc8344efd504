using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Granary.Api;
using Granary.Kernels;

namespace Granary.Client;

/// <summary>Brings requests to a node: again where that is safe, and with answers read within bounds.</summary>
internal sealed class NodeChannel : IDisposable
{
    private const int ProblemBytesMax = 64 << 10;

    private static readonly TimeSpan s_pooledFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_connectToNextMax = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private readonly NodeRing _nodes;
    private readonly CancellationTokenSource _closing = new();

    public NodeChannel(IReadOnlyList<Uri> nodes, GranaryClientOptions options)
    {
        _nodes = new NodeRing(nodes);
        Options = options;
        // Those who use it may outlive the source.
        Closing = _closing.Token;
        _http = new HttpClient(options.Handler ?? NewHandler(nodes, options), disposeHandler: options.Handler is null)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The one that is asked at present.</summary>
    public Uri Node => _nodes.Current;

    public int NodeCount => _nodes.Count;

    public GranaryClientOptions Options { get; }

    /// <summary>Cancelled when the client is disposed of.</summary>
    public CancellationToken Closing { get; }

    /// <summary>The answer as a record; null when it is absent.</summary>
    public Task<T?> SendAsync<T>(NodeRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        SendAsync(request, (response, token) => ReadJsonAsync(request, response, type, token)!, cancellationToken);

    /// <param name="read">Reads the answer; when that fails for the connection, the request is tried again too.</param>
    public async Task<T?> SendAsync<T>(
        NodeRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T?>> read,
        CancellationToken cancellationToken)
    {
        RetrySchedule schedule = new(Options, _nodes.Count) { IsPatient = request.Retry == RetryRule.UntilAnswered };
        bool maybeDone = false;
        using CancellationTokenSource either =
            CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Closing);
        while (true)
        {
            Uri node = _nodes.Current;
            Attempt<T> attempt =
                await TryAsync(node, request, read, cancellationToken, either.Token).ConfigureAwait(false);
            if (attempt.Error is null)
            {
                return attempt.Answer;
            }
            maybeDone |= attempt.MaybeDone;
            bool elsewhere = attempt is { IsPassing: true, IsLater: false };
            if (elsewhere)
            {
                _nodes.Leave(node);
            }
            schedule.IsPatient |= maybeDone && request.Retry == RetryRule.KeyedUntilAnswered;
            bool mayRetry = attempt.IsPassing && (request.IsRepeatable || !attempt.MaybeDone);
            KernelHostException error = attempt.Error as KernelHostException
                ?? NodeErrors.Unreachable(node, request, maybeDone, attempt.Error);
            if (!mayRetry || !await WaitAsync(schedule, error, attempt, cancellationToken, either.Token)
                .ConfigureAwait(false))
            {
                throw error;
            }
        }
    }

    public async Task<T> ReadJsonAsync<T>(
        NodeRequest request, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (response.Content.Headers.ContentType is not { MediaType: "application/json" })
        {
            throw NodeErrors.WrongType(request, response.Content.Headers.ContentType);
        }
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using BoundedStream bounded = new(body, Options.AnswerBytesMax);
        try
        {
            return await JsonSerializer.DeserializeAsync(bounded, type, cancellationToken).ConfigureAwait(false)
                ?? throw NodeErrors.Bad("it is null");
        }
        catch (JsonException e)
        {
            throw NodeErrors.BadJson(request, e);
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        _http.Dispose();
        _closing.Dispose();
    }

    private static async Task<bool> WaitAsync<T>(
        RetrySchedule schedule, KernelHostException error, Attempt<T> attempt, CancellationToken callers,
        CancellationToken either)
    {
        try
        {
            return await schedule.TryWaitAsync(error.Error, attempt.RetryAfter, attempt.IsLater, either)
                .ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!callers.IsCancellationRequested)
        {
            throw NodeErrors.Disposed();
        }
        catch (OperationCanceledException e)
        {
            throw new OperationCanceledException(e.Message, e, callers);
        }
    }

    private async Task<Attempt<T>> TryAsync<T>(
        Uri node,
        NodeRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T?>> read,
        CancellationToken callers,
        CancellationToken either)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(either);
        if (request.Timeout is { } timeout)
        {
            limit.CancelAfter(timeout);
        }
        HttpResponseMessage? response = null;
        bool isHandedOver = false;
        try
        {
            using HttpRequestMessage message = ToMessage(node, request);
            response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token)
                .ConfigureAwait(false);
            if (response.Headers.ConnectionClose == true)
            {
                // It is about to stop: the next request need not find that out.
                _nodes.Leave(node);
            }
            if (!response.IsSuccessStatusCode)
            {
                return await RefusedAsync<T>(request, response, limit.Token).ConfigureAwait(false);
            }
            T? answer = await read(response, limit.Token).ConfigureAwait(false);
            isHandedOver = request.IsStreamed;
            return new Attempt<T>(answer, null);
        }
        catch (OperationCanceledException e) when (callers.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, callers);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException
            && either.IsCancellationRequested)
        {
            throw NodeErrors.Disposed();
        }
        catch (HttpRequestException e) when (e.InnerException is AuthenticationException)
        {
            return new Attempt<T>(default, NodeErrors.BadCertificate(node, e));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return new Attempt<T>(default, e) { IsPassing = true, MaybeDone = !IsUnsent(e) };
        }
        finally
        {
            if (!isHandedOver)
            {
                response?.Dispose();
            }
        }
    }

    private static async Task<Attempt<T>> RefusedAsync<T>(
        NodeRequest request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ApiProblem? problem = await ReadProblemAsync(response, cancellationToken).ConfigureAwait(false);
        if (request.IsAbsent?.Invoke(response.StatusCode, problem) == true)
        {
            return new Attempt<T>(default, null);
        }
        // 429 says that nothing was done; 503 and what proxies say do not.
        bool isLater = response.StatusCode == HttpStatusCode.TooManyRequests;
        return new Attempt<T>(default, NodeErrors.Refused(request, response, problem))
        {
            IsPassing = isLater || response.StatusCode is HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout,
            MaybeDone = !isLater,
            IsLater = isLater,
            RetryAfter = RetryAfter(response.Headers.RetryAfter),
        };
    }

    private static async Task<ApiProblem?> ReadProblemAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType is not { MediaType: "application/problem+json" })
        {
            return null;
        }
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using BoundedStream bounded = new(body, ProblemBytesMax);
            return await JsonSerializer.DeserializeAsync(bounded, ApiJson.Default.ApiProblem, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is JsonException or KernelHostException)
        {
            // The status says enough.
            return null;
        }
    }

    private HttpRequestMessage ToMessage(Uri node, NodeRequest request)
    {
        HttpRequestMessage message = new(request.Method, new Uri(node, request.Path))
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // Never null for what changes something: without a body the runtime itself sends a request again whose
            // answer was lost.
            Content = request.Body?.Invoke() ?? (request.Method == HttpMethod.Get ? null : new ByteArrayContent([])),
        };
        message.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(request.Accept));
        message.Headers.ExpectContinue = request.AsksFirst ? true : null;
        if (Options.Token is { } token)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (request.IdempotencyKey is { } key)
        {
            message.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }
        return message;
    }

    private static TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date ? date - DateTimeOffset.UtcNow : null);

    private static bool IsUnsent(Exception e) => e is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
            or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError,
    };

    private static SocketsHttpHandler NewHandler(IReadOnlyList<Uri> nodes, GranaryClientOptions options) => new()
    {
        // A token goes to the nodes that it was given for and nowhere else.
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = !nodes.All(n => n.IsLoopback),
        // Another node is nearer than one that may never answer.
        ConnectTimeout = nodes.Count > 1 && options.ConnectTimeout > s_connectToNextMax
            ? s_connectToNextMax
            : options.ConnectTimeout,
        PooledConnectionLifetime = s_pooledFor,
        ConnectCallback = ConnectAsync,
    };

    // Requests may wait for hours: the system finds out when the other end is gone without a word.
    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <param name="Error">Null when it went well.</param>
    private readonly record struct Attempt<T>(T? Answer, Exception? Error)
    {
        /// <summary>It may go better another time.</summary>
        public bool IsPassing { get; init; }

        /// <summary>The node may have carried it out.</summary>
        public bool MaybeDone { get; init; }

        /// <summary>The kernel takes nothing now, whichever node is asked.</summary>
        public bool IsLater { get; init; }

        public TimeSpan? RetryAfter { get; init; }
    }
}
