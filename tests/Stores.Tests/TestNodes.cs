using Granary.Kernels;

namespace Granary.Stores.Tests;

/// <summary>A tree form for store tests: one byte counts the links, the links follow, then anything.</summary>
internal static class TestNodes
{
    public static StoredNode Make(string content, params ReadOnlySpan<Hash> children)
    {
        List<byte> bytes = [(byte)children.Length];
        foreach (Hash child in children)
        {
            bytes.AddRange(child.Span);
        }
        bytes.AddRange(System.Text.Encoding.ASCII.GetBytes(content));
        byte[] array = [.. bytes];
        return new StoredNode(Hash.Of(array), array);
    }

    public static IEnumerable<Hash> ChildLinks(ReadOnlyMemory<byte> node)
    {
        for (int i = 0; i < node.Span[0]; i++)
        {
            yield return new Hash(node.Span.Slice(1 + (i * Hash.Bytes), Hash.Bytes));
        }
    }
}
