using System.Text;
using Granary.Kernels;

namespace Granary.Stores.Tests;

/// <summary>The medium refuses: the error says what and what to do, nothing is half stored, and work goes on
/// after.</summary>
public sealed class SqliteErrorTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_refuses_the_batch_and_work_goes_on_when_there_is_room()
    {
        await using SqliteStore store = _folder.Open();
        TestKernel kernel = await CreateAsync(store, "a");
        long pages = store.WriterConnection.QueryInt64("PRAGMA page_count");
        store.WriterConnection.Execute($"PRAGMA max_page_count = {pages + 4}");
        KernelAppend append = kernel.Append([kernel.Entry("small"), kernel.Entry(new byte[100_000])]);

        StoreException full = await Assert.ThrowsAsync<StoreException>(async () => await store.AppendAsync([append]));

        Assert.Equal(StoreFault.Full, full.Fault);
        Assert.Contains(_folder.File, full.What, StringComparison.Ordinal);
        Assert.Contains("Free space", full.Message, StringComparison.Ordinal);
        Assert.Equal("1:checkpoint 1", await store.JournalTextAsync(kernel.Id));
        store.WriterConnection.Execute("PRAGMA max_page_count = 1000000");
        Assert.Equal(AppendStatus.Done, await store.AppendAsync(append));
    }

    [Fact]
    public async Task Another_writer_makes_it_locked_for_as_long_as_it_writes()
    {
        await using SqliteStore store = _folder.Open();
        TestKernel kernel = await CreateAsync(store, "a");
        KernelAppend append = kernel.Append("x");
        using (SqliteConnection other = SqliteConnection.Open(_folder.File, create: false))
        {
            other.Execute("BEGIN IMMEDIATE");
            StoreException locked =
                await Assert.ThrowsAsync<StoreException>(async () => await store.AppendAsync([append]));
            Assert.Equal(StoreFault.Locked, locked.Fault);
            Assert.Equal("1:checkpoint 1", await store.JournalTextAsync(kernel.Id));
        }
        Assert.Equal(AppendStatus.Done, await store.AppendAsync(append));
    }

    [Fact]
    public async Task A_file_that_another_program_holds_is_not_opened()
    {
        await _folder.Open().DisposeAsync();
        using SqliteConnection other = SqliteConnection.Open(_folder.File, create: false);
        other.Execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");

        Assert.Equal(StoreFault.Locked, Assert.Throws<StoreException>(_folder.Open).Fault);
    }

    [Fact]
    public async Task A_connection_that_may_not_write_says_read_only()
    {
        await using SqliteStore store = _folder.Open();
        TestKernel kernel = await CreateAsync(store, "a");
        store.WriterConnection.Execute("PRAGMA query_only = 1");

        StoreException refused =
            await Assert.ThrowsAsync<StoreException>(async () => await store.AppendAsync([kernel.Append("x")]));

        Assert.Equal(StoreFault.ReadOnly, refused.Fault);
    }

    [Fact]
    public async Task A_write_protected_file_is_not_opened()
    {
        await _folder.Open().DisposeAsync();
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            // Such a user may write it all the same; the case above covers the error.
            return;
        }
        File.SetUnixFileMode(_folder.File, UnixFileMode.UserRead);

        Assert.Equal(StoreFault.ReadOnly, Assert.Throws<StoreException>(_folder.Open).Fault);
    }

    [Fact]
    public void A_folder_that_is_not_there_is_told()
    {
        string file = Path.Combine(_folder.File, "nowhere", "granary.db");

        StoreException refused = Assert.Throws<StoreException>(() => SqliteStore.Open(file, SqliteFolder.Options));

        Assert.Equal(StoreFault.Failed, refused.Fault);
        Assert.Contains("folder exists", refused.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_files_are_refused_and_left_alone()
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("A letter, not a database. ", 200)));
        File.WriteAllBytes(_folder.File, text);
        StoreException notOne = Assert.Throws<StoreException>(_folder.Open);
        Assert.Equal(StoreFault.Corrupt, notOne.Fault);
        Assert.Contains("not a Granary database", notOne.What, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllBytes(_folder.File));

        File.Delete(_folder.File);
        using (SqliteConnection other = SqliteConnection.Open(_folder.File, create: true))
        {
            other.Execute("CREATE TABLE recipes(name TEXT)");
        }
        byte[] before = File.ReadAllBytes(_folder.File);
        notOne = Assert.Throws<StoreException>(_folder.Open);
        Assert.Contains("not a Granary database", notOne.What, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.File));
    }

    [Fact]
    public async Task A_newer_layout_is_refused()
    {
        await _folder.Open().DisposeAsync();
        using (SqliteConnection other = SqliteConnection.Open(_folder.File, create: false))
        {
            other.Execute($"PRAGMA user_version = {SqliteSchema.Version + 1}");
        }
        StoreException refused = Assert.Throws<StoreException>(_folder.Open);
        Assert.Equal(StoreFault.TooNew, refused.Fault);
    }

    [Fact]
    public async Task A_damaged_file_says_so_and_where()
    {
        KernelId id = KernelId.Parse("a");
        await using (SqliteStore store = _folder.Open())
        {
            TestKernel kernel = await CreateAsync(store, "a");
            for (int i = 0; i < 50; i++)
            {
                await store.AppendAsync(kernel.Append([kernel.Entry(new byte[3_000])]));
            }
        }
        byte[] bytes = File.ReadAllBytes(_folder.File);
        Array.Fill(bytes, (byte)0xEE, 4096, bytes.Length - 4096);
        File.WriteAllBytes(_folder.File, bytes);

        StoreException damaged = await Assert.ThrowsAsync<StoreException>(async () =>
        {
            await using SqliteStore store = _folder.Open();
            await store.JournalAsync(id);
        });
        Assert.Equal(StoreFault.Corrupt, damaged.Fault);
        Assert.Contains(_folder.File, damaged.What, StringComparison.Ordinal);
        Assert.Contains("restore a backup", damaged.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_malformed_journal_row_is_damage()
    {
        await using SqliteStore store = _folder.Open();
        TestKernel kernel = await CreateAsync(store, "a");
        foreach (string records in new[] { "x''", "x'ffffffff'", "x'05000000aa'", "records || x'00'" })
        {
            store.WriterConnection.Execute($"UPDATE journal SET records = {records}");
            StoreException damaged = await Assert.ThrowsAsync<StoreException>(() => store.JournalAsync(kernel.Id));
            Assert.Equal(StoreFault.Corrupt, damaged.Fault);
        }
        store.WriterConnection.Execute("DELETE FROM journal");
        Assert.Equal(
            StoreFault.Corrupt,
            (await Assert.ThrowsAsync<StoreException>(() => store.JournalAsync(kernel.Id))).Fault);
    }

    [Fact]
    public async Task A_missing_node_stops_a_collection_before_it_deletes()
    {
        await using SqliteStore store = _folder.Open();
        TestKernel gone = await CreateAsync(store, "gone");
        await CreateAsync(store, "a");
        await store.AppendAsync(gone.Delete());
        store.WriterConnection.Execute("DELETE FROM nodes WHERE key = 2");

        StoreException damaged = await Assert.ThrowsAsync<StoreException>(async () => await store.CollectAsync());

        Assert.Equal(StoreFault.Corrupt, damaged.Fault);
        Assert.True(store.HasNode(TestNodes.Make("root of gone").Hash));
    }

    [Theory]
    [InlineData(1034, true)]
    [InlineData(1290, true)]
    [InlineData(266, false)]
    [InlineData(13, false)]
    public void Only_a_failed_flush_leaves_the_disk_unknown(int code, bool isUnknown) =>
        Assert.Equal(isUnknown, SqliteErrors.LeavesDiskUnknown(code));

    private static async Task<TestKernel> CreateAsync(SqliteStore store, string id)
    {
        TestKernel kernel = new(id);
        Assert.True(await store.CreateAsync(kernel.Creation()));
        return kernel;
    }
}
