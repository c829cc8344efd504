using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores;

/// <summary>
/// Keeps everything in one SQLite file (and its <c>-wal</c> and <c>-shm</c> beside it while it is open). One process at
/// a time; the host's lock on the folder sees to that.
/// </summary>
/// <remarks>
/// Calls do their work on the caller's thread, because SQLite waits for the disk synchronously; only a collection takes
/// a thread of the pool. Writes go one after the other under a lock, reads beside them on connections of their own. A
/// commit is flushed (WAL, <c>synchronous=FULL</c>) before the call returns. The new file's entry in its folder needs
/// no flush of our own: SQLite flushes the folder when it first flushes the new log, which is before the first commit
/// returns.
/// </remarks>
public sealed class SqliteStore : IKernelStore
{
    private readonly Lock _gate = new();
    private readonly SqliteStoreOptions _options;
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly SemaphoreSlim _oneCollection = new(1);

    /// <summary>Code that no kernel has used yet; whoever put it may be about to create one.</summary>
    private readonly HashSet<Hash> _codeInWaiting = [];

    private bool _isClosed;

    private SqliteStore(SqliteConnection connection, SqliteStoreOptions options)
    {
        _options = options;
        _writer = new SqliteWriter(connection, options.ChildLinks);
        _readers = new SqliteReaders(connection.File, options.IdleReadersMax);
    }

    public string Description => $"SQLite {_writer.Connection.File}";

    /// <summary>For tests: the connection that writes.</summary>
    internal SqliteConnection WriterConnection => _writer.Connection;

    /// <summary>For tests: called between the marking and the sweep of a collection.</summary>
    internal Action? CollectionMarked { get; set; }

    /// <summary>For tests: called between finding some garbage and deleting it.</summary>
    internal Action? GarbageFound { get; set; }

    /// <summary>Opens the file, or makes a new one in a folder that exists.</summary>
    /// <exception cref="StoreException">The file cannot be used; says why and what to do.</exception>
    public static SqliteStore Open(string file, SqliteStoreOptions? options = null)
    {
        options ??= new SqliteStoreOptions();
        string path = Path.GetFullPath(file);
        SqliteConnection connection = SqliteConnection.Open(path, create: true);
        bool isOpen = false;
        try
        {
            // A file of somebody else is refused before anything in it is changed.
            SqliteSchema.Check(connection);
            string mode = connection.QueryText("PRAGMA journal_mode = WAL");
            if (mode != "wal")
            {
                throw new StoreException(
                    StoreFault.Failed,
                    $"The store {path} cannot use a write-ahead log: SQLite chose the mode '{mode}'.",
                    "Put it on a local disk; network file systems lack the shared memory that the log needs.");
            }
            // A reader that closes bars everybody for a moment, to see whether it is the last.
            connection.Execute(string.Create(
                NumberFormatInfo.InvariantInfo,
                $"""
                PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; PRAGMA foreign_keys = 0;
                PRAGMA cache_size = -16384;
                PRAGMA wal_autocheckpoint = {options.LogPagesMax}; PRAGMA journal_size_limit = 67108864
                """));
            SqliteSchema.Migrate(connection);
            SqliteStore store = new(connection, options);
            isOpen = true;
            return store;
        }
        finally
        {
            if (!isOpen)
            {
                connection.Dispose();
            }
        }
    }

    public ValueTask PutCodeAsync(
        Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default)
    {
        Write(
            () =>
            {
                _writer.PutCode(hash, code);
                return _codeInWaiting.Add(hash);
            },
            cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(Hash hash, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(reader => reader.GetCode(hash)));

    public ReadOnlyMemory<byte> GetNode(in Hash hash)
    {
        using SqliteReaders.Loan loan = _readers.Rent();
        return loan.Reader.GetNode(hash)
            ?? throw new NodeMissingException(hash, $"is not in the store ({Description})");
    }

    public ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default)
    {
        AppendRules.CheckCreation(creation);
        bool isNew = Write(
            () =>
            {
                bool isCreated = _writer.Create(creation);
                if (isCreated)
                {
                    _codeInWaiting.Remove(creation.CodeHash);
                }
                return isCreated;
            },
            cancellationToken);
        return ValueTask.FromResult(isNew);
    }

    public ValueTask<KernelActivation?> ActivateAsync(KernelId id, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Write(() => _writer.Activate(id), cancellationToken));

    public ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default)
    {
        foreach (KernelAppend append in batch)
        {
            AppendRules.RequireKernel(append.Id);
        }
        return ValueTask.FromResult<IReadOnlyList<AppendStatus>>(Write(() => Append(batch), cancellationToken));
    }

