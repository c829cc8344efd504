using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>
/// Keeps everything in memory, behind one lock: for tests and benchmarks. Closing it keeps what it holds, so that the
/// same object can play the medium that survives a restart.
/// </summary>
/// <param name="childLinks">The links in a node's bytes; <see cref="CollectAsync"/> follows them. State trees' by
/// default.</param>
public sealed class MemoryStore(Func<ReadOnlyMemory<byte>, IEnumerable<Hash>>? childLinks = null) : IKernelStore
{
    private readonly Lock _gate = new();
    private readonly Func<ReadOnlyMemory<byte>, IEnumerable<Hash>> _childLinks =
        childLinks ?? (node => TreeWalker.ChildLinks(node));

    private readonly SortedDictionary<KernelId, MemoryKernel> _kernels = [];
    private readonly Dictionary<Hash, MemoryNode> _nodes = [];
    private readonly Dictionary<Hash, ReadOnlyMemory<byte>> _code = [];

    /// <summary>Code that no kernel has used yet; whoever put it may be about to create one.</summary>
    private readonly HashSet<Hash> _codeInWaiting = [];

    /// <summary>A collection was cut off: parts of what is garbage are gone.</summary>
    private bool _isHalfCollected;

    /// <summary>Called before each node that a collection deletes; simulations cut it off there.</summary>
    public Action? BeforeDelete { get; init; }

    public string Description => "memory";

