namespace Granary.Vms.Primea;

/// <summary>
/// The binary radix tree of Primea over <see cref="PrimeaBlocks"/>. Its root depends on keys and contents only, so it
/// is kept up to date with each change instead of being built when asked for.
/// </summary>
/// <remarks>
/// Not the state tree of the kernel: there a child is a child, here an actor's code and storage stand in the places of
/// children, and values are CBOR items instead of byte strings.
/// </remarks>
internal static class PrimeaTree
{
    /// <summary>The key of the world's counter.</summary>
    public static ReadOnlyMemory<byte> CounterKey { get; } = new byte[1];

    /// <summary>The node of a key, or null.</summary>
    public static PrimeaNode? Find(PrimeaRun run, PrimeaHash? root, ReadOnlyMemory<byte> key)
    {
        PrimeaBits bits = new(key);
        int position = 0;
        PrimeaHash? link = root;
        while (link is { } next)
        {
            PrimeaNode node = PrimeaNode.Decode(PrimeaBlocks.Read(run, next).Span);
            if (node.Extension.CommonWith(bits, position) < node.Extension.Count)
            {
                return null;
            }
            position += node.Extension.Count;
            if (position == bits.Count)
            {
                return node.Value is null ? null : node;
            }
            link = node.Child(bits[position]);
            position++;
        }
        return null;
    }

    /// <summary>Takes the path to a key out of the tree; the key is added when it is not there.</summary>
    public static PrimeaPath Open(PrimeaRun run, PrimeaHash? root, ReadOnlyMemory<byte> key)
    {
        PrimeaBits bits = new(key);
        List<(PrimeaNode Node, int Side)> parents = [];
        int position = 0;
        PrimeaHash? link = root;
        while (link is { } next)
        {
            PrimeaNode node = PrimeaNode.Decode(PrimeaBlocks.Take(run, next).Span);
            int common = node.Extension.CommonWith(bits, position);
            if (common < node.Extension.Count)
            {
                return new PrimeaPath(parents, Split(run, node, common, bits, position, parents));
            }
            position += common;
            if (position == bits.Count)
            {
                return new PrimeaPath(parents, node);
            }
            int side = bits[position];
            parents.Add((node, side));
            link = node.Child(side);
            position++;
        }
        return new PrimeaPath(parents, new PrimeaNode { Extension = bits.From(position) });
    }

    /// <summary>Makes a branch in the middle of a node's extension, or a node for a key that ends there.</summary>
    private static PrimeaNode Split(
        PrimeaRun run, PrimeaNode node, int common, PrimeaBits key, int position, List<(PrimeaNode, int)> parents)
    {
        PrimeaNode branch = new() { Extension = node.Extension.Slice(0, common) };
        int side = node.Extension[common];
        node.Extension = node.Extension.From(common + 1);
        branch.SetChild(side, PrimeaBlocks.Put(run, node.Encode()));
        position += common;
        if (position == key.Count)
        {
            return branch;
        }
        if (key[position] == side)
        {
            throw new PrimeaFormatException("a branch with one side");
        }
        parents.Add((branch, 1 - side));
        return new PrimeaNode { Extension = key.From(position + 1) };
    }
}

/// <summary>The nodes from the root to a key, taken out of the tree to be changed.</summary>
internal readonly struct PrimeaPath(List<(PrimeaNode Node, int Side)> parents, PrimeaNode node)
{
    /// <summary>The node of the key; without a value when the key is new.</summary>
    public PrimeaNode Node => node;

    /// <summary>Puts the nodes back; gives the new root.</summary>
    public PrimeaHash Close(PrimeaRun run)
    {
        PrimeaHash link = PrimeaBlocks.Put(run, node.Encode());
        for (int i = parents.Count - 1; i >= 0; i--)
        {
            parents[i].Node.SetChild(parents[i].Side, link);
            link = PrimeaBlocks.Put(run, parents[i].Node.Encode());
        }
        return link;
    }
}
