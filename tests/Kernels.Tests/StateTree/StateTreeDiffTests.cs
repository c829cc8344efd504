namespace Granary.Kernels.Tests;

public sealed class StateTreeDiffTests
{
    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(203)]
    public void Differences_are_those_of_the_models(int seed)
    {
        Random random = new(seed);
        TreeModel model = new();
        StateTree tree = StateTree.Empty;
        MemoryNodes nodes = new();
        for (int round = 0; round < 150; round++)
        {
            TreeModel before = model.Copy();
            StateTree beforeTree = tree;
            for (int i = random.Next(30); i > 0; i--)
            {
                tree = model.Change(tree, random);
            }
            string prefix = random.Next(2) == 0 ? "" : TreeModel.RandomKey(random);
            Assert.Equal(Expected(before, model, prefix), Actual(beforeTree, tree, prefix));
            // Without anything shared but the hashes, and from the other side.
            StateTree opened = StateTree.Open(tree.Save(nodes), nodes);
            Assert.Equal(Expected(model, before, prefix), Actual(opened, beforeTree, prefix));
            Assert.Empty(StateTreeDiff.Diff(opened, model.ToTree()));
        }
    }

    [Fact]
    public void Equal_subtrees_are_not_fetched()
    {
        MemoryNodes nodes = new();
        StateTree tree = StateTree.Empty;
        for (int i = 0; i < 256; i++)
        {
            tree = tree.Put([(byte)i], default);
        }
        Hash before = tree.Save(nodes);
        Hash after = tree.Put([7], new byte[1]).Save(nodes);
        Assert.Single(StateTreeDiff.Diff(StateTree.Open(before, nodes), StateTree.Open(after, nodes)));
        Assert.Equal(18, nodes.Gets);
        Assert.Empty(StateTreeDiff.Diff(StateTree.Open(before, nodes), StateTree.Open(before, nodes)));
        Assert.Equal(18, nodes.Gets);
    }

    private static List<(string, string?, string?)> Actual(StateTree before, StateTree after, string prefix) =>
    [
        .. StateTreeDiff.Diff(before, after, TreeModel.Bytes(prefix))
            .Select(d => (TreeModel.Text(d.Key), TreeModel.Text(d.Before), TreeModel.Text(d.After))),
    ];

    private static List<(string, string?, string?)> Expected(TreeModel before, TreeModel after, string prefix) =>
    [
        .. before.Content.Keys.Union(after.Content.Keys)
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(key => (key, before.Content.GetValueOrDefault(key), after.Content.GetValueOrDefault(key)))
            .Where(d => d.Item2 != d.Item3),
    ];
}
