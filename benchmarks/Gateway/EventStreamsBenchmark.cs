namespace Granary.Benchmarks;

/// <summary>
/// What an event stream costs: in memory while nothing happens, and of a caller's speed while all are told of each
/// call.
/// </summary>
/// <remarks>
/// The readers are bare sockets of this process. What they cost is measured apart, with nobody serving them, and taken
/// off both sides. They read only after a round, so that a round is the server's work.
/// </remarks>
internal sealed class EventStreamsBenchmark : IBenchmark
{
    private const string Peer = "empty endpoint";

    public string Name => "event-streams";

    public string Summary => "bytes of an open event stream, and calls a second while streams are told of each";

    public async Task RunAsync(BenchmarkRun run)
    {
        await using GatewayNode node = await GatewayNode.StartAsync();
        using HttpCaller caller = new(node.Uri, 1, node.Paths);
        byte[] answer;
        byte[] told;
        using (EventSockets probe = EventSockets.Open(node.Uri, 1))
        {
            answer = await caller.CallAsync(node.Paths[0]);
            told = probe.ReadOne();
        }
        await using EmptyServer empty = await EmptyServer.StartAsync(answer, told);
        await MeasureMemoryAsync(run, node, empty, run.Pick(500, 20));
        foreach ((int streams, int calls) in run.Pick<(int, int)[]>([(100, 200), (1_000, 100)], [(20, 20)]))
        {
            await MeasureCallsAsync(run, node, empty, streams, calls);
        }
    }

    private static async Task MeasureMemoryAsync(BenchmarkRun run, GatewayNode node, EmptyServer empty, int count)
    {
        PairedSeries managed = new();
        PairedSeries resident = new();
        for (int round = run.Quick ? 1 : 0; round <= run.Pick(3, 1); round++)
        {
            (double Managed, double Resident) reader = MeasureReader(count);
            (double Managed, double Resident) ours = await MeasureAsync(node.Uri, count, () => node.EventStreams);
            (double Managed, double Resident) theirs = await MeasureAsync(empty.Uri, count, () => empty.EventStreams);
            // In the first round connections of both servers are made that later rounds may find pooled.
            if (round > 0)
            {
                managed.Add(ours.Managed - reader.Managed, theirs.Managed - reader.Managed);
                resident.Add(
                    Math.Max(1, ours.Resident - reader.Resident), Math.Max(1, theirs.Resident - reader.Resident));
            }
        }
        run.Report(
            FormattableString.Invariant($"{count} open, managed heap"), "B/stream", Peer, managed, [],
            "without the reader's socket, which was measured apart");
        run.Report(
            FormattableString.Invariant($"{count} open, working set"), "B/stream", Peer, resident, [],
            "later rounds find pages that the process already has");
    }

    private static (double Managed, double Resident) MeasureReader(int count)
    {
        (long heap, long set) = MemoryUsage.Take();
        (EventSockets readers, EventSockets ends) = EventSockets.OpenUnserved(count);
        using (readers)
        using (ends)
        {
            (long heapAfter, long setAfter) = MemoryUsage.Take();
            // Both ends are sockets of the same kind; one of them is the reader.
            return ((heapAfter - heap) / 2.0 / count, (setAfter - set) / 2.0 / count);
        }
    }

    private static async Task<(double Managed, double Resident)> MeasureAsync(Uri server, int count, Func<int> open)
    {
        (long heap, long set) = MemoryUsage.Take();
        (double, double) each;
        using (EventSockets.Open(server, count))
        {
            BenchmarkRun.Check(open(), count, "the count of open streams");
            (long heapAfter, long setAfter) = MemoryUsage.Take();
            each = ((heapAfter - heap) / (double)count, (setAfter - set) / (double)count);
        }
        await ClosedAsync(open);
        return each;
    }

    private static async Task MeasureCallsAsync(
        BenchmarkRun run, GatewayNode node, EmptyServer empty, int streams, int calls)
    {
        using HttpCaller ours = new(node.Uri, 1, node.Paths);
        using HttpCaller theirs = new(empty.Uri, 1, node.Paths);
        async Task<Reading> MeasureAsync(Uri server, HttpCaller caller, Func<int> open)
        {
            Reading reading;
            using (EventSockets readers = EventSockets.Open(server, streams))
            {
                BenchmarkRun.Check(open(), streams, "the count of open streams");
                reading = await Reading.OfAsync(calls, async () =>
                {
                    await caller.FloodAsync(calls);
                    readers.ReadAll(calls);
                });
            }
            await ClosedAsync(open);
            return reading;
        }
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => MeasureAsync(node.Uri, ours, () => node.EventStreams),
            () => MeasureAsync(empty.Uri, theirs, () => empty.EventStreams));
        string name = FormattableString.Invariant($"{streams} told");
        run.Report($"{name}, calls until all read", "/s", Peer, readings, r => r.PerSecond);
        run.Report(
            $"{name}, CPU", "us/event", Peer, readings, r => r.ProcessorNanoseconds / 1e3 / streams,
            note: "processor time of the whole process for each call and stream");
    }

    private static async Task ClosedAsync(Func<int> open)
    {
        for (int i = 0; open() > 0; i++)
        {
            BenchmarkRun.Check(i < 1_000, true, "that closed streams end within ten seconds");
            await Task.Delay(10);
        }
    }
}
