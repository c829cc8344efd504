using System.Diagnostics;
using System.Text.RegularExpressions;
using Granary.Client;
using Granary.Kernels;
using Granary.Tests;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

/// <summary>What silos tell those who operate them.</summary>
public sealed partial class TelemetryTests
{
    private const string ClientSpan = "00f067aa0ba902b7";

    [PostgresFact]
    public async Task One_trace_covers_client_gateway_three_silos_and_the_runs_of_their_machines()
    {
        using OtlpEndpoint endpoint = new();
        string traceId = ActivityTraceId.CreateRandom().ToHexString();
        await using TestCluster cluster = await StartAsync(0);
        List<SiloProcess> silos = [];
        try
        {
            foreach (string name in new[] { "silo-a", "silo-b", "silo-c" })
            {
                silos.Add(await SiloProcess.StartAsync(
                    cluster, name, "--otlp", endpoint.Url, "--listen", "http://127.0.0.1:0"));
            }
            await using GranaryClient host = new(silos[0].Url);
            await UntilAsync("all are known", async () => (await host.ListSilosAsync()).Count == 3);
            await DeployAsync(host, "back", "on answer\n    halt payload");
            await DeployAsync(
                host, "front", "on ask\n    call c \"back\" \"answer\" payload\n    await x c\n    halt x");
            await host.SetPortAsync(Id("front"), "back", Id("back"));
            await PlaceAsync(host, "front", "silo-b");
            await PlaceAsync(host, "back", "silo-c");
            using HttpClient client = new();
            using HttpRequestMessage call = new(
                HttpMethod.Post, new Uri(silos[0].Url, "v1/kernels/front/calls?entry=ask"));
            call.Headers.Add("traceparent", $"00-{traceId}-{ClientSpan}-01");
            call.Content = new ByteArrayContent("hello"u8.ToArray());
            call.Content.Headers.ContentType = new("application/octet-stream");
            using HttpResponseMessage response = await client.SendAsync(call).WaitAsync(Limit);
            Assert.Contains("hello", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            // Ending sends what is still waiting.
            foreach (SiloProcess silo in silos)
            {
                await silo.StopAsync();
            }
        }
        finally
        {
            foreach (SiloProcess silo in silos)
            {
                await silo.DisposeAsync();
            }
        }
        OtlpSpan[] spans = [.. endpoint.Spans().Where(s => s.TraceId == traceId)];
        Assert.Contains(
            spans, s => s.Instance == "silo-a" && s.Scope == "Microsoft.AspNetCore" && s.ParentId == ClientSpan);
        foreach ((string kernel, string silo) in new[] { ("front", "silo-b"), ("back", "silo-c") })
        {
            foreach (string name in new[] { "receive", "vm.run", "send" })
            {
                Assert.Contains(spans, s => s.Name == name && s.Instance == silo
                    && s.Attributes.GetValueOrDefault("granary.kernel") == kernel);
            }
        }
        // Orleans' spans lead from silo to silo: each call has one at either end, the second a child of the first.
        foreach ((string from, string to) in new[] { ("silo-a", "silo-b"), ("silo-b", "silo-c"), ("silo-c", "silo-b") })
        {
            Assert.Contains(spans, inner => inner.Instance == to && inner.Scope == "Microsoft.Orleans.Application"
                && spans.Any(outer => outer.SpanId == inner.ParentId && outer.Instance == from));
        }
        string[] metrics = [.. endpoint.MetricNames().Distinct()];
        Assert.Contains("granary.gas", metrics);
        Assert.Contains(metrics, m => m.StartsWith("orleans-", StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task A_silo_gives_its_figures_and_those_of_Orleans_to_Prometheus()
    {
        await using TestCluster cluster = await StartAsync(0);
        await using SiloProcess silo = await SiloProcess.StartAsync(cluster, "silo-a");
        await using GranaryClient host = new(silo.Url);
        await TestCluster.DeployAsync(host, "counter");
        await AddAsync(host, "counter", 1);
        using HttpClient client = new();
        string text = await client.GetStringAsync(new Uri(silo.Url, "metrics"));
        // What dashboard and rules ask for, a silo gives.
        HashSet<string> given = [];
        foreach (Match type in TypePattern().Matches(text))
        {
            string name = type.Groups[1].Value;
            given.UnionWith(
                type.Groups[2].Value == "histogram" ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name]);
        }
        foreach (string file in new[] { "grafana/granary.json", "prometheus/alerts.yml" })
        {
            string[] asked = [.. MetricPattern().Matches(File.ReadAllText(Path.Combine(Tree.Root, "deploy", file)))
                .Select(m => m.Value).Distinct()];
            Assert.NotEmpty(asked);
            Assert.All(asked, m => Assert.True(given.Contains(m), $"{file}: no silo gives {m}."));
        }
        Assert.Contains("granary_gas_total{engine=\"script\"} ", text, StringComparison.Ordinal);
        Assert.Contains("\ngranary_kernels_live 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE orleans_app_requests_latency", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE orleans_catalog_activations", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE dotnet_gc_collections_total counter", text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^# TYPE (\S+) (\S+)$", RegexOptions.Multiline)]
    private static partial Regex TypePattern();

    [GeneratedRegex(@"\b(granary|dotnet|kestrel|orleans)_[a-z0-9_]+\b")]
    private static partial Regex MetricPattern();

    private static Task<KernelInfo> DeployAsync(IKernelHost host, string id, string source) => host.DeployAsync(
        new DeployRequest { Id = Id(id), Engine = new Vms.EngineId("script", 1), Code = Compile(source) });

    private static async Task PlaceAsync(GranaryClient host, string id, string silo)
    {
        if ((await host.FindAsync(Id(id))).Silo != silo)
        {
            await host.MigrateAsync(Id(id), silo).WaitAsync(Limit);
        }
    }
}
