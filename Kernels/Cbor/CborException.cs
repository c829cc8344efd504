namespace Granary.Kernels;

/// <summary>Bytes are not the canonical CBOR that was expected.</summary>
public sealed class CborException(int offset, string reason)
    : Exception($"CBOR at byte {offset}: {reason}.")
{
    /// <summary>The first byte of the item that is wrong.</summary>
    public int Offset { get; } = offset;

    public string Reason { get; } = reason;
}
