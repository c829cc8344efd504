using System.Buffers;

namespace Granary.Kernels;

/// <summary>
/// The bytes of a node: CBOR [extension or null, left or null, right or null, value if there is one].
/// </summary>
internal static class TreeNodeCodec
{
    private const ulong LinkTag = 42;

    /// <summary>The children's hashes must be known.</summary>
    public static void Encode(TreeNode node, IBufferWriter<byte> output, TreeFormat format)
    {
        CborWriter writer = new(output);
        writer.WriteArray(node.Value is null ? 3 : 4);
        WriteExtension(node, writer);
        WriteLink(node.Link(0), writer, format);
        WriteLink(node.Link(1), writer, format);
        if (node.Value is not null)
        {
            writer.WriteBytes(node.Value.Bytes.Span);
        }
    }

    /// <summary>
    /// Null and the reason when the bytes are not in canonical form. The node of the empty tree is refused too: it can
    /// only be a root, and who reads roots knows it by its hash.
    /// </summary>
    public static TreeNode? TryDecode(
        ReadOnlyMemory<byte> bytes,
        TreeFormat format,
        StoredLink.Origin? origin,
        out string reason)
    {
        try
        {
            CborReader reader = new(bytes.Span);
            int count = reader.ReadArray();
            if (count is not (3 or 4))
            {
                reason = $"it has {count} items instead of 3 or 4";
                return null;
            }
            TreeNode? node = TryReadExtension(ref reader, out reason);
            if (node is null)
            {
                return null;
            }
            node.SetLink(0, ReadLink(ref reader, format, origin));
            node.SetLink(1, ReadLink(ref reader, format, origin));
            if (count == 4)
            {
                int length = reader.ReadBytes(StateTree.ValueBytesMax).Length;
                node.Value = new TreeValue(bytes.Slice(reader.Position - length, length));
            }
            else if (node.Link(0) is null || node.Link(1) is null)
            {
                reason = "it has neither a value nor two children";
                return null;
            }
            reader.ExpectEnd();
            return node;
        }
        catch (CborException exception)
        {
            reason = exception.Message;
            return null;
        }
    }

    private static void WriteExtension(TreeNode node, CborWriter writer)
    {
        if (node.ExtensionBits == 0)
        {
            writer.WriteNull();
            return;
        }
        Span<byte> extension = stackalloc byte[(node.ExtensionBits + 7) >> 3]; // at most KeyBytesMax
        node.CopyExtension(0, extension, 0);
        writer.WriteArray(2);
        writer.WriteUInt64((ulong)node.ExtensionBits);
        writer.WriteBytes(extension);
    }

    private static void WriteLink(object? link, CborWriter writer, TreeFormat format)
    {
        if (link is null)
        {
            writer.WriteNull();
            return;
        }
        writer.WriteTag(LinkTag);
        writer.WriteBytes(TreeNode.HashOf(link)!.Hash.Span[..format.LinkBytes]);
    }

    private static TreeNode? TryReadExtension(ref CborReader reader, out string reason)
    {
        reason = "";
        if (reader.TryReadNull())
        {
            return new TreeNode([], 0, 0);
        }
        if (reader.ReadArray() != 2)
        {
            reason = "its extension is not a pair of length and bits";
            return null;
        }
        ulong bits = reader.ReadUInt64();
        ReadOnlySpan<byte> bytes = reader.ReadBytes(StateTree.KeyBytesMax);
        if (bits == 0 || (bits + 7) / 8 != (ulong)bytes.Length)
        {
            reason = $"its extension has {bits} bits in {bytes.Length} bytes";
            return null;
        }
        if ((bits & 7) != 0 && (byte)(bytes[^1] << (int)(bits & 7)) != 0)
        {
            reason = "its extension is not padded with zeros";
            return null;
        }
        // A copy: otherwise a key's tail would keep the bytes of a large value alive.
        return new TreeNode(bytes.ToArray(), 0, (int)bits);
    }

    private static StoredLink? ReadLink(ref CborReader reader, TreeFormat format, StoredLink.Origin? origin)
    {
        if (reader.TryReadNull())
        {
            return null;
        }
        int start = reader.Position;
        ulong tag = reader.ReadTag();
        ReadOnlySpan<byte> link = reader.ReadBytes(Hash.Bytes);
        return tag == LinkTag && link.Length == format.LinkBytes
            ? new StoredLink(new Hash(link), origin)
            : throw new CborException(start, $"a link is tag {LinkTag} over {format.LinkBytes} bytes");
    }
}
