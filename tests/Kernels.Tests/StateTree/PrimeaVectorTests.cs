using System.Text.Json;
using Granary.Tests;

namespace Granary.Kernels.Tests;

[Trait("Category", "Conformance")]
[Trait("Engine", "primea")]
public sealed class PrimeaVectorTests
{
    private static readonly Dictionary<string, JsonElement> RadixByName = Load("radix.json");

    public static TheoryData<string> RadixCases => [.. RadixByName.Keys];

    [Theory]
    [MemberData(nameof(RadixCases))]
    public void A_radix_tree_gives_the_published_roots(string name)
    {
        JsonElement vector = RadixByName[name];
        MemoryNodes nodes = new();
        StateTree tree = StateTree.CreateEmpty(TreeFormat.Primea);
        foreach (JsonElement op in vector.GetProperty("ops").EnumerateArray())
        {
            tree = Execute(op, tree, nodes);
        }
        string finalRoot = vector.GetProperty("finalRoot").GetString()!;
        Assert.Equal(finalRoot, Link(tree.Save(nodes)));
        if (vector.TryGetProperty("blocks", out JsonElement blocks))
        {
            Assert.Equal(
                blocks.EnumerateObject().ToDictionary(block => block.Name, block => block.Value.GetString()!),
                Reachable(Root(finalRoot), nodes));
        }
    }

    private static StateTree Execute(JsonElement op, StateTree tree, MemoryNodes nodes)
    {
        byte[] key = op.TryGetProperty("key", out JsonElement hex) ? hex.GetBytesFromHex() : [];
        switch (op.GetProperty("op").GetString())
        {
            case "set":
                return tree.Put(key, op.GetProperty("value").GetBytesFromHex());
            case "delete":
                return tree.Delete(key);
            case "get":
                bool found = tree.TryGet(key, out ReadOnlyMemory<byte> value);
                Assert.Equal(op.GetProperty("value").GetString(), found ? TreeModel.Text(value) : null);
                return tree;
            case "root":
                Assert.Equal(op.GetProperty("root").GetString(), Link(tree.Save(nodes)));
                return tree;
            case "reopen":
                return StateTree.Open(tree.Save(nodes), nodes, TreeFormat.Primea);
            default:
                throw new InvalidDataException($"The vectors have an unknown operation: {op}.");
        }
    }

    private static Dictionary<string, string> Reachable(Hash root, MemoryNodes nodes)
    {
        Dictionary<string, string> blocks = [];
        Stack<Hash> links = new([root]);
        while (links.TryPop(out Hash link))
        {
            byte[] bytes = nodes.Nodes[link];
            blocks[Link(link)] = Convert.ToHexStringLower(bytes);
            foreach (Hash child in TreeWalker.ChildLinks(bytes, TreeFormat.Primea))
            {
                links.Push(child);
            }
        }
        return blocks;
    }

    private static Hash Root(string link) => new(Convert.FromHexString(link));

    private static string Link(in Hash hash) => Convert.ToHexStringLower(hash.Span[..TreeFormat.Primea.LinkBytes]);

    private static Dictionary<string, JsonElement> Load(string file)
    {
        string path = Path.Combine(VectorFolders.Find("primea"), file);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
        Dictionary<string, JsonElement> cases = document.RootElement.Clone().EnumerateArray()
            .ToDictionary(vector => vector.GetProperty("name").GetString()!);
        return cases.Count > 0 ? cases : throw new InvalidDataException($"'{path}' holds no case.");
    }
}
