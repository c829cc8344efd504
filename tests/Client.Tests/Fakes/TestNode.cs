using Granary.Embedded;
using Granary.Gateway;
using Granary.Vms;

namespace Granary.Client.Tests;

/// <summary>
/// A real node on a free port of this machine, over a data folder; it can be ended and started again.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-client-");
    private GatewayApp? _gateway;

    private TestNode()
    {
    }

    public EmbeddedHost Host { get; private set; } = null!;

    public Uri Url { get; private set; } = new("http://127.0.0.1:0");

    public static async Task<TestNode> StartAsync()
    {
        TestNode node = new();
        await node.StartAgainAsync();
        return node;
    }

    /// <summary>On the same folder and port.</summary>
    public async Task StartAgainAsync()
    {
        Host = await EmbeddedHost.OpenAsync(
            _folder.FullName, BuiltInEngines.All, new EmbeddedOptions { EventHistoryMax = 1_000 });
        _gateway = GatewayApp.Create(Host, new GatewayOptions { Urls = [$"http://127.0.0.1:{Url.Port}"] });
        await _gateway.StartAsync();
        Url = new Uri(_gateway.Addresses[0]);
    }

    public async Task StopAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
            await Host.DisposeAsync();
            _gateway = null;
        }
    }

    public GranaryClient NewClient(GranaryClientOptions? options = null) => new(Url, options);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }
}
