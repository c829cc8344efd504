using System.Diagnostics.CodeAnalysis;

namespace Granary.Kernels;

/// <summary>
/// The nodes that one save gave to its sink. They count as stored from <see cref="MarkStored"/> on: a sink whose
/// transaction fails afterwards never marks them, and the next save gives them again.
/// </summary>
public sealed class TreeSave
{
    /// <summary>Of a usual node: a guess, for the first buffer.</summary>
    private const int BytesExpected = 256;

    /// <summary>Of a usual save: a guess, so that tables do not grow step by step.</summary>
    private const int NodesExpected = 48;

    private readonly List<NodeHash> _given = [];

    internal TreeSave()
    {
    }

    public Hash Root { get; internal set; }

    /// <summary>How many nodes were given.</summary>
    public int Nodes { get; private set; }

    /// <summary>The size of the nodes that were given.</summary>
    public long Bytes { get; private set; }

    public void MarkStored()
    {
        foreach (NodeHash hash in _given)
        {
            hash.MarkStored();
        }
        _given.Clear();
    }

    /// <summary>Hashes what is not hashed yet below a node, and the node.</summary>
    internal static Hash HashAll(TreeNode root, TreeFormat format)
    {
        if (root.NodeHash is null)
        {
            using CborBuffer buffer = new(BytesExpected);
            Walk walk = new(root, ofUnhashed: true);
            while (walk.TryNext(out TreeNode? node))
            {
                Encode(node, buffer, format);
            }
        }
        return root.NodeHash!.Hash;
    }

    internal void GiveAll(TreeNode root, TreeFormat format, ITreeSink sink)
    {
        using CborBuffer buffer = new(BytesExpected);
        // Nodes with the same bytes can hang in several places; the sink gets them once.
        HashSet<Hash> given = new(NodesExpected);
        Walk walk = new(root, ofUnhashed: false);
        while (walk.TryNext(out TreeNode? node))
        {
            NodeHash hash = Encode(node, buffer, format);
            _given.Add(hash);
            if (given.Add(hash.Hash))
            {
                byte[] bytes = buffer.ToArray();
                Nodes++;
                Bytes += bytes.Length;
                sink.PutNode(hash.Hash, bytes);
            }
        }
        Root = root.NodeHash!.Hash;
    }

    internal static void GiveLoaded(
        object? rootLink, TreeFormat format, ITreeSink sink, HashSet<Hash> given, ref long bytesLeft)
    {
        using CborBuffer buffer = new(BytesExpected);
        Queue<object?> links = new([rootLink]);
        while (bytesLeft >= 0 && links.TryDequeue(out object? link))
        {
            if ((link as TreeNode ?? (link as StoredLink)?.Fetched) is not { NodeHash: { } hash } node)
            {
                continue;
            }
            if (given.Add(hash.Hash))
            {
                Encode(node, buffer, format);
                bytesLeft -= buffer.Written.Length;
                if (bytesLeft >= 0)
                {
                    sink.PutNode(hash.Hash, buffer.ToArray());
                }
            }
            links.Enqueue(node.Link(0));
            links.Enqueue(node.Link(1));
        }
    }

    internal void GiveEmpty(TreeFormat format, ITreeSink sink)
    {
        Root = format.EmptyRoot;
        Nodes = 1;
        Bytes = TreeFormat.EmptyNode.Length;
        sink.PutNode(format.EmptyRoot, TreeFormat.EmptyNode.ToArray());
    }

    /// <summary>The node's bytes, and its hash: the children's must be known.</summary>
    private static NodeHash Encode(TreeNode node, CborBuffer buffer, TreeFormat format)
    {
        buffer.Clear();
        TreeNodeCodec.Encode(node, buffer, format);
        // Another thread may have been faster, with the same hash.
        node.NodeHash ??= new NodeHash(format.HashOf(buffer.Written), stored: false);
        return node.NodeHash;
    }

    /// <summary>
    /// The nodes without a hash, or those that are not stored: children before parents, with a stack of its own. Where
    /// a node is left out, so is everything below it.
    /// </summary>
    private readonly struct Walk
    {
        private readonly Stack<(TreeNode Node, int SidesDone)> _stack = new(NodesExpected);
        private readonly bool _ofUnhashed;

        public Walk(TreeNode root, bool ofUnhashed)
        {
            _ofUnhashed = ofUnhashed;
            Enter(root);
        }

        public bool TryNext([NotNullWhen(true)] out TreeNode? node)
        {
            while (_stack.TryPop(out (TreeNode Node, int SidesDone) top))
            {
                if (top.SidesDone == 2)
                {
                    node = top.Node;
                    return true;
                }
                _stack.Push((top.Node, top.SidesDone + 1));
                if (top.Node.Link(top.SidesDone) is TreeNode child)
                {
                    Enter(child);
                }
            }
            node = null;
            return false;
        }

        private void Enter(TreeNode node)
        {
            if (node.NodeHash is not { } hash || !(_ofUnhashed || hash.Stored))
            {
                _stack.Push((node, 0));
            }
        }
    }
}
