namespace Granary.Benchmarks;

/// <summary>
/// Durable calls through the gateway, client and server in this process, beside an empty endpoint on the same Kestrel.
/// </summary>
internal sealed class HttpBenchmark : IBenchmark
{
    private const string Peer = "empty endpoint";
    private const int EntriesPerCall = 2;

    public string Name => "http";

    public string Summary => "durable calls a second through HTTP, beside an empty endpoint";

    public async Task RunAsync(BenchmarkRun run)
    {
        (int Connections, int Calls)[] loads = run.Pick<(int, int)[]>(
            [(1, 1_000), (16, 6_000), (64, 10_000), (256, 16_000)], [(1, 20), (16, 64)]);
        await using GatewayNode node = await GatewayNode.StartAsync();
        using HttpCaller first = new(node.Uri, 1, node.Paths);
        await using EmptyServer empty = await EmptyServer.StartAsync(await first.CallAsync(node.Paths[0]), []);
        foreach ((int connections, int calls) in loads)
        {
            await RunAsync(run, node, empty, connections, calls);
        }
    }

    private static async Task RunAsync(
        BenchmarkRun run, GatewayNode node, EmptyServer empty, int connections, int calls)
    {
        using HttpCaller ours = new(node.Uri, connections, node.Paths);
        using HttpCaller theirs = new(empty.Uri, connections, node.Paths);
        List<(Reading, Reading)> readings = [];
        PairedSeries middle = new();
        PairedSeries late = new();
        // The first round opens the connections and is not counted.
        for (int round = run.Quick ? 1 : 0; round <= run.Rounds; round++)
        {
            long before = await node.EntriesAsync();
            (Reading reading, double[] latencies) = await ours.FloodAsync(calls);
            long written = await node.EntriesAsync() - before;
            BenchmarkRun.Check(
                written >= (long)calls * EntriesPerCall, true, $"that {calls} calls left {written} entries");
            (Reading peerReading, double[] peerLatencies) = await theirs.FloodAsync(calls);
            if (round > 0)
            {
                readings.Add((reading, peerReading));
                middle.Add(Sample.Quantile(latencies, 0.5), Sample.Quantile(peerLatencies, 0.5));
                late.Add(Sample.Quantile(latencies, 0.99), Sample.Quantile(peerLatencies, 0.99));
            }
        }
        string name = FormattableString.Invariant($"call, {connections} connection{(connections == 1 ? "" : "s")}");
        run.Report(name, "k/s", Peer, readings, r => r.PerSecond / 1e3);
        run.Report($"{name}, p50", "ms", Peer, middle, []);
        run.Report($"{name}, p99", "ms", Peer, late, []);
    }
}
