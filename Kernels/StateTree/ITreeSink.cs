namespace Granary.Kernels;

/// <summary>Takes the nodes of a tree that is saved.</summary>
public interface ITreeSink
{
    /// <summary>One node. The memory is the sink's to keep; it never changes.</summary>
    void PutNode(in Hash hash, ReadOnlyMemory<byte> bytes);
}
