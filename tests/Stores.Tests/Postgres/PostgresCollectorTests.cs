using Granary.Kernels;
using Granary.Tests;
using Npgsql;

namespace Granary.Stores.Tests;

/// <summary>What happens between the marking and the sweep, and between two nodes: the moments in which a collector
/// could delete too much.</summary>
public sealed class PostgresCollectorTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private readonly StoredNode _leaf = TestNodes.Make("leaf");
    private readonly TestKernel _source = new("source");
    private PostgresStore _store = null!;
    private PostgresStore _other = null!;
    private StoredNode _root;

    public async Task InitializeAsync()
    {
        if (PostgresPrograms.Missing is not null)
        {
            return;
        }
        _store = await _database.OpenAsync();
        _other = await _database.OpenAsync();
        _root = TestNodes.Make("root", _leaf.Hash);
        await _store.CreateAsync(_source.Creation(_leaf, _root));
    }

    public async Task DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
            await _other.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task Garbage_that_becomes_a_copy_on_another_node_while_a_collection_runs_stays()
    {
        await _store.AppendAsync(_source.Delete());
        _store.CollectionMarked = () => CreateAsync(_other, new TestKernel("copy").CopyOf(_root.Hash));

        Assert.Equal(0, (await _store.CollectAsync()).NodesDeleted);

        Assert.True(_store.HasNode(_root.Hash) && _store.HasNode(_leaf.Hash));
    }

    [PostgresFact]
    public async Task Garbage_that_is_put_again_while_a_collection_runs_stays()
    {
        await _store.AppendAsync(_source.Delete());
        _store.CollectionMarked = () => CreateAsync(_other, new TestKernel("again").Creation(_leaf));

        Assert.Equal(1, (await _store.CollectAsync()).NodesDeleted);

        Assert.True(_store.HasNode(_leaf.Hash));
        Assert.False(_store.HasNode(_root.Hash));
    }

    [PostgresFact]
    public async Task Garbage_that_is_put_again_in_the_moment_before_it_is_deleted_stays()
    {
        await _store.AppendAsync(_source.Delete());
        _store.GarbageFound = () => CreateAsync(_other, new TestKernel("again").Creation(_leaf, _root));

        Assert.Equal(0, (await _store.CollectAsync()).NodesDeleted);

        Assert.True(_store.HasNode(_root.Hash) && _store.HasNode(_leaf.Hash));
    }

    [PostgresFact]
    public async Task A_checkpoint_that_shares_with_the_newest_one_stays_whole()
    {
        StoredNode next = TestNodes.Make("next", _leaf.Hash);
        _store.CollectionMarked = async () =>
            Assert.Equal([AppendStatus.Done], await _other.AppendAsync([_source.Checkpoint(next)]));

        await _store.CollectAsync();

        Assert.True(_store.HasNode(next.Hash) && _store.HasNode(_leaf.Hash) && _store.HasNode(_root.Hash));
    }

    /// <summary>A transaction that read the collection's number before it was raised is waited for.</summary>
    [PostgresFact]
    public async Task A_collection_begins_when_transactions_that_stamp_with_the_old_number_are_over()
    {
        await using NpgsqlConnection slow = await _database.ConnectAsync();
        await using NpgsqlTransaction transaction = await slow.BeginTransactionAsync();
        PostgresLocks locks = new(_database.Address.Schema);
        await using (PostgresBatch batch = new(slow))
        {
            PostgresCollection.Enter(batch, locks);
            await batch.RunAsync(CancellationToken.None);
        }
        bool isMarked = false;
        _store.CollectionMarked = () =>
        {
            isMarked = true;
            return Task.CompletedTask;
        };
        Task<CollectReport> collecting = _store.CollectAsync().AsTask();
        await PostgresDatabase.UntilAsync("the collection waits", async () => await _database.QueryAsync<long>(
            FormattableString.Invariant(
                $"SELECT count(*) FROM pg_stat_activity WHERE {slow.ProcessID} = ANY(pg_blocking_pids(pid))")) > 0);
        Assert.False(isMarked);
        await transaction.CommitAsync();

        Assert.Equal(0, (await collecting).NodesDeleted);
    }

    /// <summary>The part of a tree that a cut-off sweep left behind must not be built on.</summary>
    [PostgresFact]
    public async Task After_a_collection_that_was_cut_off_copies_are_looked_at_in_full()
    {
        await _store.AppendAsync(_source.Delete());
        _store.CollectionMarked = async () =>
        {
            await _database.ExecuteAsync($"DELETE FROM nodes WHERE hash = '\\x{_leaf.Hash}'");
            throw new InvalidOperationException("cut off");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _store.CollectAsync());
        Assert.True(_other.HasNode(_root.Hash));

        await Assert.ThrowsAsync<StoreException>(
            async () => await _other.CreateAsync(new TestKernel("copy").CopyOf(_root.Hash)));

        // The second collection does the rest of the first, and then copies need no full look any more.
        Assert.Equal(1, (await _other.CollectAsync()).NodesDeleted);
        Assert.False(await _database.QueryAsync<bool>("SELECT is_unfinished FROM collection"));
    }

    [PostgresFact]
    public async Task A_collector_whose_session_was_lost_and_replaced_deletes_nothing_more()
    {
        await _store.AppendAsync(_source.Delete());
        CollectReport? second = null;
        _store.GarbageFound = async () =>
        {
            _store.GarbageFound = null;
            // Its lock is taken away, as the server does when it loses a session; another node collects at once.
            NpgsqlParameter[] key = new PostgresLocks(_database.Address.Schema).Of(PostgresLock.Collector);
            await _database.ExecuteAsync(FormattableString.Invariant(
                $"""
                SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'
                    AND classid::bigint = {key[0].Value} AND objid::bigint = ({key[1].Value}::bigint & 4294967295)
                """));
            second = await _other.CollectAsync();
            await CreateAsync(_other, new TestKernel("again").Creation(_leaf, _root));
        };

        await _store.CollectAsync();

        Assert.Equal(2, second?.NodesDeleted);
        Assert.True(_other.HasNode(_root.Hash) && _other.HasNode(_leaf.Hash));
    }

    [PostgresFact]
    public async Task Nodes_collect_one_after_the_other()
    {
        int running = 0;
        Task Watch()
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            Interlocked.Decrement(ref running);
            return Task.CompletedTask;
        }

        (_store.CollectionMarked, _other.CollectionMarked) = (Watch, Watch);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(
            i => Task.Run(async () => await (i % 2 == 0 ? _store : _other).CollectAsync())));
        Assert.True(_store.HasNode(_root.Hash));
    }

    [PostgresFact]
    public async Task Large_garbage_goes_in_steps()
    {
        StoredNode[] leaves = [.. Enumerable.Range(0, 5_000).Select(i => TestNodes.Make($"leaf {i}"))];
        TestKernel big = new("big");
        await _store.CreateAsync(big.Creation(leaves));
        await _store.AppendAsync(big.Delete());

        CollectReport report = await _store.CollectAsync();

        Assert.Equal((2L, 5_000L), (report.NodesKept, report.NodesDeleted));
    }

    [PostgresFact]
    public async Task Code_that_waits_for_its_kernel_on_another_node_is_kept_for_a_time()
    {
        byte[] code = [1, 2, 3];
        await _other.PutCodeAsync(Hash.Of(code), code);

        Assert.Equal(0, (await _store.CollectAsync()).CodeDeleted);
        await _database.ExecuteAsync("UPDATE code SET waiting_since = now() - interval '2 hours'");
        Assert.Equal(1, (await _store.CollectAsync()).CodeDeleted);
    }

    private static async Task CreateAsync(PostgresStore store, KernelCreation creation) =>
        Assert.True(await store.CreateAsync(creation));
}
