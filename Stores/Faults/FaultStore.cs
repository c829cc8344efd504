using System.Runtime.CompilerServices;
using Granary.Kernels;

namespace Granary.Stores;

/// <summary>
/// A store whose power fails where a plan says, for simulations. After the crash every call throws
/// <see cref="StoreCrashedException"/>, also those that were under way, until <see cref="RecoverAsync"/> opens what
/// survived.
/// </summary>
/// <remarks>
/// It models what reaches the medium, not the medium: torn pages and lost flushes below a transaction are SQLite's
/// matter and are tested there. A collection is no boundary: it changes nothing that a reader can see.
/// </remarks>
public sealed class FaultStore : IKernelStore
{
    private readonly Func<IKernelStore> _open;
    private readonly IKernelStore _inner;
    private readonly FaultPlan _plan;
    private readonly Lock _gate = new();

    /// <summary>Code that a torn write takes along; only filled when the plan is to tear.</summary>
    private readonly Dictionary<Hash, ReadOnlyMemory<byte>> _codeUnflushed = [];

    private long _boundaries;
    private long _crashedAt;

    /// <param name="open">Opens the medium, now and at each recovery. For <see cref="MemoryStore"/> the same object
    /// again, for <see cref="SqliteStore"/> the same file.</param>
    public FaultStore(Func<IKernelStore> open, FaultPlan plan)
    {
        _open = open;
        _inner = open();
        _plan = plan;
    }

    public string Description => $"{_inner.Description} with planned faults";

    public StoreHealth Health => _inner.Health;

    /// <summary>Writes that have begun.</summary>
    public long Boundaries => Interlocked.Read(ref _boundaries);

    public bool IsCrashed => Interlocked.Read(ref _crashedAt) != 0;

    /// <summary>The medium as the crash left it. This store stays crashed.</summary>
    public async ValueTask<IKernelStore> RecoverAsync()
    {
        // Nothing runs on after a power loss, crashed by plan or not.
        Interlocked.CompareExchange(ref _crashedAt, Boundaries + 1, 0);
        await _inner.DisposeAsync().ConfigureAwait(false);
        return _open();
    }

    public async ValueTask PutCodeAsync(
        Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default)
    {
        long boundary = BeginWrite();
        if (_plan is { Mode: FaultMode.CrashTorn, Boundary: > 0 })
        {
            lock (_gate)
            {
                _codeUnflushed[hash] = code.ToArray();
            }
        }
        else
        {
            await _inner.PutCodeAsync(hash, code, cancellationToken).ConfigureAwait(false);
        }
        EndWrite(boundary);
    }

    public async ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(Hash hash, CancellationToken cancellationToken = default)
    {
        ThrowIfCrashed();
        lock (_gate)
        {
            if (_codeUnflushed.TryGetValue(hash, out ReadOnlyMemory<byte> code))
            {
                return code;
            }
        }
        return Answer(await _inner.GetCodeAsync(hash, cancellationToken).ConfigureAwait(false));
    }

    public ReadOnlyMemory<byte> GetNode(in Hash hash)
    {
        ThrowIfCrashed();
        return Answer(_inner.GetNode(hash));
    }

    public ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default) =>
        TransactAsync(() => _inner.CreateAsync(creation, cancellationToken));

    public ValueTask<KernelActivation?> ActivateAsync(KernelId id, CancellationToken cancellationToken = default) =>
        TransactAsync(() => _inner.ActivateAsync(id, cancellationToken));

    public ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default) =>
        TransactAsync(() => _inner.AppendAsync(batch, cancellationToken));

    public async IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ThrowIfCrashed();
        await foreach (JournalRecord record in
            _inner.ReadJournalAsync(id, after, cancellationToken).ConfigureAwait(false))
        {
            yield return Answer(record);
        }
    }

    public ValueTask<IReadOnlyList<StoredKernel>> ListAsync(
        KernelQuery query, CancellationToken cancellationToken = default) =>
        ReadAsync(() => _inner.ListAsync(query, cancellationToken));

    public ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        ReadAsync(() => _inner.FindAsync(id, cancellationToken));

    public ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        ReadAsync(() => _inner.ListHeadsAsync(id, cancellationToken));

    public ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(() => _inner.CollectAsync(cancellationToken));

    /// <summary>Closes in good order: what was not flushed yet is.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsCrashed)
        {
            await FlushCodeAsync().ConfigureAwait(false);
        }
        await _inner.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<T> TransactAsync<T>(Func<ValueTask<T>> write)
    {
        long boundary = BeginWrite();
        await FlushCodeAsync().ConfigureAwait(false);
        T answer = await write().ConfigureAwait(false);
        EndWrite(boundary);
        return answer;
    }

    private async ValueTask<T> ReadAsync<T>(Func<ValueTask<T>> read)
    {
        ThrowIfCrashed();
        return Answer(await read().ConfigureAwait(false));
    }

    private async ValueTask FlushCodeAsync()
    {
        KeyValuePair<Hash, ReadOnlyMemory<byte>>[] flushed;
        lock (_gate)
        {
            flushed = [.. _codeUnflushed];
            _codeUnflushed.Clear();
        }
        foreach ((Hash hash, ReadOnlyMemory<byte> code) in flushed)
        {
            await _inner.PutCodeAsync(hash, code).ConfigureAwait(false);
        }
    }

    private long BeginWrite()
    {
        ThrowIfCrashed();
        long boundary = Interlocked.Increment(ref _boundaries);
        if (_plan.Mode == FaultMode.Fail)
        {
            if (boundary >= _plan.Boundary && boundary < _plan.Boundary + _plan.Count)
            {
                throw new StoreException(
                    _plan.Fault, $"{Description} refused write {boundary}: {_plan.Fault}.",
                    "The fault is planned: go on.");
            }
        }
        else if (boundary == _plan.Boundary && _plan.Mode != FaultMode.CrashAfter)
        {
            Crash(boundary);
        }
        return boundary;
    }

    private void EndWrite(long boundary)
    {
        if (boundary == _plan.Boundary && _plan.Mode == FaultMode.CrashAfter)
        {
            Crash(boundary);
        }
        ThrowIfCrashed();
    }

    private void Crash(long boundary)
    {
        Interlocked.Exchange(ref _crashedAt, boundary);
        throw new StoreCrashedException(boundary);
    }

    /// <summary>An answer that arrives after the crash was never heard.</summary>
    private T Answer<T>(T answer)
    {
        ThrowIfCrashed();
        return answer;
    }

    private void ThrowIfCrashed()
    {
        long boundary = Interlocked.Read(ref _crashedAt);
        if (boundary != 0)
        {
            throw new StoreCrashedException(boundary);
        }
    }
}
