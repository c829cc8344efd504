using System.Runtime.CompilerServices;
using Granary.Kernels;

namespace Granary.Stores;

/// <summary>
/// Keeps everything in a PostgreSQL database. Many processes may share it: what keeps them apart is the epoch of each
/// kernel, nothing that is remembered here.
/// </summary>
/// <remarks>
/// A server that does not answer is asked again, with growing pauses, until it does or the store is closed: calls take
/// as long as that, and say nothing false. <see cref="Health"/> tells. A call whose answer was lost is settled when it
/// is made again: appends by their identical entries, creations by their first checkpoint, the others by being the same
/// twice. Appends to one kernel must be awaited one after the other.
/// </remarks>
public sealed class PostgresStore : IKernelStore
{
    private readonly PostgresLink _link;
    private readonly PostgresStoreOptions _options;
    private readonly PostgresLocks _locks;
    private readonly PostgresWriter _writer;
    private readonly PostgresAppender _appender;
    private readonly PostgresReader _reader;
    private readonly PostgresNodes _nodes;
    private readonly PostgresOwner _owner;
    private int _closed;

    private PostgresStore(PostgresLink link, PostgresLocks locks, PostgresStoreOptions options, PostgresOwner owner)
    {
        (_link, _locks, _options, _owner) = (link, locks, options, owner);
        PostgresTails tails = new();
        _writer = new PostgresWriter(link.Description, locks, tails, options.ChildLinks);
        _appender = new PostgresAppender(link, _writer, tails);
        _reader = new PostgresReader(link.Description);
        _nodes = new PostgresNodes(link, options.NodeCacheBytesMax);
    }

    public string Description => _link.Description;

    public StoreHealth Health => _link.Health is { IsReachable: true } sound && _owner.LostTo is { } other
        ? sound with { IsReachable = false, LastError = $"another process has taken the database ({other})" }
        : _link.Health;

    public int AppendsAtOnce => PostgresAppender.Lanes;

    /// <summary>For tests: called between the marking and the sweep of a collection.</summary>
    internal Func<Task>? CollectionMarked { get; set; }

    /// <summary>For tests: called between finding some garbage and deleting it.</summary>
    internal Func<Task>? GarbageFound { get; set; }