    public ValueTask PutCodeAsync(
        Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            _code.TryAdd(hash, code.ToArray());
            _codeInWaiting.Add(hash);
        }
        return ValueTask.CompletedTask;
    }

    public ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(Hash hash, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            bool isThere = _code.TryGetValue(hash, out ReadOnlyMemory<byte> code);
            return ValueTask.FromResult(isThere ? code : (ReadOnlyMemory<byte>?)null);
        }
    }

    public ReadOnlyMemory<byte> GetNode(in Hash hash)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(hash, out MemoryNode? node)
                ? node.Bytes
                : throw Missing(hash);
        }
    }

    public ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default)
    {
        AppendRules.CheckCreation(creation);
        lock (_gate)
        {
            KernelAppend first = creation.First;
            if (_kernels.ContainsKey(first.Id))
            {
                return ValueTask.FromResult(false);
            }
            if (FindMissing(first.Checkpoint!) is Hash missing)
            {
                throw AppendRules.SourceIsGone(Description, first.Id, missing);
            }
            MemoryKernel kernel = new()
            {
                Id = first.Id,
                CreatedAt = creation.CreatedAt,
                Engine = creation.Engine,
                CodeHash = creation.CodeHash,
                Summary = first.Summary,
            };
            _kernels.Add(first.Id, kernel);
            RunsCode(kernel, creation.Engine, creation.CodeHash);
            Write(kernel, first);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask<KernelActivation?> ActivateAsync(KernelId id, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (!_kernels.TryGetValue(id, out MemoryKernel? kernel) || kernel.IsDeleted)
            {
                return ValueTask.FromResult<KernelActivation?>(null);
            }
            kernel.Epoch++;
            return ValueTask.FromResult<KernelActivation?>(
                new KernelActivation(kernel.ToStored(), kernel.Epoch, kernel.Heads[^1].Head));
        }
    }

    public ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default)
    {
        AppendStatus[] statuses = new AppendStatus[batch.Count];
        lock (_gate)
        {
            for (int i = 0; i < batch.Count; i++)
            {
                statuses[i] = Append(batch[i]);
            }
        }
        return ValueTask.FromResult<IReadOnlyList<AppendStatus>>(statuses);
    }

    public async IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask;
        JournalRecord[] records;
        lock (_gate)
        {
            records = _kernels.TryGetValue(id, out MemoryKernel? kernel) && after < (ulong)kernel.Journal.Count
                ? CollectionsMarshal.AsSpan(kernel.Journal)[(int)after..].ToArray()
                : [];
        }
        foreach (JournalRecord record in records)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return record;
        }
    }

    public ValueTask<IReadOnlyList<StoredKernel>> ListAsync(
        KernelQuery query, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            IReadOnlyList<StoredKernel> found =
            [
                .. _kernels.Values.Where(kernel => Matches(kernel, query)).Take(query.Limit)
                    .Select(kernel => kernel.ToStored()),
            ];
            return ValueTask.FromResult(found);
        }
    }

    public ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return ValueTask.FromResult(_kernels.GetValueOrDefault(id)?.ToStored());
        }
    }

    public ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(
        KernelId id, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            return ValueTask.FromResult<IReadOnlyList<StoredHead>>(
                _kernels.TryGetValue(id, out MemoryKernel? kernel) ? [.. kernel.Heads] : []);
        }
    }

    public ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            HashSet<Hash> marked = MarkNodes(cancellationToken);
            _isHalfCollected = true;
            long bytesDeleted = 0, nodesDeleted = 0, codeDeleted = 0;
            foreach ((Hash hash, MemoryNode node) in _nodes)
            {
                if (!marked.Contains(hash))
                {
                    BeforeDelete?.Invoke();
                    bytesDeleted += node.Bytes.Length;
                    nodesDeleted += _nodes.Remove(hash) ? 1 : 0;
                }
            }
            _isHalfCollected = false;
            HashSet<Hash> codeUsed = [.. _codeInWaiting, .. _kernels.Values.SelectMany(kernel => kernel.CodeEverRun)];
            foreach ((Hash hash, ReadOnlyMemory<byte> code) in _code)
            {
                if (!codeUsed.Contains(hash))
                {
                    bytesDeleted += code.Length;
                    codeDeleted += _code.Remove(hash) ? 1 : 0;
                }
            }
            return ValueTask.FromResult(new CollectReport(_nodes.Count, nodesDeleted, bytesDeleted, codeDeleted));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static bool Matches(MemoryKernel kernel, KernelQuery query) =>
        kernel.Id > query.After
        && (query.IncludeDeleted || !kernel.IsDeleted)
        && (!query.WithWorkOnly || kernel.Summary.HasWork)
        && (query.DueAt is not long time || kernel.Summary.WakeAt <= time);

    private AppendStatus Append(KernelAppend append)
    {
        AppendRules.RequireKernel(append.Id);
        if (!_kernels.TryGetValue(append.Id, out MemoryKernel? kernel))
        {
            return AppendStatus.Fenced;
        }
        switch (AppendRules.Judge(kernel.Tail, append))
        {
            case AppendVerdict.Repeated:
                return AppendStatus.Done;
            case AppendVerdict.Fenced:
                return AppendStatus.Fenced;
            case AppendVerdict.Conflict:
                return AppendStatus.Conflict;
            case AppendVerdict.Write:
                break;
        }
        if (append.Checkpoint?.Name is string name && kernel.Heads.Exists(head => head.Name == name))
        {
            return AppendStatus.NameTaken;
        }
        if (AppendRules.IsCopy(kernel.Tail, append) && FindMissing(append.Checkpoint!) is not null)
        {
            return AppendStatus.Conflict;
        }
        Write(kernel, append);
        return AppendStatus.Done;
    }

    /// <remarks>
    /// What is stored is closed under links, so the topmost shared nodes stand for all below them; except after a
    /// collection that was cut off.
    /// </remarks>
    private Hash? FindMissing(CheckpointWrite checkpoint)
    {
        Stack<Hash> open = new(AppendRules.SharedNodes(checkpoint, _childLinks));
        HashSet<Hash> seen = [];
        while (open.TryPop(out Hash shared))
        {
            if (!_nodes.TryGetValue(shared, out MemoryNode? node))
            {
                return shared;
            }
            if (_isHalfCollected && seen.Add(shared))
            {
                foreach (Hash child in LinksOf(node))
                {
                    open.Push(child);
                }
            }
        }
        return null;
    }

    private void Write(MemoryKernel kernel, KernelAppend append)
    {
        kernel.Summary = append.Summary;
        foreach (JournalRecord record in append.Entries)
        {
            // A copy: the caller may use its buffer again.
            kernel.Journal.Add(record with { Bytes = record.Bytes.ToArray() });
            (kernel.Position, kernel.Chain) = (record.Position, record.Chain);
        }
        if (append.Code is (EngineId engine, Hash codeHash))
        {
            RunsCode(kernel, engine, codeHash);
        }
        if (kernel.IsDeleted)
        {
            kernel.Journal.Clear();
            kernel.Heads.Clear();
            kernel.CodeEverRun.Clear();
        }
        else if (append.Checkpoint is CheckpointWrite checkpoint)
        {
            foreach (StoredNode node in checkpoint.Nodes)
            {
                ref MemoryNode? stored = ref CollectionsMarshal.GetValueRefOrAddDefault(_nodes, node.Hash, out _);
                stored ??= new MemoryNode(node.Bytes.ToArray());
            }
            kernel.Heads.Add(new StoredHead(checkpoint.Head, checkpoint.Name));
            HeadRetention.Prune(kernel.Heads);
        }
    }

    private void RunsCode(MemoryKernel kernel, EngineId engine, Hash codeHash)
    {
        (kernel.Engine, kernel.CodeHash) = (engine, codeHash);
        kernel.CodeEverRun.Add(codeHash);
        _codeInWaiting.Remove(codeHash);
    }

    private HashSet<Hash> MarkNodes(CancellationToken cancellationToken)
    {
        HashSet<Hash> marked = new(_nodes.Count);
        Stack<Hash> open = [];
        foreach (StoredHead stored in _kernels.Values.SelectMany(kernel => kernel.Heads))
        {
            open.Push(stored.Head.Root);
            if (stored.Head.WorkRoot is Hash workRoot)
            {
                open.Push(workRoot);
            }
        }
        while (open.TryPop(out Hash hash))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (marked.Add(hash))
            {
                MemoryNode node = _nodes.TryGetValue(hash, out MemoryNode? found) ? found : throw Missing(hash);
                foreach (Hash child in LinksOf(node))
                {
                    open.Push(child);
                }
            }
        }
        return marked;
    }

    private Hash[] LinksOf(MemoryNode node) => node.Links ??= [.. _childLinks(node.Bytes)];

    private NodeMissingException Missing(in Hash hash) => new(hash, $"is not in the store ({Description})");

    private sealed class MemoryNode(ReadOnlyMemory<byte> bytes)
    {
        public ReadOnlyMemory<byte> Bytes { get; } = bytes;

        /// <summary>Read out once: every collection follows them again.</summary>
        public Hash[]? Links { get; set; }
    }
}
