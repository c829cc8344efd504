using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>One kernel in a <see cref="MemoryStore"/>; guarded by the store's lock.</summary>
internal sealed class MemoryKernel
{
    public required KernelId Id { get; init; }

    public required long CreatedAt { get; init; }

    public required EngineId Engine { get; set; }

    public required Hash CodeHash { get; set; }

    public required KernelSummary Summary { get; set; }

    public ulong Epoch { get; set; } = 1;

    public ulong Position { get; set; }

    public Hash Chain { get; set; }

    /// <summary>Every code that it ever ran: its journal can be executed again from the first checkpoint.</summary>
    public HashSet<Hash> CodeEverRun { get; } = [];

    public List<JournalRecord> Journal { get; } = [];

    public List<StoredHead> Heads { get; } = [];

    public bool IsDeleted => Summary.Status == KernelStatus.Deleted;

    public KernelTail Tail => new(Epoch, Summary.Generation, Position, Chain, IsDeleted);

    public StoredKernel ToStored() => new(Id, Engine, CodeHash, CreatedAt, Position, Chain, Summary);
}
