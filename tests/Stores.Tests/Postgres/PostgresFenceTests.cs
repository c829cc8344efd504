using Granary.Kernels;
using Granary.Tests;
using Npgsql;

namespace Granary.Stores.Tests;

/// <summary>
/// The race that the fence is for: an old activation's append is under way while a new one reads the tail.
/// </summary>
public sealed class PostgresFenceTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private PostgresStore _store = null!;
    private TestKernel _kernel = null!;

    public async Task InitializeAsync()
    {
        if (PostgresPrograms.Missing is null)
        {
            _store = await _database.OpenAsync();
            _kernel = new TestKernel("a");
            await _store.CreateAsync(_kernel.Creation());
        }
    }

    public async Task DisposeAsync()
    {
        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    /// <summary>
    /// What an append would be without the lock: it looks at the epoch, then writes. The new activation comes in
    /// between and reads the tail, and the old one's commit lands behind it.
    /// </summary>
    [PostgresFact]
    public async Task Without_the_lock_an_old_activations_commit_lands_behind_the_new_ones_read()
    {
        KernelAppend late = _kernel.Append("late");
        await using NpgsqlConnection old = await _database.ConnectAsync();
        await using NpgsqlTransaction transaction = await old.BeginTransactionAsync();
        // All that the store's own append does, but for FOR SHARE.
        Assert.Equal(1L, await ScalarAsync(old, "SELECT count(*) FROM kernels WHERE id = 'a' AND epoch = 1"));
        await InsertAsync(old, late.Entries[0]);

        // Nothing holds the new activation back, and it does not see what is not yet committed.
        KernelActivation activation = (await _store.ActivateAsync(_kernel.Id))!;
        Assert.Equal((2UL, 1UL), (activation.Epoch, activation.Kernel.Position));
        await transaction.CommitAsync();

        // The damage: the journal has an entry that the new activation knows nothing of, and can never follow.
        Assert.Equal("2:late", await _store.JournalTextAsync(_kernel.Id, after: 1));
        TestKernel next = new("a") { Epoch = activation.Epoch };
        next.Creation();
        Assert.Equal(AppendStatus.Conflict, await _store.AppendAsync(next.Append("new")));
    }

    [PostgresFact]
    public async Task With_the_lock_an_activation_waits_for_the_append_and_reads_behind_it()
    {
        await using NpgsqlConnection old = await _database.ConnectAsync();
        await using NpgsqlTransaction transaction = await old.BeginTransactionAsync();
        Assert.Equal(1L, await ScalarAsync(old, "SELECT epoch FROM kernels WHERE id = 'a' FOR SHARE"));

        Task<KernelActivation?> activating = _store.ActivateAsync(_kernel.Id).AsTask();
        await UntilSomebodyWaitsForAsync(old);
        KernelAppend append = _kernel.Append("late");
        await InsertAsync(old, append.Entries[0]);
        Assert.False(activating.IsCompleted);
        await transaction.CommitAsync();

        KernelActivation activation = (await activating)!;
        Assert.Equal((2UL, 2UL), (activation.Epoch, activation.Kernel.Position));
        Assert.Equal("2:late", await _store.JournalTextAsync(_kernel.Id, after: 1));
    }

    [PostgresFact]
    public async Task An_append_that_waited_for_an_activation_is_fenced()
    {
        await using NpgsqlConnection other = await _database.ConnectAsync();
        await using NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await ScalarAsync(other, "UPDATE kernels SET epoch = epoch + 1 WHERE id = 'a' RETURNING epoch");

        TestKernel bystander = new("b");
        await _store.CreateAsync(bystander.Creation());
        Task<IReadOnlyList<AppendStatus>> appending =
            _store.AppendAsync([_kernel.Append("old"), bystander.Append("fine")]).AsTask();
        await UntilSomebodyWaitsForAsync(other);
        await transaction.CommitAsync();

        Assert.Equal([AppendStatus.Fenced, AppendStatus.Done], await appending);
        Assert.Equal("1:checkpoint 1", await _store.JournalTextAsync(_kernel.Id));
        Assert.Equal("2:fine", await _store.JournalTextAsync(bystander.Id, after: 1));
    }

    /// <summary>Two nodes take a kernel from each other all the time, and both append as fast as they can.</summary>
    [PostgresFact]
    public async Task Two_nodes_that_quarrel_about_kernels_leave_whole_journals()
    {
        await using PostgresStore second = await _database.OpenAsync();
        TestKernel other = new("b");
        await _store.CreateAsync(other.Creation());
        int[] done = await Task.WhenAll(QuarrelAsync(_store, 1), QuarrelAsync(second, 2), QuarrelAsync(second, 3));

        Assert.All(done, count => Assert.True(count > 0));
        int entries = 0;
        foreach (string id in new[] { "a", "b" })
        {
            Hash chain = default;
            ulong position = 0;
            foreach (JournalRecord record in await _store.JournalAsync(KernelId.Parse(id)))
            {
                chain = JournalRecord.ChainAfter(chain, record.Bytes.Span);
                Assert.Equal((++position, chain), (record.Position, record.Chain));
            }
            entries += (int)position - 1;
        }
        Assert.Equal(done.Sum(), entries);
    }

    /// <summary>Activates both kernels and appends to them in one batch until fenced; gives what was acknowledged.
    /// </summary>
    private static async Task<int> QuarrelAsync(PostgresStore store, int seed)
    {
        Random random = new(seed);
        int done = 0;
        for (int round = 0; round < 25; round++)
        {
            Follower[] kernels = [await Follower.TakeAsync(store, "a"), await Follower.TakeAsync(store, "b")];
            for (int i = random.Next(1, 8); i > 0; i--)
            {
                KernelAppend[] batch = [.. kernels.Select(k => k.Next($"{seed} {round} {i}"))];
                IReadOnlyList<AppendStatus> statuses = await store.AppendAsync(batch);
                Assert.DoesNotContain(AppendStatus.Conflict, statuses);
                done += statuses.Count(s => s == AppendStatus.Done);
                kernels = [.. kernels.Where((_, at) => statuses[at] == AppendStatus.Done)];
            }
        }
        return done;
    }

    private static async Task InsertAsync(NpgsqlConnection connection, JournalRecord record)
    {
        System.Buffers.ArrayBufferWriter<byte> row = new();
        JournalRows.Encode([record], 0, row);
        await using PostgresBatch batch = new(connection);
        batch.Add(
            "INSERT INTO journal SELECT key, 2, 2, 0, 0, $1, $2 FROM kernels WHERE id = 'a'",
            PostgresBatch.Of(record.Chain), PostgresBatch.Of(row.WrittenMemory));
        await batch.RunAsync(CancellationToken.None);
        Assert.Equal(1UL, batch.RowsOf(0));
    }

    private Task UntilSomebodyWaitsForAsync(NpgsqlConnection connection) => PostgresDatabase.UntilAsync(
        "somebody waits for a lock",
        async () => await _database.QueryAsync<long>(FormattableString.Invariant(
            $"SELECT count(*) FROM pg_stat_activity WHERE {connection.ProcessID} = ANY(pg_blocking_pids(pid))")) > 0);

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using NpgsqlCommand command = new(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>An activation of a kernel, which goes on from the tail that it was given.</summary>
    private sealed class Follower(KernelActivation activation)
    {
        private ulong _position = activation.Kernel.Position;
        private Hash _chain = activation.Kernel.Chain;

        public static async Task<Follower> TakeAsync(PostgresStore store, string id) =>
            new((await store.ActivateAsync(KernelId.Parse(id)))!);

        public KernelAppend Next(string text)
        {
            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text);
            _chain = JournalRecord.ChainAfter(_chain, bytes);
            return new KernelAppend
            {
                Id = activation.Kernel.Id, Epoch = activation.Epoch, Summary = activation.Kernel.Summary,
                Entries = [new JournalRecord(++_position, bytes, _chain)],
            };
        }
    }
}
