namespace Granary.Kernels.Tests;

public sealed class StateProofTests
{
    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    public void Presence_and_absence_are_proved_to_us_and_to_others(int seed)
    {
        Random random = new(seed);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        MemoryNodes nodes = new();
        for (int round = 0; round < 400; round++)
        {
            tree = model.Change(tree, random);
            tree = random.Next(20) == 0 ? StateTree.Open(tree.Save(nodes), nodes) : tree;
            string key = model.Content.Count > 0 && random.Next(2) == 0
                ? model.Content.Keys.ElementAt(random.Next(model.Content.Count))
                : TreeModel.RandomKey(random);
            string expected = model.Content.GetValueOrDefault(key, "absent");
            byte[] bytes = tree.Prove(TreeModel.Bytes(key)).ToBytes();
            StateProof proof = StateProof.Parse(bytes);
            Assert.Equal(bytes, proof.ToBytes());
            Assert.Equal(expected, Verify(proof, tree.Root, key));
            Assert.Equal(expected, VerifyIndependently(proof, tree.Root, key));
        }
    }

    [Fact]
    public void No_flipped_bit_of_a_proof_or_of_the_root_is_accepted()
    {
        StateTree tree = SmallTree();
        foreach (string key in new[] { "6162", "6163", "61", "7a" })
        {
            byte[] bytes = tree.Prove(TreeModel.Bytes(key)).ToBytes();
            for (int bit = 0; bit < bytes.Length * 8; bit++)
            {
                byte[] flipped = [.. bytes];
                flipped[bit >> 3] ^= (byte)(1 << (bit & 7));
                StateProof? proof = TryParse(flipped);
                Assert.Null(proof is null ? null : Verify(proof, tree.Root, key));
            }
            for (int bit = 0; bit < Hash.Bytes * 8; bit++)
            {
                byte[] root = tree.Root.Span.ToArray();
                root[bit >> 3] ^= (byte)(1 << (bit & 7));
                Assert.Null(Verify(StateProof.Parse(bytes), new Hash(root), key));
            }
        }
    }

    [Fact]
    public void A_proof_for_one_key_never_says_something_false_about_another()
    {
        Random random = new(311);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 150; i++)
        {
            tree = model.Change(tree, random);
        }
        IEnumerable<string> others = Enumerable.Range(0, 40).Select(_ => TreeModel.RandomKey(random));
        List<string> keys = [.. model.Content.Keys.Take(40), .. others];
        foreach (string proved in keys)
        {
            StateProof proof = tree.Prove(TreeModel.Bytes(proved));
            foreach (string asked in keys)
            {
                string? answer = Verify(proof, tree.Root, asked);
                Assert.True(answer is null || answer == model.Content.GetValueOrDefault(asked, "absent"));
                Assert.Equal(VerifyIndependently(proof, tree.Root, asked), answer);
            }
        }
    }

    [Fact]
    public void A_proof_with_more_fewer_or_swapped_nodes_fails()
    {
        StateTree tree = SmallTree();
        StateProof proof = tree.Prove("ab"u8);
        IReadOnlyList<ReadOnlyMemory<byte>> nodes = proof.Nodes;
        Assert.True(nodes.Count > 2);
        Assert.Null(Verify(new StateProof([]), tree.Root, "6162"));
        Assert.Null(Verify(new StateProof([.. nodes.SkipLast(1)]), tree.Root, "6162"));
        Assert.Null(Verify(new StateProof([.. nodes.Skip(1)]), tree.Root, "6162"));
        Assert.Null(Verify(new StateProof([.. nodes, nodes[^1]]), tree.Root, "6162"));
        Assert.Null(Verify(new StateProof([.. nodes.Reverse()]), tree.Root, "6162"));
        Assert.Null(Verify(proof, tree.Put("ab"u8, new byte[] { 9 }).Root, "6162"));
        Assert.Null(Verify(proof, StateTree.Empty.Root, "6162"));
        Assert.False(proof.Verify(tree.Root, "ab"u8, out _, TreeFormat.Primea));
    }

    [Fact]
    public void The_empty_tree_proves_that_it_has_nothing()
    {
        StateProof proof = StateTree.Empty.Prove("a"u8);
        Assert.Equal("absent", Verify(proof, StateTree.Empty.Root, "61"));
        Assert.Equal("absent", VerifyIndependently(proof, StateTree.Empty.Root, "61"));
        Assert.Null(Verify(new StateProof([.. proof.Nodes, .. proof.Nodes]), StateTree.Empty.Root, "61"));
    }

    [Fact]
    public void Links_of_20_bytes_have_proofs_too()
    {
        StateTree empty = StateTree.CreateEmpty(TreeFormat.Primea);
        StateTree tree = empty.Put("a"u8, new byte[] { 1 }).Put("b"u8, new byte[] { 2 });
        Assert.True(tree.Prove("b"u8).Verify(tree.Root, "b"u8, out ReadOnlyMemory<byte>? value, TreeFormat.Primea));
        Assert.Equal([2], value!.Value.ToArray());
        Assert.False(tree.Prove("b"u8).Verify(tree.Root, "b"u8, out _));
    }

    [Fact]
    public void Random_bytes_as_a_proof_are_refused_cleanly()
    {
        const int Seed = 321;
        Random random = new(Seed);
        StateTree tree = SmallTree();
        byte[] good = tree.Prove("ab"u8).ToBytes();
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. good.Take(random.Next(good.Length + 1))];
            for (int change = random.Next(4); change > 0 && bytes.Length > 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            if (TryParse(bytes) is { } proof && !bytes.AsSpan().SequenceEqual(good))
            {
                Assert.Null(Verify(proof, tree.Root, "6162"));
            }
        }
    }

    private static StateTree SmallTree() => StateTree.Empty
        .Put("a"u8, new byte[] { 1 })
        .Put("ab"u8, "value"u8.ToArray())
        .Put("abc"u8, default)
        .Put("b"u8, new byte[30])
        .Put("q"u8, new byte[] { 2 });

    private static StateProof? TryParse(byte[] bytes)
    {
        try
        {
            return StateProof.Parse(bytes);
        }
        catch (CborException)
        {
            return null;
        }
    }

    private static string? Verify(StateProof proof, in Hash root, string key)
    {
        if (!proof.Verify(root, TreeModel.Bytes(key), out ReadOnlyMemory<byte>? value))
        {
            Assert.Null(value);
            return null;
        }
        return TreeModel.Text(value) ?? "absent";
    }

    private static string? VerifyIndependently(StateProof proof, in Hash root, string key) =>
        IndependentVerifier.Verify(
            root.Span.ToArray(),
            TreeModel.Bytes(key),
            [.. proof.Nodes.Select(node => node.ToArray())]);
}
