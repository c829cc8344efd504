namespace Granary.Kernels;

/// <summary>
/// A node of a state tree. It is filled in by the update that makes it; once a tree refers to it, only its hash and its
/// fetched children are set, to what they would always be.
/// </summary>
internal sealed class TreeNode
{
    private object? _left;
    private object? _right;
    private readonly byte[] _extension;
    private readonly int _extensionStart;
    private NodeHash? _hash;

    /// <summary>The extension is a part of bytes that other nodes share: a split copies nothing.</summary>
    public TreeNode(byte[] extension, int start, int bits)
    {
        _extension = extension;
        _extensionStart = start;
        ExtensionBits = bits;
    }

    public int ExtensionBits { get; }

    public TreeValue? Value { get; set; }

    /// <summary>Null while nobody asked for the hash.</summary>
    public NodeHash? NodeHash
    {
        get => Volatile.Read(ref _hash);
        set => Volatile.Write(ref _hash, value);
    }

    /// <summary>The hash for error messages; zero when it is not known.</summary>
    public Hash KnownHash => NodeHash?.Hash ?? default;

    /// <summary>A node that ends a key: the key's bits from <paramref name="depth"/> on are its extension.</summary>
    public static TreeNode Leaf(ReadOnlySpan<byte> key, int depth, TreeValue value)
    {
        byte[] tail = key[(depth >> 3)..].ToArray();
        return new TreeNode(tail, depth & 7, key.Length * 8 - depth) { Value = value };
    }

    /// <summary>
    /// The only child of a node without value, with the node's extension and the branch bit in front of its own.
    /// </summary>
    public static TreeNode Join(TreeNode upper, int side, TreeNode lower)
    {
        int bits = upper.ExtensionBits + 1 + lower.ExtensionBits;
        if (bits > StateTree.KeyBytesMax * 8)
        {
            throw new StateTreeException(lower.KnownHash, "its path is longer than a key may be");
        }
        byte[] extension = new byte[(bits + 7) >> 3];
        upper.CopyExtension(0, extension, 0);
        if (side == 1)
        {
            extension[upper.ExtensionBits >> 3] |= (byte)(0x80 >> (upper.ExtensionBits & 7));
        }
        lower.CopyExtension(0, extension, upper.ExtensionBits + 1);
        return new TreeNode(extension, 0, bits) { Value = lower.Value, _left = lower.Link(0), _right = lower.Link(1) };
    }

    /// <summary>The same node, not hashed and not shared yet.</summary>
    public TreeNode Copy() => Behind(0);

    /// <summary>The same node without the first bits of its extension.</summary>
    public TreeNode Behind(int bits) =>
        new(_extension, _extensionStart + bits, ExtensionBits - bits)
        {
            Value = Value,
            _left = Link(0),
            _right = Link(1),
        };

    /// <summary>A node without value and children whose extension is the first bits of this one's.</summary>
    public TreeNode Head(int bits) => new(_extension, _extensionStart, bits);

    public int ExtensionBit(int bit) => TreeBits.At(_extension, _extensionStart + bit);

    /// <summary>How many bits of the extension and of the key behind <paramref name="depth"/> are the same.</summary>
    public int CommonPrefix(ReadOnlySpan<byte> key, int depth)
    {
        int bitsMax = Math.Min(ExtensionBits, key.Length * 8 - depth);
        return bitsMax == 0 ? 0 : TreeBits.CommonPrefix(_extension, _extensionStart, key, depth, bitsMax);
    }

    /// <summary>The same for two extensions, each behind the bits to skip.</summary>
    public int CommonPrefix(int skip, TreeNode other, int otherSkip) => TreeBits.CommonPrefix(
        _extension,
        _extensionStart + skip,
        other._extension,
        other._extensionStart + otherSkip,
        Math.Min(ExtensionBits - skip, other.ExtensionBits - otherSkip));

    public void CopyExtension(int skip, Span<byte> target, int targetStart) => CopyExtension(
        skip,
        target,
        targetStart,
        ExtensionBits - skip);

    public void CopyExtension(int skip, Span<byte> target, int targetStart, int bits) =>
        TreeBits.Copy(_extension, _extensionStart + skip, target, targetStart, bits);

    /// <summary>The child on a side: a <see cref="TreeNode"/>, a <see cref="StoredLink"/> or null.</summary>
    public object? Link(int side) => Volatile.Read(ref side == 0 ? ref _left : ref _right);

    /// <summary>Only for a node that no tree refers to yet.</summary>
    public void SetLink(int side, object? link)
    {
        if (side == 0)
        {
            _left = link;
        }
        else
        {
            _right = link;
        }
    }

    /// <summary>The child on a side, fetched when needed.</summary>
    public TreeNode? Child(int side)
    {
        ref object? link = ref side == 0 ? ref _left : ref _right;
        return Resolve(ref link);
    }

    /// <summary>Fetches the node of a link and puts it in the link's place.</summary>
    public static TreeNode? Resolve(ref object? link)
    {
        object? target = Volatile.Read(ref link);
        if (target is TreeNode node)
        {
            return node;
        }
        if (target is null)
        {
            return null;
        }
        TreeNode fetched = ((StoredLink)target).Fetch();
        Volatile.Write(ref link, fetched);
        return fetched;
    }

    /// <summary>The hash of what a link refers to, or null when it is not known yet.</summary>
    public static NodeHash? HashOf(object? link) => link is TreeNode node ? node.NodeHash : (NodeHash?)link;
}
