using Granary.Embedded;
using Granary.Gateway;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>A node as <c>granary up</c> starts it, on a free port: the gateway over a host over SQLite.</summary>
internal sealed class GatewayNode : IAsyncDisposable
{
    private const int Kernels = 8;
    private const int EventHistoryMax = 10_000;
    private const string Program = """
        on hit
            halt payload
        """;

    private readonly DataFolder _folder;
    private readonly EmbeddedHost _host;
    private readonly GatewayApp _app;

    private GatewayNode(DataFolder folder, EmbeddedHost host, GatewayApp app, string[] paths) =>
        (_folder, _host, _app, Paths) = (folder, host, app, paths);

    /// <summary>Where the kernels are called.</summary>
    public string[] Paths { get; }

    public Uri Uri => new(_app.Addresses[0]);

    public int EventStreams => _app.EventStreams;

    public static GatewayOptions Options { get; } = new()
    {
        // A benchmark's streams are all of one client.
        Urls = ["http://127.0.0.1:0"], EventStreamsPerClientMax = 1_000,
    };

    public static async Task<GatewayNode> StartAsync()
    {
        DataFolder folder = new();
        EmbeddedHost host = await EmbeddedHost.OpenAsync(
            folder.Path, BuiltInEngines.All, Programs.QuietOptions with { EventHistoryMax = EventHistoryMax });
        string[] paths = new string[Kernels];
        for (int i = 0; i < Kernels; i++)
        {
            KernelId id = await Programs.DeployAsync(
                host, FormattableString.Invariant($"k{i}"), Programs.Script, Program);
            paths[i] = $"/v1/kernels/{id}/calls";
        }
        GatewayApp app = GatewayApp.Create(host, Options);
        await app.StartAsync();
        return new GatewayNode(folder, host, app, paths);
    }

    /// <summary>The entries of all journals together.</summary>
    public async Task<long> EntriesAsync()
    {
        long sum = 0;
        for (int i = 0; i < Kernels; i++)
        {
            sum += (long)(await _host.GetAsync(KernelId.Parse(FormattableString.Invariant($"k{i}")))).Position;
        }
        return sum;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _host.DisposeAsync();
        _folder.Dispose();
    }
}
