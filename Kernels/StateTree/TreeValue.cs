namespace Granary.Kernels;

/// <summary>
/// A value in a node. An object of its own, because most nodes have none and every update copies nodes.
/// </summary>
internal sealed class TreeValue(ReadOnlyMemory<byte> bytes)
{
    public readonly ReadOnlyMemory<byte> Bytes = bytes;

    public static bool Same(TreeValue? a, TreeValue? b) =>
        ReferenceEquals(a, b) || (a is not null && b is not null && a.Bytes.Span.SequenceEqual(b.Bytes.Span));
}
