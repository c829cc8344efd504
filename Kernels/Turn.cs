namespace Granary.Kernels;

/// <summary>
/// What a kernel has produced since it was last drained: entries to be made durable, then effects to be performed.
/// </summary>
public sealed record Turn(IReadOnlyList<JournalRecord> Entries, IReadOnlyList<Effect> Effects, KernelSummary Summary);
