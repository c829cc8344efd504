using System.Net;
using System.Net.Http.Headers;
using Granary.Kernels;

namespace Granary.Benchmarks;

/// <summary>
/// Requests to kernels, from where they may come from, beside what bare Orleans does at least for a request of the
/// kind: durable ones beside a grain that writes its state, the others beside a grain that answers.
/// </summary>
/// <remarks>
/// There is no way to have a message taken that is not durable. What is not written: reading the state, which asks the
/// database whether this activation is still the newest, and asking where a kernel is, which is answered by its grain.
/// </remarks>
internal sealed class ClusterCallsBenchmark : IBenchmark
{
    private const int PayloadBytes = 128;
    private const string Peer = "WriteStateAsync";
    private const string PingPeer = "grain ping";
    private const string Program = """
        on hit
            halt payload
        on keep
            put "kept" payload
        """;

    private static readonly byte[] s_payload = [.. Enumerable.Range(0, PayloadBytes).Select(i => (byte)i)];
    private static readonly byte[] s_key = "data/kept"u8.ToArray();
    private static readonly string s_keyText = Convert.ToHexString(s_key);

    public string Name => "cluster-calls";

    public string Summary => "requests to kernels in a cluster, beside a bare grain's answer and its WriteStateAsync";

    public async Task RunAsync(BenchmarkRun run)
    {
        if (ClusterStage.IsMissing())
        {
            return;
        }
        int[] loads = run.Pick<int[]>([1, 16, 64, 256], [1, 4]);
        int callers = loads.Max();
        await using ClusterStage stage = await ClusterStage.OpenAsync(TimeSpan.FromMilliseconds(20));
        KernelId[] here = await stage.DeployAsync("here-", callers, Program, ClusterStage.HereName);
        KernelId[] there = await stage.DeployAsync("there-", callers, Program, ClusterStage.ThereName);
        foreach (KernelId id in here.Concat(there))
        {
            await SendAsync(stage.Host, id, "keep");
        }
        string[] bareHere = await stage.ActivateBareAsync("here-", callers, stage.Here.BareAddress);
        string[] bareThere = await stage.ActivateBareAsync("there-", callers, stage.BareThere);
        using HttpClient http = Connect(stage.ThereUrl, callers);
        foreach (int load in loads)
        {
            Place place = new(run, stage, load, "in the silo");
            Pair write = new(Peer, i => stage.Here.Grains.GetGrain<IBareGrain>(bareHere[i]).Write(s_payload));
            Pair ping = new(PingPeer, i => stage.Here.Grains.GetGrain<IBareGrain>(bareHere[i]).Ping(s_payload));
            await MeasureAsync(place, "send", i => SendAsync(stage.Host, here[i], "hit"), write, isJudged: load == 64);
            await MeasureAsync(place, "call", i => CallAsync(stage.Host, here[i]), write, isJudged: load == 64);
            await MeasureAsync(place, "read", i => ReadAsync(stage.Host, here[i]), ping);
            await MeasureAsync(place, "where", i => stage.Here.Ours.Cluster.FindAsync(here[i]), ping);

            place = place with { Name = "to another silo" };
            write = new(Peer, i => stage.Here.Grains.GetGrain<IBareGrain>(bareThere[i]).Write(s_payload));
            ping = new(PingPeer, i => stage.Here.Grains.GetGrain<IBareGrain>(bareThere[i]).Ping(s_payload));
            await MeasureAsync(place, "call", i => CallAsync(stage.Host, there[i]), write);
            await MeasureAsync(place, "read", i => ReadAsync(stage.Host, there[i]), ping);
            await MeasureAsync(place, "where", i => stage.Here.Ours.Cluster.FindAsync(there[i]), ping);

            place = place with { Name = "Orleans client" };
            write = new(Peer, i => stage.BareClient.GetGrain<IBareGrain>(bareThere[i]).Write(s_payload));
            ping = new(PingPeer, i => stage.BareClient.GetGrain<IBareGrain>(bareThere[i]).Ping(s_payload));
            await MeasureAsync(place, "call", i => CallAsync(stage, there[i]), write);
            await MeasureAsync(place, "read", i => ReadAsync(stage, there[i]), ping);

            place = place with { Name = "HTTP client" };
            await MeasureAsync(place, "call", i => CallAsync(http, there[i]), write);
            await MeasureAsync(place, "read", i => ReadAsync(http, there[i]), ping);
        }
    }