    /// <summary>Opens a database whose tables are there, see <see cref="MigrateAsync"/>.</summary>
    /// <param name="address">A URL or connection string; see <see cref="PostgresAddress"/>.</param>
    /// <exception cref="StoreException">It cannot be used; says why and what to do.</exception>
    /// <exception cref="FormatException">The address is none.</exception>
    public static async Task<PostgresStore> OpenAsync(
        PostgresAddress address, PostgresStoreOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresStoreOptions();
        PostgresLink link = new(address, options);
        try
        {
            PostgresSchema schema = new(address, link.Description);
            PostgresSchemaState state = await link.RunOnceAsync(schema.ReadAsync, cancellationToken)
                .ConfigureAwait(false);
            schema.Check(state);
            PostgresLocks locks = new(address.Schema);
            PostgresOwner owner = await link.RunOnceAsync(
                (_, token) => PostgresOwner.TakeAsync(link, locks, options.Use, token), cancellationToken)
                .ConfigureAwait(false);
            return new PostgresStore(link, locks, options, owner);
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes the tables, or brings them to the present layout; gives the files that were run.</summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(
        PostgresAddress address, CancellationToken cancellationToken = default)
    {
        await using PostgresLink link = new(address, new PostgresStoreOptions());
        return await link.RunOnceAsync(new PostgresSchema(address, link.Description).MigrateAsync, cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>What the database has of Granary's tables.</summary>
    public static async Task<PostgresSchemaState> DescribeAsync(
        PostgresAddress address, CancellationToken cancellationToken = default)
    {
        await using PostgresLink link = new(address, new PostgresStoreOptions());
        return await link.RunOnceAsync(new PostgresSchema(address, link.Description).ReadAsync, cancellationToken)
            .ConfigureAwait(false);
    }

    public async ValueTask PutCodeAsync(
        Hash hash, ReadOnlyMemory<byte> code, CancellationToken cancellationToken = default) =>
        await _link.RunAsync(
            async (connection, stop) =>
            {
                await PostgresWriter.PutCodeAsync(connection, hash, code, stop).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    public async ValueTask<ReadOnlyMemory<byte>?> GetCodeAsync(
        Hash hash, CancellationToken cancellationToken = default) =>
        await _link.RunAsync(
            (connection, stop) => PostgresReader.GetCodeAsync(connection, hash, stop), cancellationToken)
            .ConfigureAwait(false);

    public ReadOnlyMemory<byte> GetNode(in Hash hash) => _nodes.Get(hash);

    public async ValueTask<bool> CreateAsync(KernelCreation creation, CancellationToken cancellationToken = default)
    {
        AppendRules.CheckCreation(creation);
        bool isRepeated = false;
        return await _link.RunAsync(
            (connection, stop) =>
            {
                bool mayBeThere = isRepeated;
                isRepeated = true;
                return _writer.CreateAsync(connection, creation, mayBeThere, stop);
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<KernelActivation?> ActivateAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        await _link.RunAsync((connection, stop) => _writer.ActivateAsync(connection, id, stop), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<AppendStatus>> AppendAsync(
        IReadOnlyList<KernelAppend> batch, CancellationToken cancellationToken = default)
    {
        HashSet<KernelId> kernels = [];
        bool isPlain = true;
        foreach (KernelAppend append in batch)
        {
            AppendRules.RequireKernel(append.Id);
            isPlain = isPlain && kernels.Add(append.Id) && PostgresAppender.Takes(append);
        }
        cancellationToken.ThrowIfCancellationRequested();
        if (batch.Count == 0)
        {
            return [];
        }
        return isPlain
            ? await _appender.AppendAsync(batch, cancellationToken).ConfigureAwait(false)
            : await _link.RunAsync(
                (connection, stop) => _writer.AppendAsync(connection, batch, stop), cancellationToken)
                .ConfigureAwait(false);
    }

    /// <remarks>
    /// It reads in steps, each a view of its own, up to the tail at the beginning: what is below a tail never changes.
    /// Only a deletion can come between, and is told.
    /// </remarks>
    public async IAsyncEnumerable<JournalRecord> ReadJournalAsync(
        KernelId id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (long Key, ulong Position)? tail = await _link.RunAsync(
            (connection, stop) => PostgresReader.FindTailAsync(connection, id, stop), cancellationToken)
            .ConfigureAwait(false);
        if (tail is not (long key, ulong until))
        {
            yield break;
        }
        while (after < until)
        {
            ulong from = after;
            List<JournalRecord> records = await _link.RunAsync(
                (connection, stop) => _reader.ReadJournalAsync(connection, key, from, stop), cancellationToken)
                .ConfigureAwait(false);
            if (records.Count == 0 || records[0].Position != after + 1)
            {
                throw await JournalEndedAsync(id, after + 1, cancellationToken).ConfigureAwait(false);
            }
            foreach (JournalRecord record in records.TakeWhile(record => record.Position <= until))
            {
                yield return record;
            }
            after = records[^1].Position;
        }
    }

    public async ValueTask<IReadOnlyList<StoredKernel>> ListAsync(
        KernelQuery query, CancellationToken cancellationToken = default) =>
        await _link.RunAsync((connection, stop) => _reader.ListAsync(connection, query, stop), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<StoredKernel?> FindAsync(KernelId id, CancellationToken cancellationToken = default) =>
        await _link.RunAsync((connection, stop) => _reader.FindAsync(connection, id, stop), cancellationToken)
            .ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<StoredHead>> ListHeadsAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        await _link.RunAsync(
            (connection, stop) => PostgresReader.ListHeadsAsync(connection, id, stop), cancellationToken)
            .ConfigureAwait(false);

    /// <remarks>One node collects at a time; another waits for it. When the server goes away in the middle, it begins
    /// anew.</remarks>
    public async ValueTask<CollectReport> CollectAsync(CancellationToken cancellationToken = default)
    {
        CollectReport report = await _link.RunAsync(
            (connection, stop) => new PostgresCollector(connection, _locks, Description, _options.CodeWaitsMax)
            {
                Marked = CollectionMarked, GarbageFound = GarbageFound,
            }.RunAsync(stop),
            cancellationToken).ConfigureAwait(false);
        _nodes.Clear();
        return report;
    }

    /// <summary>Ends calls that wait for a server that does not answer, with <see
    /// cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
        {
            await _owner.DisposeAsync().ConfigureAwait(false);
            await _link.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<StoreException> JournalEndedAsync(
        KernelId id, ulong position, CancellationToken cancellationToken)
    {
        StoredKernel? kernel = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        return kernel?.Summary.Status == KernelStatus.Deleted
            ? new StoreException(
                StoreFault.Failed, $"Kernel {id} was deleted while its journal was read from {Description}.",
                "What was read before is incomplete: drop it.")
            : PostgresErrors.Damaged(Description, $"the journal of kernel {id} lacks position {position}");
    }
}
