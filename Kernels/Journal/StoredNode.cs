namespace Granary.Kernels;

/// <summary>A node of a state tree as it is stored.</summary>
public readonly record struct StoredNode(Hash Hash, ReadOnlyMemory<byte> Bytes);