    private static async Task MeasureAsync(
        Place place, string verb, Func<int, Task> ours, Pair theirs, bool isJudged = false)
    {
        BenchmarkRun run = place.Run;
        TimeSpan length = TimeSpan.FromMilliseconds(run.Pick(350, 50));
        PairedSeries rate = new(), half = new(), late = new(), processor = new();
        for (int round = run.Quick ? 0 : -1; round < run.Pick(3, 1); round++)
        {
            bool oursFirst = round % 2 == 0;
            CallReading? first = oursFirst ? await ReadAsync(ours) : null;
            CallReading second = await ReadAsync(theirs.Call);
            first ??= await ReadAsync(ours);
            if (round >= 0)
            {
                rate.Add(first.PerSecond / 1e3, second.PerSecond / 1e3);
                half.Add(first.Half, second.Half);
                late.Add(first.Late, second.Late);
                processor.Add(first.ProcessorMicroseconds, second.ProcessorMicroseconds);
            }
        }
        string name = FormattableString.Invariant($"{verb}, {place.Name}, {place.InFlight}");
        run.Report(name, "k/s", theirs.Peer, rate, isJudged
            ? [Goal.AtLeast("floor: ratio", 3, rate.Ratio.Median), Goal.AtLeast("aim: ratio", 5, rate.Ratio.Median)]
            : []);
        run.Report($"{name}, p50", "ms", theirs.Peer, half, []);
        run.Report($"{name}, p99", "ms", theirs.Peer, late, []);
        if (isJudged)
        {
            run.Report(
                $"{name}, CPU", "us/op", theirs.Peer, processor, [], "both silos' and the server's processor time");
        }

        Task<CallReading> ReadAsync(Func<int, Task> call) =>
            CallLoad.RunAsync(place.Stage.Clock, place.InFlight, length, call);
    }

    private static Task<MessageAccepted> SendAsync(IKernelHost host, KernelId id, string entry) =>
        host.SendAsync(new MessageRequest { To = id, Entry = entry, Payload = s_payload });

    private static async Task CallAsync(IKernelHost host, KernelId id) =>
        Check(await host.CallAsync(new MessageRequest { To = id, Entry = "hit", Payload = s_payload }));

    private static async Task CallAsync(ClusterStage stage, KernelId id) => Check((await stage.Client.CallAsync(
        new Envelope
        {
            Kind = MessageKind.Call, To = id, Entry = "hit", Payload = s_payload, Gas = KernelLimits.MessageGasDefault,
        },
        onlyIfKnown: false, CancellationToken.None))!);

    private static void Check(CallResult result) => BenchmarkRun.Check(
        result.Payload.Span.SequenceEqual(s_payload), true, "that a kernel answers with what it was sent");

    private static async Task ReadAsync(IKernelHost host, KernelId id)
    {
        int count = 0;
        await foreach (StateEntry _ in host.ReadStateAsync(Query(id)))
        {
            count++;
        }
        BenchmarkRun.Check(count, 1, "the count of entries of a kernel's state");
    }

    private static async Task ReadAsync(ClusterStage stage, KernelId id)
    {
        IReadOnlyList<StateEntry> entries = await stage.Client.ReadStateAsync(Query(id), CancellationToken.None);
        BenchmarkRun.Check(entries.Count, 1, "the count of entries of a kernel's state");
    }

    private static StateQuery Query(KernelId id) => new() { Id = id, Prefix = s_key, Limit = 1 };

    private static HttpClient Connect(Uri server, int connections) => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = connections, UseProxy = false, UseCookies = false, AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
    })
    {
        BaseAddress = server,
    };

    private static async Task CallAsync(HttpClient http, KernelId id)
    {
        using ByteArrayContent content = new(s_payload);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using HttpResponseMessage response = await http.PostAsync($"/v1/kernels/{id}/calls?entry=hit", content);
        await response.Content.ReadAsByteArrayAsync();
        BenchmarkRun.Check(response.StatusCode, HttpStatusCode.OK, "the status of a call");
    }

    private static async Task ReadAsync(HttpClient http, KernelId id)
    {
        using HttpResponseMessage response = await http.GetAsync($"/v1/kernels/{id}/state?prefix={s_keyText}&limit=1");
        await response.Content.ReadAsByteArrayAsync();
        BenchmarkRun.Check(response.StatusCode, HttpStatusCode.OK, "the status of a read");
    }

    /// <param name="Name">From where the requests come.</param>
    private sealed record Place(BenchmarkRun Run, ClusterStage Stage, int InFlight, string Name);

    private sealed record Pair(string Peer, Func<int, Task> Call);
}
