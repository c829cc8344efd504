namespace Granary.Kernels.Tests;

/// <summary>Stored nodes are not trusted.</summary>
public sealed class TreeNodeTests
{
    private const string Link = "d82a5820000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f";

    [Theory]
    [InlineData("84f6f6f640", 0)]
    [InlineData("84820141" + "80f6f640", 0)]
    [InlineData("84f6" + Link + "f640", 1)]
    [InlineData("84f6f6" + Link + "40", 1)]
    [InlineData("83f6" + Link + Link, 2)]
    [InlineData("83f6f6f6", 0)]
    public void A_canonical_node_gives_its_links(string hex, int links) =>
        Assert.Equal(links, TreeWalker.ChildLinks(Convert.FromHexString(hex)).Count);

    [Theory]
    [InlineData("", "the bytes end")]
    [InlineData("80", "0 items")]
    [InlineData("85f6f6f6f6f6", "5 items")]
    [InlineData("84f6f6f6f6", "a byte string is expected")]
    [InlineData("84f6f6f64000", "1 bytes follow")]
    [InlineData("9803f6f6f640", "longer than needed")]
    [InlineData("83f6" + Link + "f6", "neither a value nor two children")]
    [InlineData("83820141" + "80f6f6", "neither a value nor two children")]
    [InlineData("84820040f6f640", "0 bits in 0 bytes")]
    [InlineData("8482014180f6", "the bytes end")]
    [InlineData("848201428000f6f640", "1 bits in 2 bytes")]
    [InlineData("848209" + "4180f6f640", "9 bits in 1 bytes")]
    [InlineData("84820141c0f6f640", "not padded with zeros")]
    [InlineData("84821bffffffffffffffff4180f6f640", "bits in 1 bytes")]
    [InlineData("848301418000f6f640", "not a pair")]
    [InlineData("83f6d82b40" + Link, "a link is tag 42")]
    [InlineData("83f6d82a54000102030405060708090a0b0c0d0e0f00010203" + Link, "a link is tag 42")]
    public void Any_other_form_is_refused_with_the_reason(string hex, string reason)
    {
        byte[] bytes = Convert.FromHexString(hex);
        StateTreeException error = Assert.Throws<StateTreeException>(() => TreeWalker.ChildLinks(bytes));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(Hash.Of(bytes), error.Hash);
        Assert.Throws<StateTreeException>(() => Stored(bytes).TryGet("a"u8, out _));
    }

    [Fact]
    public void A_value_behind_half_a_byte_is_refused_when_a_walk_meets_it()
    {
        StateTree tree = Stored(Convert.FromHexString("8482014180f6f640"));
        Assert.False(tree.TryGet("a"u8, out _));
        Assert.Throws<StateTreeException>(() => tree.Range(default).Count());
        Assert.Throws<StateTreeException>(() => tree.TryNext([], out _, out _));
    }

    [Fact]
    public void A_tree_deeper_than_keys_can_be_is_refused_when_a_walk_meets_it()
    {
        // Two full extensions on top of each other; the empty node is no child either.
        MemoryNodes nodes = new();
        StateTree bottom = StateTree.Empty.Put(new byte[StateTree.KeyBytesMax], default);
        Hash root = bottom.Save(nodes);
        byte[] leaf = nodes.Nodes[root];
        byte[] child = Convert.FromHexString("d82a5820" + root);
        byte[] upper = [0x84, .. leaf[1..^3], .. child, 0xf6, 0x40];
        nodes.Nodes[Hash.Of(upper)] = upper;
        StateTree tree = StateTree.Open(Hash.Of(upper), nodes);
        Assert.Throws<StateTreeException>(() => tree.Range(default).Count());
        Assert.Throws<StateTreeException>(() => tree.Delete(new byte[StateTree.KeyBytesMax]));
        Assert.Throws<StateTreeException>(() => tree.TryNext(new byte[StateTree.KeyBytesMax], out _, out _));
        Assert.True(tree.TryGet(new byte[StateTree.KeyBytesMax], out _));

        byte[] onEmpty = [0x84, 0xf6, .. Convert.FromHexString("d82a5820" + StateTree.Empty.Root), 0xf6, 0x40];
        nodes.Nodes[Hash.Of(onEmpty)] = onEmpty;
        StateTree.Empty.Save(nodes);
        Assert.Throws<StateTreeException>(() => StateTree.Open(Hash.Of(onEmpty), nodes).TryGet("a"u8, out _));
    }

    [Fact]
    public void Changed_nodes_are_either_canonical_or_refused()
    {
        const int Seed = 401;
        Random random = new(Seed);
        List<byte[]> good = GoodNodes(random);
        int accepted = 0;
        for (int i = 0; i < 30_000; i++)
        {
            byte[] bytes = [.. good[random.Next(good.Count)]];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            bytes = random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
            accepted += IsNodeThatRoundTrips(bytes) ? 1 : 0;
        }
        Assert.InRange(accepted, 1, 29_999);
    }

    private static List<byte[]> GoodNodes(Random random)
    {
        MemoryNodes nodes = new();
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 200; i++)
        {
            tree = model.Change(tree, random);
        }
        tree.Save(nodes);
        return [.. nodes.Nodes.OrderBy(node => node.Key).Select(node => node.Value)];
    }

    /// <summary>What is accepted has one form only, so writing it again gives the same bytes.</summary>
    private static bool IsNodeThatRoundTrips(byte[] bytes)
    {
        TreeNode? node = TreeNodeCodec.TryDecode(bytes, TreeFormat.Default, origin: null, out string reason);
        if (node is null)
        {
            Assert.NotEmpty(reason);
            return false;
        }
        System.Buffers.ArrayBufferWriter<byte> buffer = new();
        TreeNodeCodec.Encode(node, buffer, TreeFormat.Default);
        Assert.Equal(bytes, buffer.WrittenSpan.ToArray());
        return true;
    }

    private static StateTree Stored(byte[] node)
    {
        MemoryNodes nodes = new();
        Hash hash = Hash.Of(node);
        nodes.PutNode(hash, node);
        return StateTree.Open(hash, nodes);
    }
}
