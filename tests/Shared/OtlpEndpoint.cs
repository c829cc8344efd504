using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Granary.Tests;

/// <summary>
/// Takes OTLP over HTTP and answers as the specification wants. Takes protocol buffers apart by the numbers of the
/// specification (opentelemetry-proto 1.x).
/// </summary>
internal sealed class OtlpEndpoint : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly List<(string Path, byte[] Body)> _requests = [];
    private readonly Task _loop;

    public OtlpEndpoint()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
        probe.Stop();
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _loop = Task.Run(ListenAsync);
    }

    public string Url { get; }

    /// <summary>ExportTraceServiceRequest: 1 resource spans, 2 scope spans, 1 scope (1 name), 2 spans.</summary>
    public IEnumerable<OtlpSpan> Spans() =>
        from request in Requests("/v1/traces")
        from resource in ProtoFields(request, 1)
        from scope in ProtoFields(resource, 2)
        from span in ProtoFields(scope, 2)
        let instance = ResourceText(resource, "service.instance.id")
        select new OtlpSpan(
            instance, Text(ProtoFields(ProtoFields(scope, 1).First(), 1).First()),
            Text(ProtoFields(span, 5).First()),
            Convert.ToHexStringLower(ProtoFields(span, 1).First()),
            Convert.ToHexStringLower(ProtoFields(span, 2).First()),
            ProtoFields(span, 4).Select(Convert.ToHexStringLower).FirstOrDefault(""),
            Fixed(ProtoFields(span, 7).First()), Fixed(ProtoFields(span, 8).First()),
            ProtoFields(span, 9).ToDictionary(
                a => Text(ProtoFields(a, 1).First()),
                a => ProtoFields(ProtoFields(a, 2).First(), 1).Select(Text).FirstOrDefault("")));

    /// <summary>ExportMetricsServiceRequest: 1 resource metrics, 2 scope metrics, 2 metrics (1 name).</summary>
    public IEnumerable<string> MetricNames() =>
        from request in Requests("/v1/metrics")
        from resource in ProtoFields(request, 1)
        from scope in ProtoFields(resource, 2)
        from metric in ProtoFields(scope, 2)
        select Text(ProtoFields(metric, 1).First());

    public void Dispose()
    {
        _listener.Stop();
        _loop.Wait(TimeSpan.FromSeconds(10));
        _listener.Close();
    }

    private List<byte[]> Requests(string path)
    {
        lock (_requests)
        {
            return [.. _requests.Where(r => r.Path == path).Select(r => r.Body)];
        }
    }

    private async Task ListenAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                using MemoryStream body = new();
                await context.Request.InputStream.CopyToAsync(body);
                lock (_requests)
                {
                    _requests.Add((context.Request.Url!.AbsolutePath, body.ToArray()));
                }
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    /// <summary>1 resource, of which 1 attributes.</summary>
    private static string ResourceText(byte[] resourceSpans, string key) => (
        from resource in ProtoFields(resourceSpans, 1)
        from attribute in ProtoFields(resource, 1)
        where Text(ProtoFields(attribute, 1).First()) == key
        select Text(ProtoFields(ProtoFields(attribute, 2).First(), 1).First())).FirstOrDefault("");

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static ulong Fixed(byte[] bytes) => BitConverter.ToUInt64(bytes);

    /// <summary>The contents of all fields of a number, in order.</summary>
    private static List<byte[]> ProtoFields(byte[] message, int number)
    {
        List<byte[]> found = [];
        int at = 0;
        while (at < message.Length)
        {
            ulong tag = Varint(message, ref at);
            int start = at;
            int length = (tag & 7) switch
            {
                0 => SkipVarint(message, at),
                1 => 8,
                2 => (int)Varint(message, ref at),
                5 => 4,
                _ => throw new InvalidDataException($"Wire type {tag & 7} at {start}."),
            };
            if ((int)(tag >> 3) == number)
            {
                found.Add(message.AsSpan(at, length).ToArray());
            }
            at += length;
        }
        return found;
    }

    private static int SkipVarint(byte[] message, int at)
    {
        int end = at;
        Varint(message, ref end);
        return end - at;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte next = message[at++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }
    }
}

/// <param name="Instance">The process.</param>
/// <param name="Scope">The activity source.</param>
internal sealed record OtlpSpan(
    string Instance, string Scope, string Name, string TraceId, string SpanId, string ParentId, ulong Start, ulong End,
    Dictionary<string, string> Attributes);
