using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Granary.Benchmarks;

/// <summary>Calls over so many connections, each waiting for its answer before it calls again.</summary>
internal sealed class HttpCaller : IDisposable
{
    private static readonly byte[] s_payload = "sixteen bytes ok"u8.ToArray();
    private static long s_lastKey;

    private readonly HttpClient _http;
    private readonly int _connections;
    private readonly string[] _paths;

    public HttpCaller(Uri server, int connections, string[] paths)
    {
        (_connections, _paths) = (connections, paths);
        _http = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = false, AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
        })
        {
            BaseAddress = server,
        };
    }

    /// <returns>The answer, which is checked.</returns>
    public async Task<byte[]> CallAsync(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, path + "?entry=hit");
        request.Content = new ByteArrayContent(s_payload);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        string key = Interlocked.Increment(ref s_lastKey).ToString("d16", NumberFormatInfo.InvariantInfo);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        using HttpResponseMessage response = await _http.SendAsync(request);
        byte[] answer = await response.Content.ReadAsByteArrayAsync();
        BenchmarkRun.Check(response.StatusCode, HttpStatusCode.OK, "the status of an answer");
        BenchmarkRun.Check(answer.AsSpan().IndexOf(s_payload) >= 0, true, "that an answer holds what was sent");
        return answer;
    }

    /// <summary>Calls so often in all; the latencies are in milliseconds, sorted.</summary>
    public async Task<(Reading Reading, double[] Latencies)> FloodAsync(int calls)
    {
        double[] latencies = new double[calls];
        int next = -1;
        async Task CallOnAsync()
        {
            for (int i = Interlocked.Increment(ref next); i < calls; i = Interlocked.Increment(ref next))
            {
                long start = Stopwatch.GetTimestamp();
                await CallAsync(_paths[i % _paths.Length]);
                latencies[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }
        }
        Reading reading = await Reading.OfAsync(
            calls, () => Task.WhenAll(Enumerable.Range(0, _connections).Select(_ => Task.Run(CallOnAsync))));
        Array.Sort(latencies);
        return (reading, latencies);
    }

    public void Dispose() => _http.Dispose();
}
