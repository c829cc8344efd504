namespace Granary.Kernels;

/// <summary>The bits from the root to where a walk is, as the beginning of a key.</summary>
internal struct TreePath
{
    private const int FirstBytes = 64;

    private byte[] _bytes;

    /// <summary>Starts with the first bits of a key.</summary>
    public TreePath(ReadOnlySpan<byte> key, int bits)
    {
        _bytes = new byte[Math.Max(FirstBytes, (bits + 7) >> 3)];
        TreeBits.Copy(key, 0, _bytes, 0, bits);
        Bits = bits;
    }

    public int Bits { get; private set; }

    public void Truncate(int bits) => Bits = bits;

    public void AppendBit(int bit, TreeNode parent)
    {
        Reserve(1, parent);
        ref byte cell = ref _bytes[Bits >> 3];
        int mask = 0x80 >> (Bits & 7);
        cell = (byte)(bit == 0 ? cell & ~mask : cell | mask);
        Bits++;
    }

    public void Append(TreeNode node, int skip, int bits)
    {
        Reserve(bits, node);
        node.CopyExtension(skip, _bytes, Bits, bits);
        Bits += bits;
    }

    /// <summary>The key that ends at a node with a value.</summary>
    public readonly byte[] ToKey(TreeNode node) => (Bits & 7) == 0
        ? _bytes.AsSpan(0, Bits >> 3).ToArray()
        : throw new StateTreeException(node.KnownHash, $"it has a value behind {Bits} bits, which is no whole key");

    // Keys that were put are never too long; trees from elsewhere can pretend anything.
    private void Reserve(int bits, TreeNode node)
    {
        int size = (Bits + bits + 7) >> 3;
        if (size > StateTree.KeyBytesMax)
        {
            throw new StateTreeException(node.KnownHash, "its path is longer than a key may be");
        }
        if (size > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Min(Math.Max(size, _bytes.Length * 2), StateTree.KeyBytesMax));
        }
    }
}
