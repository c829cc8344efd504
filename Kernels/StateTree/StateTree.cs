using System.Buffers;

namespace Granary.Kernels;

/// <summary>
/// The state of a kernel: an ordered map from byte strings to byte strings with one hash for all of it, as a binary
/// radix tree. A tree never changes; an update copies one path and shares the rest. Safe to read and to update from
/// several threads.
/// </summary>
/// <remarks>
/// Format, costs and proofs: README.md beside this file. The root depends on the keys and values only.
/// </remarks>
public sealed class StateTree
{
    public const int KeyBytesMax = 2048;
    public const int ValueBytesMax = 16 * 1024 * 1024;

    // A TreeNode, a StoredLink, or null when the tree is empty.
    private object? _root;

    private StateTree(TreeFormat format, object? root)
    {
        Format = format;
        _root = root;
    }

    /// <summary>The empty tree of the default format.</summary>
    public static StateTree Empty { get; } = new(TreeFormat.Default, null);

    public TreeFormat Format { get; }

    /// <summary>
    /// The hash of everything. What is not hashed yet is hashed now and remembered, also for the trees that share it.
    /// </summary>
    public Hash Root => TreeNode.HashOf(RootLink) is { } known
        ? known.Hash
        : RootNode() is { } node ? TreeSave.HashAll(node, Format) : Format.EmptyRoot;

    public static StateTree CreateEmpty(TreeFormat format)
    {
        ArgumentNullException.ThrowIfNull(format);
        return format == TreeFormat.Default ? Empty : new StateTree(format, null);
    }

