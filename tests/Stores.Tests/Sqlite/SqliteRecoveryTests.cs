using Granary.Kernels;

namespace Granary.Stores.Tests;

public sealed class SqliteRecoveryTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_stored_is_there_after_closing_and_opening()
    {
        TestKernel kernel = new("a");
        StoredNode node = TestNodes.Make("state");
        await using (SqliteStore store = _folder.Open())
        {
            await store.CreateAsync(kernel.Creation());
            await store.ActivateAsync(kernel.Id);
            kernel.Epoch = 2;
            await store.AppendAsync(kernel.Checkpoint("named", false, node));
        }
        Assert.False(File.Exists(_folder.File + "-wal"));

        await using SqliteStore again = _folder.Open();
        Assert.Equal("1 2named", await again.HeadsTextAsync(kernel.Id));
        Assert.True(again.HasNode(node.Hash));
        Assert.Equal(AppendStatus.Done, await again.AppendAsync(kernel.Append("x")));
        Assert.Equal(3UL, (await again.ActivateAsync(kernel.Id))?.Epoch);
    }

    [Fact]
    public async Task A_closed_store_says_that_it_is_closed()
    {
        SqliteStore store = _folder.Open();
        await store.DisposeAsync();
        await store.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => store.GetNode(default));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.AppendAsync([]));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.CollectAsync());
    }

    [Fact]
    public async Task The_settings_that_durability_rests_on_are_on()
    {
        await using SqliteStore store = _folder.Open();
        SqliteConnection connection = store.WriterConnection;

        Assert.Equal("wal", connection.QueryText("PRAGMA journal_mode"));
        Assert.Equal(2, connection.QueryInt64("PRAGMA synchronous"));
        Assert.Equal(SqliteSchema.ApplicationId, connection.QueryInt64("PRAGMA application_id"));
        Assert.Equal(SqliteSchema.Version, connection.QueryInt64("PRAGMA user_version"));
        Assert.Equal(5_000, connection.QueryInt64("PRAGMA busy_timeout"));
    }

    /// <summary>A power loss can cut the log anywhere: what is left must be the state after one of the
    /// commits.</summary>
    [Fact]
    public async Task A_log_that_is_cut_anywhere_gives_the_state_after_some_commit()
    {
        const int commits = 12;
        string[] states = new string[commits + 1];
        long[] logBytes = new long[commits + 1];
        using SqliteFolder copy = new();
        TestKernel a = new("a");
        TestKernel b = new("b");
        await using (SqliteStore store = _folder.Open())
        {
            await store.CreateAsync(a.Creation());
            await store.CreateAsync(b.Creation());
            for (int i = 0; i <= commits; i++)
            {
                states[i] = await DescribeAsync(store);
                logBytes[i] = new FileInfo(_folder.File + "-wal").Length;
                await store.AppendAsync(
                    i % 3 == 0
                        ? [a.Checkpoint(TestNodes.Make($"a {i}")), b.Append($"{i}", new string('x', 5_000))]
                        : [a.Append($"{i}"), b.Append($"{i}")]);
            }
            int newest = commits;
            IEnumerable<long> cuts = logBytes.SelectMany(end => new[] { end, end - 1, end - 3_001, end - 4_120 });
            foreach (long cut in cuts.Where(cut => cut >= logBytes[0]).OrderDescending())
            {
                CopyCut(_folder.File, copy.File, cut);
                await using SqliteStore torn = copy.Open();
                newest = Array.IndexOf(states, await DescribeAsync(torn), 0, newest + 1);
                Assert.True(newest >= 0, $"a log of {cut} bytes gives a state that never was");
                // Everything whose commit is wholly in the log is there.
                Assert.True(
                    newest == commits || logBytes[newest + 1] > cut, $"a log of {cut} bytes lost commit {newest + 1}");
            }
            Assert.Equal(0, newest);
        }
    }

    private static void CopyCut(string from, string to, long logBytes)
    {
        File.Copy(from, to, overwrite: true);
        File.Delete(to + "-shm");
        File.WriteAllBytes(to + "-wal", File.ReadAllBytes(from + "-wal")[..(int)logBytes]);
    }

    private static async Task<string> DescribeAsync(SqliteStore store)
    {
        List<string> parts = [];
        foreach (StoredKernel kernel in await store.ListAsync(new KernelQuery()))
        {
            List<JournalRecord> journal = await store.JournalAsync(kernel.Id);
            Assert.Equal(kernel.Chain, journal[^1].Chain);
            IReadOnlyList<StoredHead> heads = await store.ListHeadsAsync(kernel.Id);
            Assert.All(heads, head => Assert.True(store.HasNode(head.Head.Root)));
            parts.Add($"{kernel.Id} {journal.Count} {kernel.Chain} {heads.Count}");
        }
        return string.Join('\n', parts);
    }
}
