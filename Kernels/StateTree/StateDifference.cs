namespace Granary.Kernels;

/// <summary>A key whose value is not the same in two trees; null where there is none.</summary>
public readonly record struct StateDifference(
    ReadOnlyMemory<byte> Key,
    ReadOnlyMemory<byte>? Before,
    ReadOnlyMemory<byte>? After);
