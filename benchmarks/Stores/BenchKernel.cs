using System.Buffers;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>Plays a kernel toward a store: chains entries and numbers them.</summary>
internal sealed class BenchKernel
{
    private static readonly KernelSummary s_summary = new(KernelStatus.Idle, 1, null, false, 0, 0);

    private readonly KernelId _id;
    private readonly Random _random;
    private Hash _chain;
    private ulong _position;

    private BenchKernel(string id, int seed)
    {
        _id = KernelId.Parse(id);
        _random = new Random(seed);
    }

    public static async Task<BenchKernel> CreateAsync(IKernelStore store, string id)
    {
        BenchKernel kernel = new(id, id.Length);
        byte[] node = Save(StateTree.Empty.Put("a"u8, "b"u8.ToArray()), out Hash root);
        JournalRecord entry = kernel.Entry(16);
        KernelHead head = new(kernel._id, 1, entry.Position, entry.Chain, root, null, 0);
        KernelAppend first = new()
        {
            Id = kernel._id, Epoch = 1, Entries = [entry], Summary = s_summary,
            Checkpoint = new CheckpointWrite(head, [new StoredNode(root, node)], Name: null),
        };
        KernelCreation creation = new(new EngineId("script", 1), Hash.Of("code"u8), 0, first);
        BenchmarkRun.Check(await store.CreateAsync(creation), true, "that the kernel is new");
        return kernel;
    }

    public KernelAppend Next(int entries, int bytes) => new()
    {
        Id = _id, Epoch = 1, Entries = [.. Enumerable.Range(0, entries).Select(_ => Entry(bytes))],
        Summary = s_summary,
    };

    /// <summary>The rows that appends leave.</summary>
    public static List<BareRow> ToRows(IReadOnlyList<KernelAppend[]> batches)
    {
        List<BareRow> rows = [];
        ArrayBufferWriter<byte> row = new();
        foreach (KernelAppend[] batch in batches)
        {
            for (int i = 0; i < batch.Length; i++)
            {
                IReadOnlyList<JournalRecord> entries = batch[i].Entries;
                JournalRows.Encode(entries, 0, row);
                rows.Add(new BareRow(
                    0, i, (long)entries[0].Position, (long)entries[^1].Position, 0, 0, entries[^1].Chain.Span.ToArray(),
                    row.WrittenSpan.ToArray()));
            }
        }
        return rows;
    }

    private JournalRecord Entry(int size)
    {
        byte[] bytes = new byte[size];
        _random.NextBytes(bytes);
        _chain = JournalRecord.ChainAfter(_chain, bytes);
        return new JournalRecord(++_position, bytes, _chain);
    }

    private static byte[] Save(StateTree tree, out Hash root)
    {
        NodeList nodes = new();
        root = tree.Save(nodes);
        return nodes.Last;
    }

    private sealed class NodeList : ITreeSink
    {
        public byte[] Last { get; private set; } = [];

        public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes) => Last = bytes.ToArray();
    }
}
