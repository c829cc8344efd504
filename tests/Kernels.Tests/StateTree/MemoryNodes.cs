namespace Granary.Kernels.Tests;

/// <summary>A dictionary as a store of nodes, which counts.</summary>
internal sealed class MemoryNodes : INodeSource, ITreeSink
{
    public Dictionary<Hash, byte[]> Nodes { get; } = [];

    public int Puts { get; private set; }

    public int Gets { get; private set; }

    public ReadOnlyMemory<byte> GetNode(in Hash hash)
    {
        Gets++;
        return Nodes.TryGetValue(hash, out byte[]? bytes)
            ? bytes
            : throw new NodeMissingException(hash, "is not in the store");
    }

    public void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes)
    {
        Puts++;
        Nodes[hash] = bytes.ToArray();
    }
}