    /// <remarks>
    /// It reads in steps, each a view of its own, up to the tail at the beginning: what is below a tail never changes,
    /// and one long view would keep the log from being moved into the main file while a kernel is executed again. Only
    /// a deletion can come between, and is told.
    /// </remarks>
    public async IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask;
        if (Read(reader => reader.FindTail(id)) is not (long key, ulong until))
        {
            yield break;
        }
        while (after < until)
        {
            cancellationToken.ThrowIfCancellationRequested();
            List<JournalRecord> records = Read(reader => reader.ReadJournal(key, after));
            if (records.Count == 0 || records[0].Position != after + 1)
            {
                throw JournalEnded(id, after + 1);
            }
            foreach (JournalRecord record in records.TakeWhile(record => record.Position <= until))
            {
                yield return record;
            }
            after = records[^1].Position;
        }
    }

    public ValueTask<IReadOnlyList<StoredKernel>> ListAsync(
        KernelQuery query, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<StoredKernel>>(Read(reader => reader.List(query)));

    public ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(Read(reader => reader.Find(id)));

    public ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IReadOnlyList<StoredHead>>(Read(reader => reader.ListHeads(id)));

    public async ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default)
    {
        await _oneCollection.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Collect(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _oneCollection.Release();
        }
    }

    /// <summary>Moves the log into the main file and closes. Waits for a running call, also for a collection.</summary>
    public async ValueTask DisposeAsync()
    {
        await _oneCollection.WaitAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _readers.Dispose();
                // Without success the log stays beside the file, and opening again reads it.
                _ = _writer.Connection.TryEmptyLog();
                _writer.Connection.Dispose();
            }
        }
        _oneCollection.Release();
    }

    private AppendStatus[] Append(IReadOnlyList<KernelAppend> batch)
    {
        AppendStatus[] statuses = _writer.Append(batch);
        for (int i = 0; i < batch.Count; i++)
        {
            if (statuses[i] == AppendStatus.Done && batch[i].Code is (EngineId, Hash codeHash))
            {
                _codeInWaiting.Remove(codeHash);
            }
        }
        return statuses;
    }

    private CollectReport Collect(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        using SqliteReaders.Loan loan = _readers.Rent();
        SqliteCollector collector = new(_writer, _gate, loan.Reader, _options.ChildLinks)
        {
            Marked = CollectionMarked, GarbageFound = GarbageFound,
        };
        return collector.Run(() => _codeInWaiting, cancellationToken);
    }

    private T Write<T>(Func<T> work, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_writer.Connection.IsDiskUnknown)
            {
                throw new StoreException(
                    StoreFault.Failed,
                    $"{Description} could not flush to the disk; what is on it is unknown until it is read again.",
                    "Look at the system's log for errors of the disk, then start again.");
            }
            return work();
        }
    }

    private T Read<T>(Func<SqliteReader, T> work)
    {
        using SqliteReaders.Loan loan = _readers.Rent();
        return work(loan.Reader);
    }

    private StoreException JournalEnded(KernelId id, ulong position)
    {
        StoredKernel? kernel = Read(reader => reader.Find(id));
        return kernel?.Summary.Status == KernelStatus.Deleted
            ? new StoreException(
                StoreFault.Failed, $"Kernel {id} was deleted while its journal was read from {Description}.",
                "What was read before is incomplete: drop it.")
            : SqliteErrors.Damaged(_writer.Connection.File, $"the journal of kernel {id} lacks position {position}");
    }
}
