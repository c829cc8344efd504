namespace Granary.Kernels;

/// <summary>What a store keeps of a kernel for lists and for finding work, written with every append.</summary>
/// <param name="Status">What it is doing.</param>
/// <param name="Generation">1 at birth; raised by fork, import and rollback.</param>
/// <param name="WakeAt">When it must be woken, in Unix milliseconds; null for never.</param>
/// <param name="HasWork">True when it must be activated without being asked: it runs, or holds unacknowledged
/// sends.</param>
/// <param name="InboxCount">Messages waiting.</param>
/// <param name="GasSpent">All gas it ever spent; never rolled back.</param>
public sealed record KernelSummary(
    KernelStatus Status, ulong Generation, long? WakeAt, bool HasWork, int InboxCount, long GasSpent);
