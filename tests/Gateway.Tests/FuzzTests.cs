using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Xunit.Abstractions;

namespace Granary.Gateway.Tests;

/// <summary>
/// Random requests for each operation of the description: none may fail the node, none may leave anything behind.
/// GRANARY_FUZZ_REQUESTS is how many for each, GRANARY_FUZZ_SEED which.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private const int AtOnce = 8;

    [Fact]
    public async Task No_request_fails_the_node_or_leaves_anything_behind()
    {
        int requests = Setting("GRANARY_FUZZ_REQUESTS", 200);
        int seed = Setting("GRANARY_FUZZ_SEED", 1);
        await using Node node = await Node.StartAsync(o => o with { Metrics = () => "", HeavyRequestsMax = AtOnce });
        foreach (string id in RandomRequest.Kernels)
        {
            await node.DeployAsync(id);
        }
        await node.AskAsync("PUT", "/v1/kernels/quiet/snapshots/kept", 201);
        await node.AskAsync("PUT", "/v1/kernels/a/snapshots/kept", 201);
        using HttpResponseMessage bundle = await node.SendAsync("GET", "/v1/kernels/quiet/bundle");
        JsonElement machine = await node.AskAsync("GET", "/v1/kernels/quiet/machine", 200);
        Ready ready = new(await bundle.Content.ReadAsByteArrayAsync(), machine.GetRawText());
        JsonElement document = await node.AskAsync("GET", "/openapi/v1.json", 200);
        (int handles, long bytes) = Measure();
        SortedDictionary<string, int> total = new(StringComparer.Ordinal);
        foreach (DescribedOperation operation in DescribedOperation.ReadAll(document))
        {
            ConcurrentDictionary<string, int> statuses = await RunAsync(node, operation, ready, requests, seed);
            output.WriteLine(
                $"{operation.Id}: {string.Join(", ", statuses.OrderBy(s => s.Key, StringComparer.Ordinal))}");
            foreach ((string status, int count) in statuses)
            {
                total[status] = total.GetValueOrDefault(status) + count;
            }
        }
        output.WriteLine($"seed {seed}: {string.Join(", ", total.Select(t => $"{t.Key}: {t.Value}"))}");
        await Wait.UntilAsync(() => node.App.EventStreams == 0, "streams to end");
        await Wait.UntilAsync(() => node.App.WaitingCalls == 0 && node.App.Core.Heavy.Used == 0, "requests to end");
        Assert.Equal(0, node.App.Core.BufferedBytes.Used);
        await node.AskAsync("GET", "/health/ready", 200);
        await Wait.UntilAsync(() => Measure().Handles <= handles + (4 * AtOnce), "connections to close");
        (int handlesAfter, long bytesAfter) = Measure();
        output.WriteLine($"handles {handles} -> {handlesAfter}; heap {bytes >> 10} KiB -> {bytesAfter >> 10} KiB");
    }

    private static async Task<ConcurrentDictionary<string, int>> RunAsync(
        Node node, DescribedOperation operation, Ready ready, int requests, int seed)
    {
        ConcurrentDictionary<string, int> statuses = new();
        await Parallel.ForAsync(0, requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, stop) =>
        {
            int own = HashCode(operation.Id, i, seed);
            RandomRequest random = new(new Random(own), operation, ready);
            using HttpRequestMessage request = random.Make(node.Uri);
            string about = $"seed {seed}, {operation.Id} {i}: {request.Method} {request.RequestUri}";
            HttpResponseMessage response;
            try
            {
                response = await node.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            }
            catch (HttpRequestException)
            {
                // Cut off while the body was still on its way; the node must be there for the next one.
                statuses.AddOrUpdate("cut off", 1, (_, count) => count + 1);
                return;
            }
            using (response)
            {
                int status = (int)response.StatusCode;
                Assert.True(status is < 500 or 503, $"{about} gave {status}");
                if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
                {
                    statuses.AddOrUpdate("stream", 1, (_, count) => count + 1);
                    return;
                }
                string body = await response.Content.ReadAsStringAsync(stop);
                // What is no HTTP is refused by the server itself, without a word.
                string kind = $"{status}";
                if (status >= 400 && body.Length > 0)
                {
                    Assert.True(response.Content.Headers.ContentType?.MediaType == "application/problem+json", about);
                    JsonElement problem = JsonDocument.Parse(body).RootElement;
                    Assert.Equal(status, problem.GetProperty("status").GetInt32());
                    kind = $"{status} {problem.GetProperty("code").GetString()}";
                }
                statuses.AddOrUpdate(kind, 1, (_, count) => count + 1);
                Assert.True(status is < 401 or 404 or 405 || body.Length > 0, $"{about} gave {status} and no problem");
            }
        });
        return statuses;
    }

    private static int HashCode(string operation, int index, int seed)
    {
        int hash = seed;
        foreach (char c in operation)
        {
            hash = (hash * 31) + c;
        }
        return (hash * 1_000_003) + index;
    }

    private static (int Handles, long Bytes) Measure()
    {
        int handles = Directory.Exists("/proc/self/fd") ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;
        return (handles, GC.GetTotalMemory(forceFullCollection: true));
    }

    private static int Setting(string name, int byDefault) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value)
            ? value
            : byDefault;
}
