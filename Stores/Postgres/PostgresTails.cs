using Granary.Kernels;

namespace Granary.Stores;

/// <summary>What a transaction that held a kernel's fence saw of it, or wrote.</summary>
internal sealed record PostgresTail(
    long Key, ulong Epoch, ulong Position, Hash Chain, bool IsDeleted, ulong Generation, KernelStatus Status,
    long? WakeAt, bool HasWork)
{
    /// <summary>What of a summary is in the journal's last row; null when it has not been looked at.</summary>
    public (long GasSpent, int InboxCount)? Books { get; init; }

    public KernelTail Tail => new(Epoch, Generation, Position, Chain, IsDeleted);

    /// <summary>True when what the kernel's own row says for lists is as in the summary.</summary>
    public bool Lists(KernelSummary summary) =>
        (Status, Generation, WakeAt, HasWork)
        == (summary.Status, summary.Generation, summary.WakeAt, summary.HasWork);

    /// <summary>True when an append without entries changes nothing: it only asks whether its epoch is the newest.
    /// </summary>
    public bool Has(KernelAppend append) =>
        append.Epoch == Epoch && !IsDeleted && Lists(append.Summary)
        && Books == (append.Summary.GasSpent, append.Summary.InboxCount);

    /// <summary>As it is once an append is written.</summary>
    public PostgresTail After(KernelAppend append)
    {
        KernelSummary summary = append.Summary;
        bool grows = append.Entries.Count > 0;
        return this with
        {
            Position = grows ? append.Entries[^1].Position : Position,
            Chain = grows ? append.Entries[^1].Chain : Chain,
            IsDeleted = summary.Status == KernelStatus.Deleted,
            Generation = summary.Generation,
            Status = summary.Status,
            WakeAt = summary.WakeAt,
            HasWork = summary.HasWork,
            Books = (summary.GasSpent, summary.InboxCount),
        };
    }
}

/// <summary>
/// The tails of kernels that this process activated lately. While a kernel's epoch is the one that is remembered, which
/// each append makes sure of, nobody else has written to it, so its tail is as remembered too: an append needs no look
/// at the journal. Bounded; a kernel that is not found is looked up again.
/// </summary>
internal sealed class PostgresTails
{
    /// <summary>In each half: at some 250 bytes each, what a node can spare.</summary>
    private const int HalfMax = 50_000;

    private readonly Lock _gate = new();
    private Dictionary<KernelId, PostgresTail> _young = [];
    private Dictionary<KernelId, PostgresTail> _old = [];

    public PostgresTail? Find(KernelId id)
    {
        lock (_gate)
        {
            if (_young.TryGetValue(id, out PostgresTail? tail))
            {
                return tail;
            }
            if (_old.Remove(id, out tail))
            {
                Put(id, tail);
            }
            return tail;
        }
    }

    /// <summary>Remembers a tail, unless a newer activation's is remembered.</summary>
    public void Set(KernelId id, PostgresTail tail)
    {
        lock (_gate)
        {
            bool isKnown = _young.TryGetValue(id, out PostgresTail? known) || _old.Remove(id, out known);
            Put(id, isKnown && known!.Epoch > tail.Epoch ? known : tail);
        }
    }

    public void Forget(KernelId id)
    {
        lock (_gate)
        {
            _young.Remove(id);
            _old.Remove(id);
        }
    }

    private void Put(KernelId id, PostgresTail tail)
    {
        if (_young.Count >= HalfMax && !_young.ContainsKey(id))
        {
            (_old, _young) = (_young, []);
        }
        _young[id] = tail;
    }
}
