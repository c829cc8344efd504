namespace Granary.Vms.Primea;

/// <summary>
/// One node of the tree: CBOR [extension or null, left, right] with a value as fourth item when there is one. Inner
/// nodes have links to children left and right; that of an actor has its module and code left and its storage right.
/// </summary>
internal sealed class PrimeaNode
{
    private static readonly byte[] NullItem = [0xf6];

    /// <summary>The bits between the parent's branch and this node's own.</summary>
    public PrimeaBits Extension { get; set; }

    /// <summary>CBOR: a link, null, or what an actor has there.</summary>
    public byte[] Left { get; set; } = NullItem;

    public byte[] Right { get; set; } = NullItem;

    /// <summary>CBOR; null when there is none.</summary>
    public byte[]? Value { get; set; }

    /// <summary>The child on a side, or null.</summary>
    public PrimeaHash? Child(int side)
    {
        PrimeaReader reader = new(side == 0 ? Left : Right);
        if (reader.TryReadNull())
        {
            return null;
        }
        return reader.ReadTag() == PrimeaTags.Link ? reader.ReadHash() : throw reader.Bad("a link is expected");
    }

    public void SetChild(int side, in PrimeaHash link)
    {
        PrimeaWriter writer = new();
        writer.Link(link);
        if (side == 0)
        {
            Left = writer.ToArray();
        }
        else
        {
            Right = writer.ToArray();
        }
    }

    public byte[] Encode()
    {
        PrimeaWriter writer = new();
        writer.Array(Value is null ? 3 : 4);
        if (Extension.Count == 0)
        {
            writer.Null();
        }
        else
        {
            writer.Array(2);
            writer.Unsigned((ulong)Extension.Count);
            writer.Bytes(Extension.Bytes.Span);
        }
        writer.Raw(Left);
        writer.Raw(Right);
        writer.Raw(Value);
        return writer.ToArray();
    }

    public static PrimeaNode Decode(ReadOnlySpan<byte> block)
    {
        PrimeaReader reader = new(block);
        int items = reader.ReadArray();
        if (items is not (3 or 4))
        {
            throw reader.Bad("a node has three or four items");
        }
        PrimeaNode node = new();
        if (!reader.TryReadNull())
        {
            reader.ExpectArray(2);
            node.Extension = new PrimeaBits(reader.ReadCount(PrimeaBits.CountMax), ref reader);
        }
        node.Left = reader.ReadItem().ToArray();
        node.Right = reader.ReadItem().ToArray();
        node.Value = items == 4 ? reader.ReadItem().ToArray() : null;
        reader.ExpectEnd();
        return node;
    }
}

/// <summary>A row of bits, the most significant one of each byte first, the last byte padded with zeros.</summary>
internal readonly struct PrimeaBits
{
    /// <summary>The keys are ids and the one byte of the counter.</summary>
    public const int CountMax = 8 * PrimeaHash.Bytes;

    public PrimeaBits(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        Count = 8 * bytes.Length;
    }

    /// <summary>Reads the bytes of an extension.</summary>
    public PrimeaBits(int count, ref PrimeaReader reader)
    {
        Count = count;
        Bytes = reader.ReadBytes(PrimeaHash.Bytes).ToArray();
        if (Bytes.Length != (count + 7) / 8)
        {
            throw reader.Bad($"an extension of {count} bits has {Bytes.Length} bytes");
        }
    }

    private PrimeaBits(ReadOnlyMemory<byte> bytes, int count)
    {
        Bytes = bytes;
        Count = count;
    }

    public int Count { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public int this[int index] => (Bytes.Span[index >> 3] >> (7 - (index & 7))) & 1;

    /// <summary>The bits from a place on.</summary>
    public PrimeaBits From(int start) => Slice(start, Count - start);

    public PrimeaBits Slice(int start, int count)
    {
        byte[] bytes = new byte[(count + 7) / 8];
        for (int i = 0; i < count; i++)
        {
            bytes[i >> 3] |= (byte)(this[start + i] << (7 - (i & 7)));
        }
        return new PrimeaBits(bytes, count);
    }

    /// <summary>How many bits these and the other's from a place on have in common at the beginning.</summary>
    public int CommonWith(PrimeaBits other, int start)
    {
        int max = Math.Min(Count, other.Count - start);
        int common = 0;
        while (common < max && this[common] == other[start + common])
        {
            common++;
        }
        return common;
    }
}
