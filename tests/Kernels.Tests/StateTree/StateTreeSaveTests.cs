namespace Granary.Kernels.Tests;

public sealed class StateTreeSaveTests
{
    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    public void Each_node_is_given_once_and_the_reopened_tree_has_the_same_content(int seed)
    {
        Random random = new(seed);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        MemoryNodes nodes = new();
        HashSet<Hash> childrenFirst = [];
        for (int round = 0; round < 60; round++)
        {
            for (int i = 0; i < 10; i++)
            {
                string key = TreeModel.RandomKey(random);
                model.Content[key] = Convert.ToHexStringLower(BitConverter.GetBytes(round * 10 + i));
                tree = tree.Put(TreeModel.Bytes(key), TreeModel.Bytes(model.Content[key]));
            }
            OrderedSink sink = new(nodes, childrenFirst);
            Hash root = tree.Save(sink);
            Assert.Equal(nodes.Nodes.Count, nodes.Puts);
            Assert.Equal(root, tree.Save(sink));
            Assert.Equal(nodes.Nodes.Count, nodes.Puts);
            StateTree opened = StateTree.Open(root, nodes);
            Assert.Equal(model.Range(), TreeModel.ContentOf(opened));
            Assert.Equal(root, opened.Save(new OrderedSink(new MemoryNodes(), [])));
            tree = round % 7 == 0 ? opened : tree;
        }
    }

    [Fact]
    public void Nodes_with_the_same_bytes_are_given_once()
    {
        MemoryNodes nodes = new();
        StateTree.Empty.Put([0x00, 7], default).Put([0x80, 7], default).Save(nodes);
        Assert.Equal(2, nodes.Puts);
    }

    [Fact]
    public void A_save_that_was_not_marked_is_given_again()
    {
        StateTree tree = StateTree.Empty.Put("a"u8, default).Put("b"u8, default);
        MemoryNodes failed = new();
        TreeSave lost = tree.PrepareSave(failed);
        Assert.Equal((failed.Puts, failed.Nodes.Values.Sum(bytes => (long)bytes.Length)), (lost.Nodes, lost.Bytes));
        MemoryNodes kept = new();
        TreeSave save = tree.PrepareSave(kept);
        Assert.Equal(failed.Nodes.Keys, kept.Nodes.Keys);
        save.MarkStored();
        Assert.Equal(0, tree.PrepareSave(kept).Nodes);
        Assert.Equal(2, tree.Put("b"u8, new byte[1]).PrepareSave(kept).Nodes);
    }

    [Fact]
    public void A_sink_that_fails_loses_nothing()
    {
        StateTree tree = StateTree.Empty.Put("a"u8, default).Put("b"u8, default);
        Assert.Throws<InvalidOperationException>(() => tree.Save(new FailingSink()));
        MemoryNodes nodes = new();
        Hash root = tree.Save(nodes);
        Assert.Equal(2, StateTree.Open(root, nodes).Range(default).Count());
    }

    [Fact]
    public void The_empty_tree_can_be_saved_and_opened()
    {
        MemoryNodes nodes = new();
        Hash root = StateTree.Empty.Save(nodes);
        Assert.Equal([0x83, 0xf6, 0xf6, 0xf6], nodes.Nodes[root]);
        Assert.Empty(TreeWalker.ChildLinks(nodes.Nodes[root]));
        Assert.Empty(StateTree.Open(root, nodes).Range(default));
    }

    [Fact]
    public void Only_the_nodes_on_the_way_are_fetched_and_only_once()
    {
        MemoryNodes nodes = new();
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 256; i++)
        {
            tree = tree.Put([(byte)i], default);
        }
        StateTree opened = StateTree.Open(tree.Save(nodes), nodes);
        Assert.Equal(0, nodes.Gets);
        StateTree fork = opened.Put([7], new byte[1]);
        Assert.True(opened.TryGet([7], out _));
        Assert.True(fork.TryGet([7], out _));
        Assert.Equal(9, nodes.Gets);
        Assert.Equal(9, fork.PrepareSave(nodes).Nodes);
    }

    [Fact]
    public void A_missing_or_changed_node_is_an_error_with_its_hash()
    {
        MemoryNodes nodes = new();
        Hash root = StateTree.Empty.Put("a"u8, default).Put("b"u8, default).Save(nodes);
        Hash child = TreeWalker.ChildLinks(nodes.Nodes[root])[0];
        nodes.Nodes[child][^1] ^= 1;
        StateTree tree = StateTree.Open(root, nodes);
        Assert.Equal(child, Assert.Throws<NodeMissingException>(() => tree.TryGet("a"u8, out _)).Hash);
        nodes.Nodes.Remove(child);
        Assert.Equal(child, Assert.Throws<NodeMissingException>(() => tree.TryGet("a"u8, out _)).Hash);
        Assert.True(tree.TryGet("b"u8, out _));
    }

    private sealed class OrderedSink(MemoryNodes nodes, HashSet<Hash> seen) : ITreeSink
    {
        public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes)
        {
            Assert.Equal(Hash.Of(bytes.Span), hash);
            Assert.All(TreeWalker.ChildLinks(bytes), child => Assert.Contains(child, seen));
            Assert.True(seen.Add(hash));
            nodes.PutNode(hash, bytes);
        }
    }

    private sealed class FailingSink : ITreeSink
    {
        private int _left = 2;

        public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes)
        {
            if (_left-- == 0)
            {
                throw new InvalidOperationException("The disk is full.");
            }
        }
    }
}
