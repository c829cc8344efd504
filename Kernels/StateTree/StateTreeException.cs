namespace Granary.Kernels;

/// <summary>
/// The bytes of a node match its hash, but are no node of a state tree, or do not belong where they are.
/// </summary>
public sealed class StateTreeException(Hash hash, string reason)
    : Exception($"State tree node {hash} is invalid: {reason}.")
{
    public Hash Hash { get; } = hash;
}
