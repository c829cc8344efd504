using Granary.Kernels;

namespace Granary.Stores.Tests;

/// <summary>What happens between the marking and the sweep: the moments in which a collector could delete too
/// much.</summary>
public sealed class SqliteCollectorTests : IAsyncLifetime, IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly StoredNode _leaf = TestNodes.Make("leaf");
    private SqliteStore _store = null!;
    private TestKernel _source = null!;
    private StoredNode _root;

    public async Task InitializeAsync()
    {
        _store = _folder.Open();
        _root = TestNodes.Make("root", _leaf.Hash);
        _source = new TestKernel("source");
        await _store.CreateAsync(_source.Creation(_leaf, _root));
    }

    public async Task DisposeAsync() => await _store.DisposeAsync();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Garbage_that_becomes_a_copy_while_a_collection_runs_stays()
    {
        await _store.AppendAsync(_source.Delete());
        // The source was gone before the marking, so its nodes are not marked.
        _store.CollectionMarked = () => Create(new TestKernel("copy").CopyOf(_root.Hash));

        Assert.Equal(0, (await _store.CollectAsync()).NodesDeleted);

        Assert.True(_store.HasNode(_root.Hash) && _store.HasNode(_leaf.Hash));
    }

    [Fact]
    public async Task Garbage_that_is_put_again_while_a_collection_runs_stays()
    {
        await _store.AppendAsync(_source.Delete());
        _store.CollectionMarked = () => Create(new TestKernel("again").Creation(_leaf));

        Assert.Equal(1, (await _store.CollectAsync()).NodesDeleted);

        Assert.True(_store.HasNode(_leaf.Hash));
        Assert.False(_store.HasNode(_root.Hash));
    }

    [Fact]
    public async Task Garbage_that_is_put_again_in_the_moment_before_it_is_deleted_stays()
    {
        await _store.AppendAsync(_source.Delete());
        _store.GarbageFound = () => Create(new TestKernel("again").Creation(_leaf, _root));

        Assert.Equal(0, (await _store.CollectAsync()).NodesDeleted);

        Assert.True(_store.HasNode(_root.Hash) && _store.HasNode(_leaf.Hash));
    }

    [Fact]
    public async Task A_checkpoint_that_shares_with_the_newest_one_stays_whole()
    {
        StoredNode next = TestNodes.Make("next", _leaf.Hash);
        _store.CollectionMarked = () =>
        {
            Assert.Equal([AppendStatus.Done], _store.AppendAsync([_source.Checkpoint(next)]).AsTask().Result);
        };
        await _store.CollectAsync();

        Assert.True(_store.HasNode(next.Hash) && _store.HasNode(_leaf.Hash) && _store.HasNode(_root.Hash));
    }

    /// <summary>The part of a tree that a cut-off sweep left behind must not be built on.</summary>
    [Fact]
    public async Task After_a_collection_that_was_cut_off_copies_are_looked_at_in_full()
    {
        await _store.AppendAsync(_source.Delete());
        _store.CollectionMarked = () =>
        {
            _store.WriterConnection.Execute("DELETE FROM nodes WHERE key = 1");
            throw new InvalidOperationException("cut off");
        };
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await _store.CollectAsync());
        await _store.DisposeAsync();
        _store = _folder.Open();
        Assert.True(_store.HasNode(_root.Hash));
        Assert.False(_store.HasNode(_leaf.Hash));

        await Assert.ThrowsAsync<StoreException>(
            async () => await _store.CreateAsync(new TestKernel("copy").CopyOf(_root.Hash)));

        Assert.Equal(1, (await _store.CollectAsync()).NodesDeleted);
    }

    [Fact]
    public async Task Large_garbage_goes_in_steps()
    {
        StoredNode[] leaves = [.. Enumerable.Range(0, 5_000).Select(i => TestNodes.Make($"leaf {i}"))];
        TestKernel big = new("big");
        await _store.CreateAsync(big.Creation(leaves));
        await _store.AppendAsync(big.Delete());

        CollectReport report = await _store.CollectAsync();

        Assert.Equal((2L, 5_000L), (report.NodesKept, report.NodesDeleted));
    }

    private void Create(KernelCreation creation) => Assert.True(_store.CreateAsync(creation).AsTask().Result);
}
