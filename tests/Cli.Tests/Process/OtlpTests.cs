using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Granary.Cli.Tests;

/// <summary>
/// Spans and metrics arrive at an endpoint that shares no code with who sent them: it takes protocol buffers apart by
/// the numbers of the OTLP specification (opentelemetry-proto 1.x).
/// </summary>
public sealed class OtlpTests
{
    private const string Front = """
        on ask
            call c "back" "answer" payload
            await x c
            halt x
        """;

    private const string Back = """
        on answer
            halt payload
        """;

    [Fact]
    public async Task One_trace_covers_client_gateway_kernel_and_second_kernel()
    {
        using Endpoint endpoint = new();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("granary-otlp-");
        try
        {
            string data = Path.Combine(folder.FullName, "data");
            string traceId = ActivityTraceId.CreateRandom().ToHexString();
            using (NodeProcess node = await NodeProcess.StartAsync(data, "--otlp", endpoint.Url))
            {
                await DeployAsync(data, folder, "back", Back);
                await DeployAsync(data, folder, "front", Front, "--port", "back=back");
                using HttpClient client = new();
                using HttpRequestMessage call = new(HttpMethod.Post, $"{node.Url}/v1/kernels/front/calls?entry=ask");
                call.Headers.Add("traceparent", $"00-{traceId}-00f067aa0ba902b7-01");
                call.Content = new ByteArrayContent("hello"u8.ToArray());
                call.Content.Headers.ContentType = new("application/octet-stream");
                using HttpResponseMessage response = await client.SendAsync(call);
                string body = await response.Content.ReadAsStringAsync();
                Assert.True(response.StatusCode == HttpStatusCode.OK, body);
                Assert.Equal(
                    "hello",
                    JsonDocument.Parse(body).RootElement.GetProperty("payload").GetProperty("text").GetString());

                string metrics = await client.GetStringAsync($"{node.Url}/metrics");
                Assert.Contains("# TYPE granary_messages_total counter", metrics, StringComparison.Ordinal);
                Assert.Contains("granary_gas_total{engine=\"script\"} ", metrics, StringComparison.Ordinal);
                Assert.Contains(
                    "granary_commit_duration_seconds_bucket{le=\"+Inf\"} ", metrics, StringComparison.Ordinal);
                // Ending sends what is still waiting.
                Assert.Equal(0, await node.StopAsync());
            }
            Span[] spans = [.. endpoint.Spans().Where(s => s.TraceId == traceId)];
            Assert.Contains(spans, s => s.Scope == "Microsoft.AspNetCore" && s.ParentId == "00f067aa0ba902b7");
            foreach (string kernel in new[] { "front", "back" })
            {
                foreach (string name in new[] { "receive", "vm.run", "send" })
                {
                    Assert.Contains(
                        spans, s => s.Name == name && s.Attributes.GetValueOrDefault("granary.kernel") == kernel);
                }
            }
            Assert.All(spans, s => Assert.True(s.End >= s.Start && s.Start > 0));
            Assert.Contains("granary.messages", endpoint.MetricNames());
            Assert.Contains("granary.commit.duration", endpoint.MetricNames());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task DeployAsync(
        string data, DirectoryInfo folder, string name, string source, params string[] more)
    {
        string file = Path.Combine(folder.FullName, name + ".gscript");
        await File.WriteAllTextAsync(file, source);
        (int exitCode, _, string errors) = await NodeProcess.RunAsync(data, ["deploy", file, .. more]);
        Assert.True(exitCode == 0, errors);
    }

    private sealed record Span(
        string Scope, string Name, string TraceId, string ParentId, ulong Start, ulong End,
        Dictionary<string, string> Attributes);

    /// <summary>Takes OTLP over HTTP and answers as the specification wants.</summary>
    private sealed class Endpoint : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly List<(string Path, byte[] Body)> _requests = [];
        private readonly Task _loop;

        public Endpoint()
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
        public IEnumerable<Span> Spans() =>
            from request in Requests("/v1/traces")
            from resource in ProtoFields(request, 1)
            from scope in ProtoFields(resource, 2)
            from span in ProtoFields(scope, 2)
            select new Span(
                Text(ProtoFields(ProtoFields(scope, 1).First(), 1).First()),
                Text(ProtoFields(span, 5).First()),
                Convert.ToHexStringLower(ProtoFields(span, 1).First()),
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
}
