namespace Granary.Vms.Primea.Ports;

/// <summary>The root of Primea's tree, built from all that is in it.</summary>
internal static class PortsTree
{
    public static PrimeaHash Root(List<(byte[] Key, PrimeaNode Leaf)> leaves)
    {
        leaves.Sort((one, other) => one.Key.AsSpan().SequenceCompareTo(other.Key));
        return Build(leaves, 0, leaves.Count, position: 0);
    }

    /// <remarks>No deeper than a key has bits.</remarks>
    private static PrimeaHash Build(List<(byte[] Key, PrimeaNode Leaf)> leaves, int first, int end, int position)
    {
        // Keys are in order: what the first and the last have in common, all have.
        PrimeaBits bits = new(leaves[first].Key);
        int common = bits.From(position).CommonWith(new PrimeaBits(leaves[end - 1].Key), position);
        PrimeaNode node = new();
        int next = first;
        if (position + common == bits.Count)
        {
            node = leaves[first].Leaf;
            next++;
        }
        node.Extension = bits.Slice(position, common);
        position += common;
        int middle = next;
        while (middle < end && new PrimeaBits(leaves[middle].Key)[position] == 0)
        {
            middle++;
        }
        if (middle > next)
        {
            node.SetChild(0, Build(leaves, next, middle, position + 1));
        }
        if (end > middle)
        {
            node.SetChild(1, Build(leaves, middle, end, position + 1));
        }
        return PrimeaHash.Of(node.Encode());
    }
}
