using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <content>State, proofs, journal and checkpoints.</content>
public sealed partial class EmbeddedHost
{
    /// <summary>Checkpoint names that are about to be taken.</summary>
    private readonly ConcurrentDictionary<(KernelId Id, string Name), bool> _naming = new();

    public async IAsyncEnumerable<StateEntry> ReadStateAsync(
        StateQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        CheckKey(query.Prefix);
        CheckKey(query.After);
        if (query.At is not { } checkpoint)
        {
            foreach (StateEntry entry in await Reach.ReadStateAsync(query, cancellationToken).ConfigureAwait(false))
            {
                yield return entry;
            }
            yield break;
        }
        StoredHead head = await FindHeadAsync(query.Id, checkpoint, cancellationToken).ConfigureAwait(false);
        StateTree tree = StateTree.Open(head.Head.Root, _store);
        foreach (StateEntry entry in StateReading.Read(tree, query, cancellationToken))
        {
            yield return entry;
        }
    }

    public Task<StateEvidence> ProveAsync(
        KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        return Reach.ProveAsync(id, key, cancellationToken);
    }

    public async Task<SnapshotInfo> SnapshotAsync(
        KernelId id, string name, CancellationToken cancellationToken = default)
    {
        if (!KernelId.TryParse(name, out _) || name.All(char.IsAsciiDigit) || Hash.TryParse(name, out _))
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, $"'{name}' is no checkpoint name.",
                $"Use 1 to {KernelId.CharsMax} of a-z 0-9 . _ -, not digits alone and no root.");
        }
        return Describe(new StoredHead(
            await Reach.CheckpointAsync(id, name, cancellationToken).ConfigureAwait(false), name));
    }

    /// <summary>Takes a checkpoint under a name that must be free; where the kernel is.</summary>
    internal async Task<KernelHead> NameAsync(KernelId id, string name, Func<Task<KernelHead>> take)
    {
        // Two at once would both find the name free, and the store's refusal would take the kernel's other work along.
        if (!_naming.TryAdd((id, name), true))
        {
            throw CommitErrors.NotAppended(id, AppendStatus.NameTaken);
        }
        try
        {
            IReadOnlyList<StoredHead> heads = await HeadsAsync(id, CancellationToken.None).ConfigureAwait(false);
            if (heads.Any(h => h.Name == name))
            {
                throw CommitErrors.NotAppended(id, AppendStatus.NameTaken);
            }
            // Not cancelled: the name is ours until the checkpoint is stored or refused.
            return await take().ConfigureAwait(false);
        }
        finally
        {
            _naming.TryRemove((id, name), out _);
        }
    }

    public async Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        [.. (await HeadsAsync(id, cancellationToken).ConfigureAwait(false)).Select(Describe)];

    public async Task<KernelInfo> ForkAsync(
        KernelId id, KernelId newId, CheckpointRef? from, CancellationToken cancellationToken = default)
    {
        await FindAsync(id, cancellationToken).ConfigureAwait(false);
        await _collecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            KernelHead head = from is null
                ? await Reach.CheckpointAsync(id, name: null, cancellationToken)
                    .ConfigureAwait(false)
                : (await FindHeadAsync(id, from, cancellationToken).ConfigureAwait(false)).Head;
            StoredKernel parent = await FindAsync(id, cancellationToken).ConfigureAwait(false);
            KernelOrigin origin = new(OriginKind.Fork, id, head.Generation, head.Position, head.Chain);
            return await AdoptAsync(newId, parent, head, origin, _store, [], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _collecting.Release();
        }
    }

    public async Task<KernelInfo> RollbackAsync(
        KernelId id, CheckpointRef to, CancellationToken cancellationToken = default)
    {
        await _collecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            StoredHead target = await FindHeadAsync(id, to, cancellationToken).ConfigureAwait(false);
            KernelCommand rollback = new KernelCommand.Rollback(target.Head.Root, target.Head.WorkRoot);
            await Reach.CommandAsync(id, rollback, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _collecting.Release();
        }
        return await GetAsync(id, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<JournalItem> ReadJournalAsync(
        KernelId id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await FindAsync(id, cancellationToken).ConfigureAwait(false);
        await using IAsyncEnumerator<JournalRecord> records =
            _store.ReadJournalAsync(id, after, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await StoreAsync(records.MoveNextAsync).ConfigureAwait(false))
        {
            yield return JournalText.ToItem(records.Current);
        }
    }

    public async Task<VerifyReport> VerifyAsync(
        KernelId id, CheckpointRef? from, IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken = default)
    {
        StoredKernel kernel = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        StoredHead start = from is null
            ? (await HeadsAsync(id, cancellationToken).ConfigureAwait(false))[0]
            : await FindHeadAsync(id, from, cancellationToken).ConfigureAwait(false);
        Verifier verifier = new(_programs, _store, progress);
        return await StoreAsync(() => new ValueTask<VerifyReport>(verifier.VerifyAsync(
            kernel, start.Head, _store.ReadJournalAsync(id, 0, cancellationToken),
                cancellationToken))).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<TraceStep> TraceAsync(
        TraceQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        IReadOnlyList<StoredHead> heads = await HeadsAsync(query.Id, cancellationToken).ConfigureAwait(false);
        KernelHead start = (heads.LastOrDefault(h => h.Head.Position < query.Message) ?? heads[0]).Head;
        Tracer tracer = new(_programs, _store, query);
        ulong after = query.After;
        while (true)
        {
            ulong from = after;
            IReadOnlyList<TraceStep> steps = await StoreAsync(() => new ValueTask<IReadOnlyList<TraceStep>>(
                tracer.TakeAsync(
                    start, _store.ReadJournalAsync(query.Id, start.Position, cancellationToken), from,
                    cancellationToken))).ConfigureAwait(false);
            if (steps.Count == 0)
            {
                yield break;
            }
            foreach (TraceStep step in steps)
            {
                yield return step;
            }
            after = steps[^1].Number;
        }
    }

    private static void CheckKey(ReadOnlyMemory<byte> key)
    {
        if (key.Length > StateTree.KeyBytesMax)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest,
                    $"A key of {key.Length} bytes is longer than the {StateTree.KeyBytesMax} allowed.");
        }
    }

    /// <summary>A new kernel that goes on from another's tree.</summary>
    private async Task<KernelInfo> AdoptAsync(
        KernelId newId, StoredKernel parent, KernelHead head, KernelOrigin origin, INodeSource nodes,
        IReadOnlyList<StoredNode> moreNodes, CancellationToken cancellationToken)
    {
        IVmProgram program;
        try
        {
            program = await _programs.LoadAsync(parent.Engine, parent.CodeHash, Options.Limits.Vm, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ProgramUnavailableException error)
        {
            throw EmbeddedErrors.Refused(parent.Id, error.Message);
        }
        KernelBirth birth = new()
        {
            Id = newId, Generation = head.Generation + 1, Engine = parent.Engine, CodeHash = parent.CodeHash,
            Limits = Options.Limits,
            Inheritance = new KernelInheritance(
                origin, StateTree.Open(head.Root, nodes),
                head.WorkRoot is { } work ? StateTree.Open(work, nodes) : null),
        };
        KernelInfo info = await CreateAsync(birth, moreNodes, cancellationToken).ConfigureAwait(false);
        GC.KeepAlive(program);
        return info;
    }

    private async Task<IReadOnlyList<StoredHead>> HeadsAsync(KernelId id, CancellationToken cancellationToken)
    {
        await FindAsync(id, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<StoredHead> heads = await StoreAsync(() => _store.ListHeadsAsync(id, cancellationToken))
            .ConfigureAwait(false);
        // It had one from its birth, so it was deleted in between.
        return heads.Count > 0 ? heads : throw EmbeddedErrors.NoSuchKernel(id);
    }

    private async Task<StoredHead> FindHeadAsync(KernelId id, CheckpointRef checkpoint,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<StoredHead> heads = await HeadsAsync(id, cancellationToken).ConfigureAwait(false);
        return heads.LastOrDefault(h =>
                (checkpoint.Name is not null && h.Name == checkpoint.Name)
                || h.Head.Position == checkpoint.Position || h.Head.Root == checkpoint.Root)
            ?? throw EmbeddedErrors.NoSuchCheckpoint(id, checkpoint);
    }

    private static SnapshotInfo Describe(StoredHead head) => new(
        head.Name, head.Head.Position, head.Head.Generation, head.Head.Root, head.Head.Chain,
        head.Head.WorkRoot is not null, head.Head.Time);
}
