namespace Granary.Kernels;

/// <summary>Where a kernel came from that was not deployed.</summary>
/// <param name="Kind">Fork or import.</param>
/// <param name="Parent">The kernel that it continues.</param>
/// <param name="Generation">The parent's generation.</param>
/// <param name="Position">The parent's journal position.</param>
/// <param name="Chain">The parent's chain at that position.</param>
public sealed record KernelOrigin(OriginKind Kind, KernelId Parent, ulong Generation, ulong Position, Hash Chain);
