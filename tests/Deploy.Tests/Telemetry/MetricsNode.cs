using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Granary.Deploy.Tests;

/// <summary>A real node with the kernels of its demo.</summary>
internal sealed class MetricsNode : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private MetricsNode(Process process, DirectoryInfo data, Uri url) => (_process, _data, Url) = (process, data, url);

    public Uri Url { get; }

    public static async Task<MetricsNode> StartAsync()
    {
        DirectoryInfo data = Directory.CreateTempSubdirectory("granary-metrics-");
        Process process = Process.Start(new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "granary"),
            ["up", "--demo", "--json", "--listen", "127.0.0.1:0", "--data", data.FullName])
        {
            RedirectStandardOutput = true, RedirectStandardInput = true,
        })!;
        using CancellationTokenSource limit = new(s_limit);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (JsonNode.Parse(line) is { } said && (string?)said["event"] == "ready")
            {
                return new MetricsNode(process, data, new Uri((string)said["urls"]![0]!));
            }
        }
        throw new InvalidOperationException("The node ended before it was ready.");
    }

    /// <summary>What it says at <c>/metrics</c>, once it has run and committed something.</summary>
    public async Task<string> ReadAsync()
    {
        using HttpClient client = new();
        using CancellationTokenSource limit = new(s_limit);
        while (true)
        {
            string text = await client.GetStringAsync(new Uri(Url, "metrics"), limit.Token);
            if (text.Contains("granary_commit_duration_seconds_count", StringComparison.Ordinal)
                && text.Contains("granary_gas_total{", StringComparison.Ordinal))
            {
                return text;
            }
            await Task.Delay(100, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }
}
