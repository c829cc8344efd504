namespace Granary.Kernels;

/// <summary>
/// The hash of a node, and whether the store has it. Set once into a node by reference, so that no reader sees half of
/// it.
/// </summary>
internal class NodeHash(in Hash hash, bool stored)
{
    private bool _stored = stored;

    public readonly Hash Hash = hash;

    public bool Stored => Volatile.Read(ref _stored);

    public void MarkStored() => Volatile.Write(ref _stored, true);
}
