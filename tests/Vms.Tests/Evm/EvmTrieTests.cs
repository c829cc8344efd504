using System.Text;
using System.Text.Json;
using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

[Trait("Category", "Conformance")]
[Trait("Engine", "evm")]
public sealed class EvmTrieTests
{
    public static IEnumerable<object[]> Cases => Names("trie.json");

    public static IEnumerable<object[]> Names(string file)
    {
        int count = EvmVectorPack.Open(file).GetArrayLength();
        return count > 0
            ? Enumerable.Range(0, count).Select(
                i => new object[] { i, EvmVectorPack.Open(file)[i].GetProperty("name").GetString()! })
            : throw new InvalidOperationException($"{file} holds no case.");
    }

    [Theory, MemberData(nameof(Cases))]
    public void Pairs_have_the_root_that_the_suite_says(int index, string name)
    {
        JsonElement test = EvmVectorPack.Open("trie.json")[index];
        bool secure = test.GetProperty("secure").GetBoolean();
        SortedDictionary<byte[], byte[]> pairs = new(BytewiseComparer.Instance);
        foreach (JsonElement pair in test.GetProperty("pairs").EnumerateArray())
        {
            byte[] key = Bytes(pair[0].GetString()!);
            key = secure ? EvmKeccak.Hash(key).ToBytes() : key;
            if (pair[1].ValueKind == JsonValueKind.Null)
            {
                pairs.Remove(key);
            }
            else
            {
                pairs[key] = Bytes(pair[1].GetString()!);
            }
        }
        EvmTrieBuilder builder = new();
        foreach ((byte[] key, byte[] value) in pairs)
        {
            builder.Add(EvmTrieBuilder.Nibbles(key), value);
        }
        Assert.True(EvmVectorPack.Word(test, "root") == builder.Finish(), name);
    }

    private static byte[] Bytes(string text) => text.StartsWith("0x", StringComparison.Ordinal)
        ? EvmVectorPack.Bytes(text)
        : Encoding.UTF8.GetBytes(text);
}
