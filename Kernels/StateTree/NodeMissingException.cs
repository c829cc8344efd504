namespace Granary.Kernels;

/// <summary>A node that a tree refers to is not in the store, or its bytes do not match its hash.</summary>
public sealed class NodeMissingException(Hash hash, string reason)
    : Exception($"State tree node {hash} {reason}.")
{
    public Hash Hash { get; } = hash;
}
