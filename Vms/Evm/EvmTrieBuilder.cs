using System.Buffers;

namespace Granary.Vms.Evm;

/// <summary>
/// Computes the root of a Merkle Patricia tree (yellow paper, appendix D) from pairs that come in the order of their
/// keys. It holds only the branches on the path to the last key, so it can be saved between any two pairs.
/// </summary>
internal sealed class EvmTrieBuilder
{
    /// <summary>Keccak of the encoding of an empty string: the root of a tree without keys.</summary>
    public static readonly EvmWord EmptyRoot = EvmKeccak.Hash([0x80]);

    public List<EvmTrieBranch> Branches { get; } = [];

    /// <summary>The nibbles of the last key, or null before the first.</summary>
    public byte[]? LastKey { get; set; }

    public byte[] LastValue { get; set; } = [];

    /// <summary>Adds a pair whose key is above the last one's. A key may begin with the last one.</summary>
    /// <param name="key">Nibbles, one a byte.</param>
    public void Add(byte[] key, byte[] value)
    {
        if (LastKey is { } last)
        {
            Close(last.AsSpan().CommonPrefixLength(key));
        }
        LastKey = key;
        LastValue = value;
    }

    /// <summary>The root of all pairs; the builder is empty after it.</summary>
    public EvmWord Finish()
    {
        if (LastKey is not { } last)
        {
            return EmptyRoot;
        }
        EvmWord root;
        if (Branches.Count == 0)
        {
            root = EvmKeccak.Hash(Short(last, LastValue, isLeaf: true, isNode: false));
        }
        else
        {
            AttachLast(Branches[^1]);
            Fold(Branches[0].Depth);
            EvmTrieBranch top = Branches[0];
            byte[] encoded = Encode(top);
            root = EvmKeccak.Hash(top.Depth == 0
                ? encoded
                : Short(last.AsSpan(0, top.Depth), Reference(encoded), isLeaf: false, isNode: true));
        }
        Branches.Clear();
        LastKey = null;
        return root;
    }

    public static byte[] Nibbles(ReadOnlySpan<byte> bytes)
    {
        byte[] nibbles = new byte[2 * bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            nibbles[2 * i] = (byte)(bytes[i] >> 4);
            nibbles[(2 * i) + 1] = (byte)(bytes[i] & 15);
        }
        return nibbles;
    }

    /// <summary>The last pair is complete: the next key parts from it at a depth.</summary>
    private void Close(int depth)
    {
        if (Branches.Count == 0 || Branches[^1].Depth < depth)
        {
            Branches.Add(new EvmTrieBranch(depth));
            AttachLast(Branches[^1]);
            return;
        }
        AttachLast(Branches[^1]);
        Fold(depth);
    }

    /// <summary>Attaches all branches below a depth to their parents.</summary>
    private void Fold(int depth)
    {
        while (Branches[^1].Depth > depth)
        {
            EvmTrieBranch child = Branches[^1];
            Branches.RemoveAt(Branches.Count - 1);
            if (Branches.Count == 0 || Branches[^1].Depth < depth)
            {
                Branches.Add(new EvmTrieBranch(depth));
            }
            EvmTrieBranch parent = Branches[^1];
            byte[] reference = Reference(Encode(child));
            int from = parent.Depth + 1;
            if (child.Depth > from)
            {
                reference = Reference(
                    Short(LastKey.AsSpan(from, child.Depth - from), reference, isLeaf: false, isNode: true));
            }
            parent.Children[LastKey![parent.Depth]] = reference;
        }
    }

    private void AttachLast(EvmTrieBranch branch)
    {
        byte[] key = LastKey!;
        if (key.Length == branch.Depth)
        {
            branch.Value = LastValue;
            return;
        }
        branch.Children[key[branch.Depth]] =
            Reference(Short(key.AsSpan(branch.Depth + 1), LastValue, isLeaf: true, isNode: false));
    }

    private static byte[] Encode(EvmTrieBranch branch)
    {
        ArrayBufferWriter<byte> items = new(17 * 33);
        foreach (byte[] child in branch.Children)
        {
            if (child.Length == 0)
            {
                EvmRlp.WriteString(items, []);
            }
            else
            {
                items.Write(child);
            }
        }
        EvmRlp.WriteString(items, branch.Value);
        return List(items.WrittenSpan);
    }

    /// <summary>A leaf or an extension: the path in hex-prefix form, and a value or a reference.</summary>
    private static byte[] Short(ReadOnlySpan<byte> path, ReadOnlySpan<byte> content, bool isLeaf, bool isNode)
    {
        byte[] packed = new byte[(path.Length / 2) + 1];
        bool odd = path.Length % 2 == 1;
        packed[0] = (byte)(((isLeaf ? 2 : 0) + (odd ? 1 : 0)) << 4);
        int at = 0;
        if (odd)
        {
            packed[0] |= path[0];
            at = 1;
        }
        for (int i = 1; at < path.Length; at += 2, i++)
        {
            packed[i] = (byte)((path[at] << 4) | path[at + 1]);
        }
        ArrayBufferWriter<byte> items = new(packed.Length + content.Length + 16);
        EvmRlp.WriteString(items, packed);
        if (isNode)
        {
            items.Write(content);
        }
        else
        {
            EvmRlp.WriteString(items, content);
        }
        return List(items.WrittenSpan);
    }

    /// <summary>A node shorter than a hash stands for itself; others are known by their hash.</summary>
    private static byte[] Reference(byte[] node)
    {
        if (node.Length < EvmKeccak.HashBytes)
        {
            return node;
        }
        ArrayBufferWriter<byte> output = new(EvmKeccak.HashBytes + 1);
        EvmRlp.WriteHash(output, EvmKeccak.Hash(node));
        return output.WrittenSpan.ToArray();
    }

    private static byte[] List(ReadOnlySpan<byte> items)
    {
        ArrayBufferWriter<byte> list = new(items.Length + 8);
        EvmRlp.WriteList(list, items);
        return list.WrittenSpan.ToArray();
    }
}

/// <summary>A branch that may get more children.</summary>
/// <param name="depth">The nibble of keys by which it branches.</param>
internal sealed class EvmTrieBranch(int depth)
{
    public int Depth { get; } = depth;

    /// <summary>Encoded references; empty where there is no child.</summary>
    public byte[][] Children { get; } = [.. Enumerable.Repeat<byte[]>([], 16)];

    public byte[] Value { get; set; } = [];
}
