using System.Buffers;

namespace Granary.Kernels;

/// <summary>
/// The nodes that one save gave to its sink. They count as stored from <see cref="MarkStored"/> on: a sink whose
/// transaction fails afterwards never marks them, and the next save gives them again.
/// </summary>
public sealed class TreeSave
{
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
            ArrayBufferWriter<byte> buffer = new(256);
            Walk(root, static node => node.NodeHash is null, node =>
            {
                buffer.ResetWrittenCount();
                TreeNodeCodec.Encode(node, buffer, format);
                // Another thread may have been faster, with the same hash.
                node.NodeHash ??= new NodeHash(format.HashOf(buffer.WrittenSpan), stored: false);
            });
        }
        return root.NodeHash!.Hash;
    }

    internal void GiveAll(TreeNode root, TreeFormat format, ITreeSink sink)
    {
        Root = HashAll(root, format);
        ArrayBufferWriter<byte> buffer = new(256);
        // Nodes with the same bytes can hang in several places; the sink gets them once.
        HashSet<Hash> given = [];
        Walk(root, static node => !node.NodeHash!.Stored, node =>
        {
            NodeHash hash = node.NodeHash!;
            _given.Add(hash);
            if (!given.Add(hash.Hash))
            {
                return;
            }
            buffer.ResetWrittenCount();
            TreeNodeCodec.Encode(node, buffer, format);
            byte[] bytes = buffer.WrittenSpan.ToArray();
            Nodes++;
            Bytes += bytes.Length;
            sink.PutNode(hash.Hash, bytes);
        });
    }

    internal void GiveEmpty(TreeFormat format, ITreeSink sink)
    {
        Root = format.EmptyRoot;
        Nodes = 1;
        Bytes = TreeFormat.EmptyNode.Length;
        sink.PutNode(format.EmptyRoot, TreeFormat.EmptyNode.ToArray());
    }

    /// <summary>
    /// Children before parents, with a stack of its own. Where a node is not wanted, nothing below it is.
    /// </summary>
    private static void Walk(TreeNode root, Func<TreeNode, bool> wanted, Action<TreeNode> visit)
    {
        if (!wanted(root))
        {
            return;
        }
        Stack<(TreeNode Node, int SidesDone)> stack = new();
        stack.Push((root, 0));
        while (stack.TryPop(out (TreeNode Node, int SidesDone) top))
        {
            if (top.SidesDone == 2)
            {
                visit(top.Node);
                continue;
            }
            stack.Push((top.Node, top.SidesDone + 1));
            if (top.Node.Link(top.SidesDone) is TreeNode child && wanted(child))
            {
                stack.Push((child, 0));
            }
        }
    }
}
