using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Granary.Tests;

namespace Granary.Cli.Tests;

/// <summary>
/// Spans and metrics arrive at an endpoint that shares no code with who sent them.
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
        using OtlpEndpoint endpoint = new();
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
            OtlpSpan[] spans = [.. endpoint.Spans().Where(s => s.TraceId == traceId)];
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
}
