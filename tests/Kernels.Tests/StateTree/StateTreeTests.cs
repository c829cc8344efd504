namespace Granary.Kernels.Tests;

public sealed class StateTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Random_changes_give_what_a_sorted_dictionary_gives(int seed)
    {
        Random random = new(seed);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        MemoryNodes nodes = new();
        for (int round = 0; round < 1_500; round++)
        {
            tree = model.Change(tree, random);
            string key = TreeModel.RandomKey(random);
            Assert.Equal(model.Content.GetValueOrDefault(key), Get(tree, key));
            Assert.Equal(model.Next(key, orEqual: false), Next(tree, key, orEqual: false));
            Assert.Equal(model.Next(key, orEqual: true), Next(tree, key, orEqual: true));
            Assert.Equal(model.Range(key), TreeModel.ContentOf(tree, key));
            if (round % 50 == 0)
            {
                Assert.Equal(model.Range(), TreeModel.ContentOf(tree));
                Assert.Equal(model.ToTree().Root, tree.Root);
                tree = random.Next(2) == 0 ? tree : StateTree.Open(tree.Save(nodes), nodes);
            }
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void The_root_depends_on_the_content_and_not_on_the_way_to_it(int seed)
    {
        Random random = new(seed);
        Dictionary<Hash, string> contentByRoot = [];
        Dictionary<string, Hash> rootByContent = [];
        for (int round = 0; round < 2_000; round++)
        {
            StateTree tree = StateTree.Empty;
            for (int i = random.Next(8); i > 0; i--)
            {
                byte[] key = [.. new byte[random.Next(3)].Select(_ => (byte)(random.Next(4) * 0x41))];
                tree = random.Next(3) == 0 ? tree.Delete(key) : tree.Put(key, new byte[random.Next(2)]);
            }
            string content = string.Join(';', TreeModel.ContentOf(tree));
            Assert.Equal(content, contentByRoot.TryAdd(tree.Root, content) ? content : contentByRoot[tree.Root]);
            Assert.Equal(tree.Root, rootByContent.TryAdd(content, tree.Root) ? tree.Root : rootByContent[content]);
        }
        Assert.True(rootByContent.Count > 100, "The contents were not varied.");
    }

    [Fact]
    public void Next_walks_every_key_in_order_from_the_empty_key_on()
    {
        Random random = new(21);
        TreeModel model = new();
        StateTree tree = StateTree.Empty.Put([], "root"u8.ToArray());
        model.Content[""] = Convert.ToHexStringLower("root"u8);
        for (int i = 0; i < 500; i++)
        {
            tree = model.Change(tree, random);
        }
        List<string> keys = [];
        bool found = tree.TryNextOrEqual([], out ReadOnlyMemory<byte> key, out _);
        while (found)
        {
            keys.Add(TreeModel.Text(key));
            found = tree.TryNext(key.Span, out key, out _);
        }
        Assert.Equal(model.Content.Keys, keys);
    }

    [Fact]
    public void Older_trees_stay_as_they_were()
    {
        Random random = new(31);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        List<(StateTree Tree, List<(string, string)> Content)> versions = [];
        for (int i = 0; i < 300; i++)
        {
            tree = model.Change(tree, random);
            versions.Add((tree, model.Range()));
        }
        Assert.All(versions, version => Assert.Equal(version.Content, TreeModel.ContentOf(version.Tree)));
    }

    [Fact]
    public void A_change_that_changes_nothing_gives_the_same_tree()
    {
        StateTree tree = StateTree.Empty.Put("a"u8, new byte[] { 1 }).Put("ab"u8, new byte[] { 2 });
        Assert.Same(tree, tree.Put("ab"u8, new byte[] { 2 }));
        Assert.Same(tree, tree.Delete("b"u8));
        Assert.Same(tree, tree.DeletePrefix("abc"u8));
        Assert.Same(tree, tree.DeletePrefix("b"u8));
        Assert.NotSame(tree, tree.Put("ab"u8, new byte[] { 3 }));
        Assert.Equal(StateTree.Empty.Root, tree.DeletePrefix("a"u8).Root);
    }

    [Fact]
    public void Keys_and_values_have_limits()
    {
        byte[] key = new byte[StateTree.KeyBytesMax];
        StateTree tree = StateTree.Empty.Put(key, new byte[StateTree.ValueBytesMax]);
        Assert.True(tree.TryGet(key, out ReadOnlyMemory<byte> value));
        Assert.Equal(StateTree.ValueBytesMax, value.Length);
        byte[] longKey = new byte[StateTree.KeyBytesMax + 1];
        Assert.Throws<ArgumentException>(() => tree.Put(longKey, default));
        Assert.Throws<ArgumentException>(() => tree.TryGet(longKey, out _));
        Assert.Throws<ArgumentException>(() => tree.Put([], new byte[StateTree.ValueBytesMax + 1]));
    }

    [Fact]
    public void A_key_of_every_depth_neither_overflows_nor_takes_long()
    {
        // Each key is the beginning of the next, and its sibling turns off at the last bit.
        MemoryNodes nodes = new();
        StateTree tree = Chain(StateTree.KeyBytesMax);
        byte[] deepest = new byte[StateTree.KeyBytesMax];
        deepest[^1] = 1;
        OnSmallStack(() =>
        {
            Hash root = tree.Save(nodes);
            StateTree opened = StateTree.Open(root, nodes);
            Assert.Equal(2 * StateTree.KeyBytesMax, opened.Range(default).Count());
            Assert.Empty(StateTreeDiff.Diff(tree, opened));
            Assert.True(opened.Prove(deepest).Verify(root, deepest, out ReadOnlyMemory<byte>? value));
            Assert.NotNull(value);
            Assert.True(tree.TryNext(new byte[StateTree.KeyBytesMax - 1], out ReadOnlyMemory<byte> next, out _));
            Assert.Equal(StateTree.KeyBytesMax, next.Length);
            byte[] prefix = new byte[StateTree.KeyBytesMax / 2];
            Assert.Equal(StateTree.KeyBytesMax - 1, tree.DeletePrefix(prefix).Range(default).Count());
            Assert.NotEqual(root, tree.Delete(deepest).Root);
        });
    }

    [Fact]
    public void A_branch_at_each_of_the_16384_bits_neither_overflows_nor_takes_long()
    {
        StateTree tree = StateTree.Empty;
        byte[] key = new byte[StateTree.KeyBytesMax];
        for (int bit = 0; bit < key.Length * 8; bit += 7)
        {
            key[bit >> 3] ^= (byte)(0x80 >> (bit & 7));
            tree = tree.Put(key, key.AsSpan(0, 1).ToArray());
            key[bit >> 3] ^= (byte)(0x80 >> (bit & 7));
        }
        OnSmallStack(() =>
        {
            Hash root = tree.Save(new MemoryNodes());
            byte[] absent = new byte[StateTree.KeyBytesMax];
            StateProof proof = StateProof.Parse(tree.Prove(absent).ToBytes());
            Assert.True(proof.Nodes.Count > 2000);
            Assert.True(proof.Verify(root, absent, out ReadOnlyMemory<byte>? value));
            Assert.Null(value);
        });
    }

    [Fact]
    public void Threads_may_share_a_tree_that_fetches_and_hashes()
    {
        Random random = new(41);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 800; i++)
        {
            tree = model.Change(tree, random);
        }
        MemoryNodes nodes = new();
        StateTree opened = StateTree.Open(tree.Save(nodes), new LockedNodes(nodes));
        StateTree changed = opened.Put("new"u8, default);
        TreeModel changedModel = model.Copy();
        changedModel.Content["6e6577"] = "";
        Hash expected = changedModel.ToTree().Root;
        Parallel.For(0, 8, _ =>
        {
            Assert.Equal(model.Range(), TreeModel.ContentOf(opened));
            Assert.Equal(expected, changed.Root);
            Assert.Equal(changedModel.Range(), TreeModel.ContentOf(changed));
        });
    }

    private static StateTree Chain(int length)
    {
        StateTree tree = StateTree.Empty;
        byte[] key = new byte[length];
        for (int i = 1; i <= length; i++)
        {
            tree = tree.Put(key.AsSpan(0, i), new byte[] { 1 });
            key[i - 1] = 1;
            tree = tree.Put(key.AsSpan(0, i), new byte[] { 2 });
            key[i - 1] = 0;
        }
        return tree;
    }

    private static void OnSmallStack(Action action)
    {
        Exception? failure = null;
        Thread thread = new(() => failure = Record.Exception(action), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();
        Assert.Null(failure);
    }

    private static string? Get(StateTree tree, string key) =>
        tree.TryGet(TreeModel.Bytes(key), out ReadOnlyMemory<byte> value) ? TreeModel.Text(value) : null;

    private static string? Next(StateTree tree, string from, bool orEqual)
    {
        bool found = orEqual
            ? tree.TryNextOrEqual(TreeModel.Bytes(from), out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
            : tree.TryNext(TreeModel.Bytes(from), out key, out value);
        if (!found)
        {
            return null;
        }
        Assert.Equal(Get(tree, TreeModel.Text(key)), TreeModel.Text(value));
        return TreeModel.Text(key);
    }

    private sealed class LockedNodes(MemoryNodes nodes) : INodeSource
    {
        public ReadOnlyMemory<byte> GetNode(in Hash hash)
        {
            lock (nodes)
            {
                return nodes.GetNode(hash);
            }
        }
    }
}
