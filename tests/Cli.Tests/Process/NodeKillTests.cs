using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Granary.Embedded;
using Granary.Vms;
using Xunit.Abstractions;

namespace Granary.Cli.Tests;

/// <summary>
/// <c>kill -9</c> of a node under a hundred HTTP clients. GRANARY_NODE_KILLS says how often (20).
/// </summary>
public sealed class NodeKillTests(ITestOutputHelper output)
{
    private const int ClientCount = 100;

    private static readonly TimeSpan _timeLimit = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Every_acknowledged_call_happened_once_and_every_retried_key_gave_the_same_answer()
    {
        int kills = int.Parse(
            Environment.GetEnvironmentVariable("GRANARY_NODE_KILLS") ?? "20", CultureInfo.InvariantCulture);
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {kills} kills");
        string folder = Directory.CreateTempSubdirectory("granary-node-kill-").FullName;
        int port = FreePort();
        using CancellationTokenSource stop = new(_timeLimit);
        try
        {
            await using (EmbeddedHost host = await OpenAsync(folder))
            {
                await InboxCaller.DeployAsync(host);
            }
            using HttpClient http = new(new SocketsHttpHandler { MaxConnectionsPerServer = ClientCount })
            {
                BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(30),
            };
            InboxCaller[] callers =
                [.. Enumerable.Range(0, ClientCount).Select(i => new InboxCaller(http, i, seed + i))];
            Task[] running = [.. callers.Select(c => Task.Run(() => c.RunAsync(stop.Token)))];
            Random random = new(seed);
            for (int kill = 0; kill < kills; kill++)
            {
                using NodeProcess node = await NodeProcess.StartOnAsync(folder, $":{port}");
                // Most die at work, some while they start: a machine under load takes long to get to work.
                long before = callers.Sum(c => c.Acknowledged);
                while (kill % 4 != 0 && callers.Sum(c => c.Acknowledged) == before)
                {
                    await Task.Delay(10, stop.Token);
                }
                await Task.Delay(random.Next(200, 800));
                node.Kill();
            }
            using (NodeProcess last = await NodeProcess.StartOnAsync(folder, $":{port}"))
            {
                while (!callers.All(c => c.Acknowledged > 3) || callers.Sum(c => c.Compared) == 0)
                {
                    await Task.Delay(10, stop.Token);
                }
                foreach (InboxCaller caller in callers)
                {
                    caller.Finish();
                }
                await Task.WhenAll(running).WaitAsync(_timeLimit);
                await last.StopAsync();
            }
            await using (EmbeddedHost host = await OpenAsync(folder))
            {
                await InboxCaller.CheckAsync(host, callers);
            }
            output.WriteLine($"{callers.Sum(c => c.Answers.Count)} calls acknowledged, "
                + $"{callers.Sum(c => c.Retries)} asked again, {callers.Sum(c => c.Compared)} answers compared");
            Assert.True(callers.Sum(c => c.Answers.Count) > ClientCount * 2);
            Assert.True(callers.Sum(c => c.Compared) > 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<EmbeddedHost> OpenAsync(string folder) =>
        EmbeddedHost.OpenAsync(folder, BuiltInEngines.All, new EmbeddedOptions { RunKernels = false });

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
