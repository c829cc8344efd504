using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// Messages between the actors of a world of Primea beside a priority queue in C# that takes as many, and a message
/// with a state root behind it beside SHA-256 of the blocks that both wrote.
/// </summary>
internal sealed class PrimeaBenchmark : IBenchmark
{
    private const int ActorCount = 100;
    private const int Depth = 8;

    private readonly DataHost _host = new();
    private IVmContainer _world = null!;
    private int _pushed;

    public string Name => "primea";

    public string Summary => "messages and state roots of a world of Primea beside their bare parts";

    public async Task RunAsync(BenchmarkRun run)
    {
        IEnumerable<string> actors = Enumerable.Range(0, ActorCount)
            .Select(i => $$"""{"do": "newActor", "as": "a{{Text(i)}}", "type": 9, "code": "{{i:x8}}"}""");
        _world = Programs.Load(".primea", $$"""{"steps": [{{string.Join(',', actors)}}]}""").Start();
        Ask("root", default);
        byte[] request = Encoding.UTF8.GetBytes(
            $"[{string.Join(',', Enumerable.Range(0, ActorCount).Select(i => Message(i, Depth, 1_000)))}]");
        int requests = run.Pick(200, 1);
        long messages = (long)requests * ActorCount * Depth;
        run.WarmUp(() => Repeat(1, () => Ask("send", request)), () => Queue(1));
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(messages, () => Repeat(requests, () => Ask("send", request))),
            () => Reading.Of(messages, () => Queue(requests)));
        run.Report("messages between actors", "k/s", "C# priority queue", readings, r => r.PerSecond / 1e3);

        int roots = run.Pick(1_000, 2);
        run.WarmUp(PushAndRoot);
        long before = _host.BytesPut;
        PushAndRoot();
        byte[] blocks = new byte[_host.BytesPut - before];
        readings = await run.PairAsync(
            () => Reading.Of(roots, () => Repeat(roots, PushAndRoot)),
            () => Reading.Of(roots, () => Repeat(roots, () => SHA256.HashData(blocks))));
        run.Report("a message and a root", "k/s", "SHA-256 of the blocks", readings, r => r.PerSecond / 1e3);
    }

    /// <summary>The data is that of one world for the whole run: what is measured does not grow with it.</summary>
    private ReadOnlyMemory<byte> Ask(string entry, ReadOnlyMemory<byte> payload)
    {
        _world.Enter(new VmEntry(entry, payload, ""));
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        return _world.Run(ref gas, _host) is VmExit.Halted halted
            ? halted.Output
            : throw new BenchmarkFailedException($"'{entry}' did not end well.");
    }

    private void PushAndRoot()
    {
        string to = Text(_pushed * 31 % ActorCount);
        Ask("send", Encoding.UTF8.GetBytes(
            $$"""[{"to": "a{{to}}", "gas": 10, "script": [{"push": {{Text(_pushed++)}}}]}]"""));
        BenchmarkRun.Check(Ask("root", default).Length, 20, "the size of a root");
    }

    /// <summary>The same messages as plain objects: queued by ticks, taken out, charged.</summary>
    private static void Queue(int requests)
    {
        for (int request = 0; request < requests; request++)
        {
            PriorityQueue<(int To, int Depth, long Gas), (long Ticks, int From)> queue = new();
            long[] ticks = new long[ActorCount];
            for (int i = 0; i < ActorCount; i++)
            {
                queue.Enqueue((i, Depth, 1_000), (0, -1));
            }
            long handled = 0;
            while (queue.TryDequeue(out (int To, int Depth, long Gas) message, out (long Ticks, int From) place))
            {
                ref long now = ref ticks[message.To];
                now = Math.Max(now, place.Ticks) + 3;
                if (message.Depth > 1)
                {
                    queue.Enqueue((Next(message.To, message.Depth), message.Depth - 1, message.Depth * 10),
                        (now, message.To));
                    now += message.Depth * 10;
                }
                handled++;
            }
            BenchmarkRun.Check(handled, ActorCount * Depth, "the count of messages");
        }
    }

    private static string Message(int to, int depth, long gas)
    {
        string send = depth == 1 ? "" : $$""", {"send": {{Message(Next(to, depth), depth - 1, depth * 10)}}}""";
        string steps = $$"""{"tick": 3}, {"push": {{Text(depth)}}}, {"pop": 1}{{send}}""";
        return $$"""{"to": "a{{Text(to)}}", "gas": {{gas}}, "script": [{{steps}}]}""";
    }

    private static int Next(int actor, int depth) => ((actor * 7) + depth) % ActorCount;

    private static void Repeat(int count, Action work)
    {
        for (int i = 0; i < count; i++)
        {
            work();
        }
    }

    private static void Repeat(int count, Func<ReadOnlyMemory<byte>> work)
    {
        for (int i = 0; i < count; i++)
        {
            work();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
