using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>A new kernel. <see cref="KernelAppend.Epoch"/> of its first append is 1.</summary>
public sealed record KernelCreation(EngineId Engine, Hash CodeHash, long CreatedAt, KernelAppend First);

/// <summary>What one kernel adds to the store in a batch. <see cref="Entries"/> may be empty only with a
/// checkpoint-free summary change.</summary>
public sealed record KernelAppend
{
    public required KernelId Id { get; init; }

    public required ulong Epoch { get; init; }

    /// <summary>Contiguous; the first follows the stored tail.</summary>
    public required IReadOnlyList<JournalRecord> Entries { get; init; }

    public CheckpointWrite? Checkpoint { get; init; }

    /// <summary>The code that the kernel runs from now on, when it changed.</summary>
    public (EngineId Engine, Hash CodeHash)? Code { get; init; }

    /// <summary>A summary whose status is <see cref="KernelStatus.Deleted"/> deletes: journal and checkpoints go, the
    /// id stays used.</summary>
    public required KernelSummary Summary { get; init; }
}

/// <summary>
/// A checkpoint with its nodes, children before parents. It may leave out nodes that the same kernel's newest stored
/// checkpoint reaches; one of a new generation (fork, rollback) those that any kept checkpoint reaches.
/// </summary>
public sealed record CheckpointWrite(KernelHead Head, IReadOnlyList<StoredNode> Nodes, string? Name);

public enum AppendStatus : byte
{
    Done = 0,

    /// <summary>Somebody else has activated the kernel since, or it is deleted: drop it.</summary>
    Fenced = 1,

    /// <summary>
    /// The entries do not follow the stored tail, or the checkpoint is of a new generation (rollback) and shares nodes
    /// with one that is gone: a bug or a damaged store; nothing of this kernel was written.
    /// </summary>
    Conflict = 2,

    /// <summary>The checkpoint's name is taken; nothing of this kernel was written.</summary>
    NameTaken = 3,
}

/// <summary>What an activation starts from: the newest checkpoint; the journal above it is read separately.</summary>
public sealed record KernelActivation(StoredKernel Kernel, ulong Epoch, KernelHead Head);

/// <summary>A kernel as the store knows it.</summary>
/// <param name="Position">The journal's last position.</param>
public sealed record StoredKernel(
    KernelId Id, EngineId Engine, Hash CodeHash, long CreatedAt, ulong Position, Hash Chain, KernelSummary Summary);

/// <summary>A kept checkpoint and the name it was given, if any.</summary>
public sealed record StoredHead(KernelHead Head, string? Name);

/// <summary>Which kernels to list; all conditions must hold.</summary>
public sealed record KernelQuery
{
    /// <summary>Only ids above this one.</summary>
    public KernelId After { get; init; }

    public int Limit { get; init; } = 1_000;

    /// <summary>Only those that must be activated without being asked.</summary>
    public bool WithWorkOnly { get; init; }

    /// <summary>Only those that are due at this time (Unix milliseconds).</summary>
    public long? DueAt { get; init; }

    public bool IncludeDeleted { get; init; }
}

public sealed record CollectReport(long NodesKept, long NodesDeleted, long BytesDeleted, long CodeDeleted);
