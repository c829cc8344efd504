namespace Granary.Vms.Tests;

/// <summary>The order of keys in a state tree.</summary>
internal sealed class BytewiseComparer : IComparer<byte[]>
{
    public static BytewiseComparer Instance { get; } = new();

    public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
}
