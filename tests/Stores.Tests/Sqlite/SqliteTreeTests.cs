using System.Buffers.Binary;
using Granary.Kernels;

namespace Granary.Stores.Tests;

/// <summary>Real state trees through checkpoints, rollbacks, forks and collections.</summary>
public sealed class SqliteTreeTests : IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly Dictionary<Hash, string> _contents = [];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Every_kept_checkpoint_of_a_random_history_reads_back(int seed)
    {
        Random random = new(seed);
        await using SqliteStore store = SqliteStore.Open(_folder.File);
        List<(TestKernel Kernel, StateTree Tree)> kernels = [];
        for (int step = 0; step < 120; step++)
        {
            int choice = kernels.Count == 0 ? 0 : random.Next(10);
            int at = random.Next(Math.Max(kernels.Count, 1));
            if (choice == 0)
            {
                TestKernel born = new($"kernel-{step}");
                (StateTree tree, StoredNode[] nodes) = Change(
                    kernels.Count > 0 ? StateTree.Open(kernels[at].Tree.Root, store) : StateTree.Empty, random);
                KernelAppend first = born.Checkpoint(null, tree.Root, null, nodes);
                Assert.True(await store.CreateAsync(new KernelCreation(TestKernel.Engine, born.CodeHash, 0, first)));
                kernels.Add((born, tree));
            }
            else if (choice == 1 && kernels.Count > 2)
            {
                await store.AppendAsync(kernels[at].Kernel.Delete());
                kernels.RemoveAt(at);
            }
            else if (choice == 2)
            {
                await store.CollectAsync();
            }
            else
            {
                TestKernel kernel = kernels[at].Kernel;
                StateTree from = kernels[at].Tree;
                if (choice == 3)
                {
                    IReadOnlyList<StoredHead> heads = await store.ListHeadsAsync(kernel.Id);
                    from = StateTree.Open(heads[random.Next(heads.Count)].Head.Root, store);
                    kernel.Generation++;
                    kernel.Summary = kernel.Summary with { Generation = kernel.Generation };
                }
                (StateTree tree, StoredNode[] nodes) = Change(from, random);
                string? name = random.Next(12) == 0 ? $"step {step}" : null;
                KernelAppend append = kernel.Checkpoint(name, tree.Root, null, nodes);
                Assert.Equal(AppendStatus.Done, await store.AppendAsync(append));
                kernels[at] = (kernel, tree);
            }
        }
        await store.CollectAsync();
        foreach (StoredKernel kernel in await store.ListAsync(new KernelQuery()))
        {
            foreach (StoredHead head in await store.ListHeadsAsync(kernel.Id))
            {
                Assert.Equal(_contents[head.Head.Root], Contents(StateTree.Open(head.Head.Root, store)));
            }
        }
    }

    private (StateTree Tree, StoredNode[] Nodes) Change(StateTree tree, Random random)
    {
        byte[] key = new byte[2];
        for (int i = random.Next(1, 8); i > 0; i--)
        {
            BinaryPrimitives.WriteUInt16BigEndian(key, (ushort)random.Next(60));
            tree = random.Next(3) == 0 ? tree.Delete(key) : tree.Put(key, new byte[] { (byte)random.Next(4) });
        }
        NodeList nodes = new();
        _contents[tree.Save(nodes)] = Contents(tree);
        return (tree, [.. nodes.Nodes]);
    }

    private static string Contents(StateTree tree) => string.Join(' ', tree.Range(default).Select(
        pair => $"{Convert.ToHexString(pair.Key.Span)}={Convert.ToHexString(pair.Value.Span)}"));

    private sealed class NodeList : ITreeSink
    {
        public List<StoredNode> Nodes { get; } = [];

        public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes) => Nodes.Add(new StoredNode(hash, bytes));
    }
}
