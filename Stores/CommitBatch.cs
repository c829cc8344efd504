using Granary.Kernels;

namespace Granary.Stores;

/// <summary>
/// Commits of many kernels that share a transaction, and what its outcome means for each of them: a kernel whose append
/// is refused is dropped with everything that it had on the way, and the others do not notice.
/// </summary>
/// <remarks>
/// Use: <see cref="TryAdd"/> until it refuses, <see cref="Begin"/>, append, <see cref="Settle"/> or <see cref="Fail"/>,
/// <see cref="Finish"/>. Batches with commits of one kernel are finished in the order in which they were begun.
/// </remarks>
public sealed class CommitBatch
{
    private const int CommitsMax = 4_096;
    private const long BytesMax = 32 << 20;

    private readonly List<ShellCommit> _commits = [];
    private readonly Dictionary<IShellOwner, Writing> _writing = [];
    private readonly List<Writing> _inOrder = [];
    private readonly HashSet<IShellOwner> _checkpointed = [];
    private long _bytes;

    public int Count => _commits.Count;

    /// <summary>Whose commits are in it; some more than once.</summary>
    public IEnumerable<KernelId> Kernels => _commits.Select(c => c.Id);

    /// <summary>False when it belongs to the next batch.</summary>
    public bool TryAdd(ShellCommit commit)
    {
        if (_commits.Count >= CommitsMax || _bytes >= BytesMax
            || (commit.Checkpoint is not null && !_checkpointed.Add(commit.Owner)))
        {
            return false;
        }
        _commits.Add(commit);
        IReadOnlyList<JournalRecord> entries = commit.Turn.Entries;
        for (int i = 0; i < entries.Count; i++)
        {
            _bytes += entries[i].Bytes.Length;
        }
        return true;
    }

    /// <summary>What to append: nothing of owners that have left memory.</summary>
    public IReadOnlyList<KernelAppend> Begin()
    {
        foreach (ShellCommit commit in _commits)
        {
            if (_writing.TryGetValue(commit.Owner, out Writing? writing))
            {
                writing.Add(commit);
            }
            else if (commit.Owner.IsGone)
            {
                _writing.Add(commit.Owner, new Writing(commit.Id, CommitErrors.Dropped(commit.Id)));
            }
            else if (commit.Writes)
            {
                writing = new Writing(commit.Id, refusal: null);
                writing.Add(commit);
                _writing.Add(commit.Owner, writing);
                _inOrder.Add(writing);
            }
        }
        KernelAppend[] appends = new KernelAppend[_inOrder.Count];
        for (int i = 0; i < appends.Length; i++)
        {
            appends[i] = _inOrder[i].ToAppend();
        }
        return appends;
    }

    /// <summary>What the store answered, in the order of what <see cref="Begin"/> gave.</summary>
    public void Settle(IReadOnlyList<AppendStatus> statuses)
    {
        for (int i = 0; i < statuses.Count; i++)
        {
            if (statuses[i] != AppendStatus.Done)
            {
                _inOrder[i].Refusal = CommitErrors.NotAppended(_inOrder[i].Id, statuses[i]);
            }
        }
    }

    /// <summary>
    /// The store failed: nobody knows what is stored, so these kernels are recovered from there.
    /// </summary>
    public void Fail(Exception error)
    {
        KernelHostException refusal = CommitErrors.Store(error);
        foreach (Writing writing in _inOrder)
        {
            writing.Refusal = refusal;
        }
    }

    /// <summary>Performs the effects and tells who waits, in the order of the commits.</summary>
    public void Finish(IShellEffects effects)
    {
        foreach (ShellCommit commit in _commits)
        {
            Exception? error = _writing.TryGetValue(commit.Owner, out Writing? writing) ? writing.Refusal : null;
            if (error is not null)
            {
                commit.Owner.Drop(error);
                commit.Fail(error);
            }
            else
            {
                commit.Complete(effects);
            }
            commit.Owner.CommitDone(commit, error);
        }
    }

    /// <summary>What one activation writes in this batch.</summary>
    private sealed class Writing(KernelId id, KernelHostException? refusal)
    {
        private readonly List<ShellCommit> _commits = [];
        private ShellCommit? _checkpoint;

        public KernelId Id => id;

        public KernelHostException? Refusal { get; set; } = refusal;

        public void Add(ShellCommit commit)
        {
            _commits.Add(commit);
            _checkpoint = commit.Checkpoint is null ? _checkpoint : commit;
        }

        public KernelAppend ToAppend()
        {
            ShellCommit last = _commits[^1];
            return new KernelAppend
            {
                Id = id,
                Epoch = last.Epoch,
                Entries = _commits.Count == 1 ? last.Turn.Entries : Concat(),
                Checkpoint = _checkpoint is { Checkpoint: { } checkpoint }
                    ? new CheckpointWrite(checkpoint.Head, checkpoint.Nodes, _checkpoint.CheckpointName)
                    : null,
                Summary = last.Turn.Summary,
            };
        }

        private List<JournalRecord> Concat()
        {
            List<JournalRecord> entries = [];
            foreach (ShellCommit commit in _commits)
            {
                entries.AddRange(commit.Turn.Entries);
            }
            return entries;
        }
    }
}
