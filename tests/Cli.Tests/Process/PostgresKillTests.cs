using System.Globalization;
using System.Net;
using Granary.Embedded;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;
using Xunit.Abstractions;

namespace Granary.Cli.Tests;

/// <summary>
/// A real node on a real PostgreSQL server that is killed under load, with all its processes, and started again; every
/// other time the node is killed too. GRANARY_PG_KILLS says how often (2).
/// </summary>
public sealed class PostgresKillTests(ITestOutputHelper output)
{
    private const int ClientCount = 24;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    [PostgresFact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_when_the_server_is_killed_under_load()
    {
        int kills = int.Parse(
            Environment.GetEnvironmentVariable("GRANARY_PG_KILLS") ?? "2", CultureInfo.InvariantCulture);
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {kills} kills");
        using PostgresServer server = new(isDurable: true);
        string folder = Directory.CreateTempSubdirectory("granary-pg-kill-").FullName;
        using CancellationTokenSource stop = new(s_limit);
        try
        {
            (int exitCode, _, string errors) = await NodeProcess.RunAsync(
                folder, "db", "migrate", "--store", server.Url());
            Assert.True(exitCode == 0, errors);
            await using (EmbeddedHost host = await OpenAsync(server))
            {
                await InboxCaller.DeployAsync(host);
            }
            NodeProcess node = await NodeProcess.StartAsync(folder, "--store", server.Url());
            try
            {
                string listen = new Uri(node.Url).Authority;
                using HttpClient http = new() { BaseAddress = new Uri(node.Url), Timeout = TimeSpan.FromMinutes(5) };
                InboxCaller[] callers =
                    [.. Enumerable.Range(0, ClientCount).Select(i => new InboxCaller(http, i, seed + i))];
                Task[] running = [.. callers.Select(c => Task.Run(() => c.RunAsync(stop.Token)))];
                for (int kill = 0; kill < kills; kill++)
                {
                    int before = callers.Sum(c => c.Acknowledged);
                    await UntilAsync("calls are answered", () => callers.Sum(c => c.Acknowledged) > before + 100);
                    server.Kill();
                    if (kill % 2 == 1)
                    {
                        node.Kill();
                        node.Dispose();
                        server.Start();
                        node = await NodeProcess.StartOnAsync(folder, listen, "--store", server.Url());
                        continue;
                    }
                    await UntilReadyAsync(http, HttpStatusCode.ServiceUnavailable);
                    Assert.Equal("live\n", await http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
                    server.Start();
                    await UntilReadyAsync(http, HttpStatusCode.OK);
                }
                Array.ForEach(callers, c => c.Finish());
                await Task.WhenAll(running).WaitAsync(s_limit);
                Assert.Equal(0, await node.StopAsync());
                await using EmbeddedHost host = await OpenAsync(server);
                await InboxCaller.CheckAsync(host, callers);
                output.WriteLine($"{callers.Sum(c => c.Answers.Count)} calls acknowledged, "
                    + $"{callers.Sum(c => c.Retries)} asked again, {callers.Sum(c => c.Compared)} answers compared");
            }
            finally
            {
                node.Dispose();
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task UntilReadyAsync(HttpClient http, HttpStatusCode status) => UntilAsync(
        $"/health/ready says {status}",
        async () =>
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.StatusCode == status;
        });

    private static Task UntilAsync(string what, Func<bool> isSo) => UntilAsync(what, () => Task.FromResult(isSo()));

    private static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using CancellationTokenSource limit = new(s_limit);
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"It did not come that {what}.");
            await Task.Delay(20);
        }
    }

    private static Task<EmbeddedHost> OpenAsync(PostgresServer server) => EmbeddedHost.OpenAsync(
        PostgresAddress.Parse(server.Url()), folder: null, BuiltInEngines.All,
        new EmbeddedOptions { RunKernels = false });
}
