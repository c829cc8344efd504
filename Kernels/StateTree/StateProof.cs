using System.Buffers;

namespace Granary.Kernels;

/// <summary>The nodes from the root to where a key is, or to where it would have to be.</summary>
public sealed record StateProof(IReadOnlyList<ReadOnlyMemory<byte>> Nodes)
{
    private const int NodesMax = StateTree.KeyBytesMax * 8 + 1;

    // A node is its extension, two links, the value and some heads.
    private const int NodeBytesMax = StateTree.ValueBytesMax + StateTree.KeyBytesMax + 256;

    /// <summary>
    /// True when the nodes prove what the tree with this root holds under the key: a value, or nothing (null). A proof
    /// with other, more or fewer nodes than the key's path is no proof.
    /// </summary>
    public bool Verify(in Hash root, ReadOnlySpan<byte> key, out ReadOnlyMemory<byte>? value, TreeFormat? format = null)
    {
        StateTree.CheckKey(key);
        format ??= TreeFormat.Default;
        value = null;
        Hash expected = root;
        int depth = 0;
        for (int i = 0; i < Nodes.Count; i++, depth++)
        {
            bool isLast = i == Nodes.Count - 1;
            if (format.HashOf(Nodes[i].Span) != expected)
            {
                return false;
            }
            if (i == 0 && expected == format.EmptyRoot)
            {
                return isLast;
            }
            if (TreeNodeCodec.TryDecode(Nodes[i], format, origin: null, out _) is not { } node)
            {
                return false;
            }
            int common = node.CommonPrefix(key, depth);
            depth += common;
            if (common < node.ExtensionBits)
            {
                return isLast;
            }
            if (depth == key.Length * 8)
            {
                value = isLast ? node.Value?.Bytes : null;
                return isLast;
            }
            if (TreeNode.HashOf(node.Link(TreeBits.At(key, depth))) is not { } next)
            {
                return isLast;
            }
            expected = next.Hash;
        }
        return false;
    }

    /// <summary>A CBOR array of byte strings.</summary>
    public byte[] ToBytes()
    {
        ArrayBufferWriter<byte> buffer = new();
        CborWriter writer = new(buffer);
        writer.WriteArray(Nodes.Count);
        foreach (ReadOnlyMemory<byte> node in Nodes)
        {
            writer.WriteBytes(node.Span);
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="CborException">The bytes are no proof.</exception>
    public static StateProof Parse(ReadOnlySpan<byte> bytes)
    {
        CborReader reader = new(bytes);
        int count = reader.ReadArray();
        if (count is 0 or > NodesMax)
        {
            throw new CborException(0, $"a proof has 1 to {NodesMax} nodes, not {count}");
        }
        List<ReadOnlyMemory<byte>> nodes = [];
        for (int i = 0; i < count; i++)
        {
            nodes.Add(reader.ReadBytes(NodeBytesMax).ToArray());
        }
        reader.ExpectEnd();
        return new StateProof(nodes);
    }
}
