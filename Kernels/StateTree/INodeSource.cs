namespace Granary.Kernels;

/// <summary>Gives the nodes of state trees by hash. What it gives never changes, so reading is deterministic.</summary>
public interface INodeSource
{
    /// <summary>The bytes of a node.</summary>
    /// <exception cref="NodeMissingException">There is no such node.</exception>
    ReadOnlyMemory<byte> GetNode(in Hash hash);

    /// <summary>
    /// The bytes of a node when they are at hand and were compared with their hash already; <see cref="GetNode"/> has
    /// all.
    /// </summary>
    bool TryGetChecked(in Hash hash, out ReadOnlyMemory<byte> bytes)
    {
        bytes = default;
        return false;
    }
}
