namespace Granary.Kernels;

/// <summary>A checkpoint and the nodes that no checkpoint before it had.</summary>
public sealed record KernelCheckpoint(KernelHead Head, IReadOnlyList<StoredNode> Nodes);