    /// <summary>
    /// The tree with a root that was saved. Nodes are fetched, checked and kept when a walk first comes by.
    /// </summary>
    public static StateTree Open(in Hash root, INodeSource nodes, TreeFormat? format = null)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        format ??= TreeFormat.Default;
        return root == format.EmptyRoot
            ? CreateEmpty(format)
            : new StateTree(format, new StoredLink(root, new StoredLink.Origin(nodes, format)));
    }

    public bool TryGet(ReadOnlySpan<byte> key, out ReadOnlyMemory<byte> value)
    {
        CheckKey(key);
        return Found(TreeSearch.Get(RootNode(), key), out value);
    }

    /// <summary>The tree with a value under a key. It keeps the memory, which must not change any more.</summary>
    /// <returns>This tree when the value is the same as before.</returns>
    public StateTree Put(ReadOnlySpan<byte> key, ReadOnlyMemory<byte> value)
    {
        CheckKey(key);
        if (value.Length > ValueBytesMax)
        {
            throw new ArgumentException(
                $"A value has at most {ValueBytesMax} bytes, not {value.Length}.",
                nameof(value));
        }
        TreeValue content = new(value);
        if (RootNode() is not { } root)
        {
            return new StateTree(Format, TreeNode.Leaf(key, 0, content));
        }
        PathCopy path = default;
        return path.Put(root, key, content) ? new StateTree(Format, path.Root) : this;
    }

    /// <summary>The tree without a key.</summary>
    /// <returns>This tree when the key is not there.</returns>
    public StateTree Delete(ReadOnlySpan<byte> key)
    {
        CheckKey(key);
        TreeNode? root = RootNode();
        if (root is null || TreeSearch.Get(root, key) is null)
        {
            return this;
        }
        PathCopy path = default;
        path.Delete(root, key);
        return new StateTree(Format, path.Root);
    }

    /// <summary>
    /// The tree without the keys that begin with a prefix. The subtree is cut off as a whole, without a look inside.
    /// </summary>
    /// <returns>This tree when there are none.</returns>
    public StateTree DeletePrefix(ReadOnlySpan<byte> prefix)
    {
        CheckKey(prefix);
        TreeNode? root = RootNode();
        if (root is null || TreePosition.Find(root, prefix).Link is null)
        {
            return this;
        }
        PathCopy path = default;
        path.DeletePrefix(root, prefix);
        return new StateTree(Format, path.Root);
    }

    /// <summary>The first key strictly above <paramref name="after"/>, in the order of bytes.</summary>
    public bool TryNext(ReadOnlySpan<byte> after, out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
    {
        CheckKey(after);
        return Found(TreeSearch.Next(RootNode(), after, orEqual: false, out key), out value);
    }

    /// <summary>
    /// The first key that is <paramref name="from"/> or above it. From the empty key: the first of all.
    /// </summary>
    public bool TryNextOrEqual(ReadOnlySpan<byte> from, out ReadOnlyMemory<byte> key, out ReadOnlyMemory<byte> value)
    {
        CheckKey(from);
        return Found(TreeSearch.Next(RootNode(), from, orEqual: true, out key), out value);
    }

    /// <summary>The keys that begin with a prefix, in order, with their values.</summary>
    public IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>> Range(ReadOnlyMemory<byte> prefix)
    {
        CheckKey(prefix.Span);
        return Walk(RootNode(), prefix);
    }

    /// <summary>
    /// Gives every node that is not stored yet to a sink, children before parents, each once, and marks them stored.
    /// </summary>
    /// <remarks>
    /// Stored means: in the one store that this tree and its relatives live in. When the sink only collects for a
    /// transaction that can fail, use <see cref="PrepareSave"/>. The node of an empty tree is given every time.
    /// </remarks>
    public Hash Save(ITreeSink sink)
    {
        TreeSave save = PrepareSave(sink);
        save.MarkStored();
        return save.Root;
    }

    /// <summary>
    /// Gives hashed nodes that are in memory, those near the root first, until it is too much.
    /// </summary>
    /// <param name="given">Nodes that are not to be given; grows by those that are.</param>
    /// <param name="bytesLeft">How much may be given; negative when it did not suffice.</param>
    public void GiveLoaded(ITreeSink sink, HashSet<Hash> given, ref long bytesLeft) =>
        TreeSave.GiveLoaded(RootLink, Format, sink, given, ref bytesLeft);

    /// <summary>The same, but the caller says when the nodes are stored.</summary>
    public TreeSave PrepareSave(ITreeSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        TreeSave save = new();
        switch (RootLink)
        {
            case null:
                save.GiveEmpty(Format, sink);
                break;
            case TreeNode node:
                save.GiveAll(node, Format, sink);
                break;
            case StoredLink link:
                save.Root = link.Hash;
                break;
        }
        return save;
    }

    /// <summary>A proof of what is under a key, or that nothing is, for somebody who knows the root only.</summary>
    public StateProof Prove(ReadOnlySpan<byte> key)
    {
        CheckKey(key);
        if (RootNode() is not { } node)
        {
            return new StateProof([TreeFormat.EmptyNode.ToArray()]);
        }
        TreeSave.HashAll(node, Format);
        List<ReadOnlyMemory<byte>> nodes = [];
        for (int depth = 0; ; depth++)
        {
            ArrayBufferWriter<byte> bytes = new();
            TreeNodeCodec.Encode(node, bytes, Format);
            nodes.Add(bytes.WrittenSpan.ToArray());
            int common = node.CommonPrefix(key, depth);
            depth += common;
            if (common < node.ExtensionBits
                || depth == key.Length * 8
                || node.Child(TreeBits.At(key, depth)) is not { } child)
            {
                return new StateProof(nodes);
            }
            node = child;
        }
    }

    internal object? RootLink => Volatile.Read(ref _root);

    internal TreeNode? RootNode() => TreeNode.Resolve(ref _root);

    internal static void CheckKey(ReadOnlySpan<byte> key)
    {
        if (key.Length > KeyBytesMax)
        {
            throw new ArgumentException($"A key has at most {KeyBytesMax} bytes, not {key.Length}.", nameof(key));
        }
    }

    // A range is what a tree has that the empty tree has not.
    private static IEnumerable<KeyValuePair<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>> Walk(
        TreeNode? root,
        ReadOnlyMemory<byte> prefix)
    {
        TreeComparison comparison = new(null, root, prefix.Span);
        while (comparison.TryNext(out StateDifference entry))
        {
            yield return new(entry.Key, entry.After!.Value);
        }
    }

    private static bool Found(TreeValue? found, out ReadOnlyMemory<byte> value)
    {
        value = found is null ? default : found.Bytes;
        return found is not null;
    }
}
