using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Granary.Grains;
using Granary.Silo;
using Granary.Stores;
using Granary.Vms;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Granary.Benchmarks;

/// <summary>In one process, a silo of ours and a silo of bare Orleans, each of a cluster of its own.</summary>
internal sealed class SiloPair : IAsyncDisposable
{
    private readonly IHost _bare;

    private SiloPair(SiloNode ours, IHost bare) => (Ours, _bare) = (ours, bare);

    public SiloNode Ours { get; }

    public IGrainFactory Grains => _bare.Services.GetRequiredService<IGrainFactory>();

    public SiloAddress BareAddress => _bare.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;

    public static async Task<SiloPair> StartAsync(SiloPairOptions options)
    {
        SiloNode ours = await SiloNode.StartAsync(
            new SiloOptions
            {
                Store = PostgresAddress.Parse(options.Store), Name = options.Name, ClientPort = options.ClientPort,
                // A silo that is not to be found dead because its machine is busy.
                ProbeTimeout = TimeSpan.FromSeconds(5), LoggerFactory = NullLoggerFactory.Instance,
                Kernels = new KernelGrainOptions
                {
                    DwellMin = TimeSpan.FromMilliseconds(options.DwellMilliseconds),
                    BalanceEvery = Timeout.InfiniteTimeSpan,
                },
            },
            BuiltInEngines.All);
        IHost bare = await BareSilo.StartAsync(
            PostgresAddress.Parse(options.BareStore), options.Name, FreePort(), options.BareClientPort);
        return new SiloPair(ours, bare);
    }

    public async ValueTask DisposeAsync()
    {
        await _bare.StopAsync();
        _bare.Dispose();
        await Ours.DisposeAsync();
    }

    public static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

/// <param name="DwellMilliseconds">How long a kernel stays where it is at least.</param>
internal sealed record SiloPairOptions(
    string Store, string BareStore, string Name, int ClientPort, int BareClientPort, int DwellMilliseconds)
{
    public string[] ToArguments() =>
        [Store, BareStore, Name, Text(ClientPort), Text(BareClientPort), Text(DwellMilliseconds)];

    public static SiloPairOptions Parse(string[] words) => new(
        words[0], words[1], words[2], Number(words[3]), Number(words[4]), Number(words[5]));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
