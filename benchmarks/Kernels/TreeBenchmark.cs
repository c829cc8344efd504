using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Granary.Kernels;

namespace Granary.Benchmarks;

/// <summary>
/// The state tree: puts beside a sorted map of the base library, hashing beside SHA-256 of the same bytes.
/// </summary>
internal sealed class TreeBenchmark : IBenchmark
{
    private const int ValueBytes = 32;

    /// <summary>A prime that divides no size here: multiplying by it visits every key once, in no order.</summary>
    private const long Stride = 7_919;

    public string Name => "tree";

    public string Summary => "puts into the state tree, and hashing it at a checkpoint";

    public async Task RunAsync(BenchmarkRun run)
    {
        foreach (int count in run.Pick<int[]>([1_000, 10_000, 100_000], [1_000]))
        {
            await RunPutsAsync(run, count);
        }
        await RunHashingAsync(run, run.Pick(100_000, 2_000), run.Pick(1_000, 100));
    }

    private static async Task RunPutsAsync(BenchmarkRun run, int count)
    {
        byte[][] keys = Keys(count);
        byte[][] values = Values(count, round: 0);
        int times = Math.Max(1, run.Pick(200_000, 0) / count);
        long puts = (long)times * count;
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(puts, () => Repeat(times, () => CheckTree(Fill(keys, values), keys, values))),
            () => Reading.Of(puts, () => Repeat(times, () => FillMap(keys, values))));
        run.Report(
            FormattableString.Invariant($"put, {count:N0} keys"), "k/s", "ImmutableSortedDictionary", readings,
            r => r.PerSecond / 1e3,
            note: $"from empty; keys of {keys[0].Length} bytes, values of {ValueBytes}, unhashed");
    }

    /// <summary>What a checkpoint of changed keys costs, beside hashing the bytes of the very nodes that it gave.
    /// </summary>
    private static async Task RunHashingAsync(BenchmarkRun run, int count, int changes)
    {
        byte[][] keys = Keys(count);
        byte[][] values = Values(count, round: 0);
        StateTree tree = Fill(keys, values);
        NodeBytes first = new();
        Hash root = tree.Save(first);
        BenchmarkRun.Check(
            Fill([.. keys.Reverse()], [.. values.Reverse()]).Root, root, "the root of the same keys in another order");
        NodeBytes given = new();
        int round = 0;
        Reading Checkpoint()
        {
            round++;
            given = new NodeBytes();
            byte[][] changed = Values(changes, round);
            for (int i = 0; i < changes; i++)
            {
                tree = tree.Put(keys[i], changed[i]);
            }
            return Reading.Of(changes, () => root = tree.Save(given));
        }
        Reading HashAgain() => Reading.Of(changes, () =>
        {
            foreach ((Hash hash, ReadOnlyMemory<byte> bytes) in given.Nodes)
            {
                BenchmarkRun.Check(Hash.Of(bytes.Span), hash, "the hash of a node");
            }
        });
        for (int i = 0; i < run.Pick(20, 0); i++)
        {
            Checkpoint();
            HashAgain();
        }
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(Checkpoint, HashAgain);
        BenchmarkRun.Check(given.Nodes[^1].Hash, root, "the last node");
        double nodes = (double)given.Nodes.Count / changes;
        double bytes = given.Nodes.Sum(n => (double)n.Bytes.Length) / changes;
        run.Report(
            FormattableString.Invariant($"hash {changes:N0} changed of {count:N0}"), "us/key", "SHA-256, same bytes",
            readings, r => r.Nanoseconds / 1e3,
            note: $"{FigureText.Number(nodes)} nodes, {FigureText.Number(bytes)} bytes a key");
    }

    private static byte[][] Keys(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetBytes(
            FormattableString.Invariant($"data/{i * Stride % count:d11}")))];

    /// <summary>All different: equal subtrees would be stored once, and flatter the tree.</summary>
    private static byte[][] Values(int count, int round) =>
        [.. Enumerable.Range(0, count).Select(i =>
        {
            byte[] value = new byte[ValueBytes];
            BinaryPrimitives.WriteInt32LittleEndian(value, i);
            BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(sizeof(int)), round);
            return value;
        })];

    private static StateTree Fill(byte[][] keys, byte[][] values)
    {
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < keys.Length; i++)
        {
            tree = tree.Put(keys[i], values[i]);
        }
        return tree;
    }

    private static void CheckTree(StateTree tree, byte[][] keys, byte[][] values)
    {
        bool found = tree.TryGet(keys[^1], out ReadOnlyMemory<byte> stored) && stored.Span.SequenceEqual(values[^1]);
        BenchmarkRun.Check(found, true, "what is known of the last key");
    }

    private static void FillMap(byte[][] keys, byte[][] values)
    {
        ImmutableSortedDictionary<byte[], byte[]> map = ImmutableSortedDictionary.Create<byte[], byte[]>(
            Comparer<byte[]>.Create(static (a, b) => a.AsSpan().SequenceCompareTo(b)));
        for (int i = 0; i < keys.Length; i++)
        {
            map = map.SetItem(keys[i], values[i]);
        }
        BenchmarkRun.Check(map.Count, keys.Length, "the count of keys");
    }

    private static void Repeat(int times, Action work)
    {
        for (int i = 0; i < times; i++)
        {
            work();
        }
    }

    private sealed class NodeBytes : ITreeSink
    {
        public List<(Hash Hash, ReadOnlyMemory<byte> Bytes)> Nodes { get; } = [];

        public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes) => Nodes.Add((hash, bytes));
    }
}
