using Granary.Kernels;
using Granary.Tests;
using Xunit.Abstractions;

namespace Granary.Stores.Tests;

/// <summary>The server goes away, in order or not, or answers get lost: calls wait, and nothing is lost or
/// doubled.</summary>
public sealed class PostgresOutageTests(PostgresOutageTests.OwnServer own, ITestOutputHelper output)
    : IClassFixture<PostgresOutageTests.OwnServer>
{
    /// <summary>For as long as a loaded machine may need.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    [PostgresFact]
    public async Task Calls_wait_for_a_server_that_is_away_and_health_says_so()
    {
        PostgresServer server = own.Server.Value;
        PostgresDatabase database = new(server);
        await using PostgresStore store = await database.OpenAsync();
        TestKernel kernel = new("a");
        StoredNode leaf = TestNodes.Make("leaf");
        await store.CreateAsync(kernel.Creation(leaf));
        Assert.True(store.Health.IsReachable);
        DateTimeOffset before = DateTimeOffset.UtcNow;

        server.Stop();
        Task<AppendStatus> append = store.AppendAsync(kernel.Append("while it is away"));
        Task<StoredKernel?> find = store.FindAsync(kernel.Id).AsTask();
        Task<bool> node = Task.Run(() => store.HasNode(leaf.Hash));
        await PostgresDatabase.UntilAsync("it is away", () => Task.FromResult(!store.Health.IsReachable));

        Assert.True(store.Health.Since >= before);
        Assert.NotEmpty(store.Health.LastError);
        Assert.False(append.IsCompleted || find.IsCompleted || node.IsCompleted);
        // Who gives up, gives up alone.
        using CancellationTokenSource impatient = new(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await store.FindAsync(kernel.Id, impatient.Token));

        server.Start();
        Assert.Equal(AppendStatus.Done, await append.WaitAsync(s_limit));
        Assert.NotNull(await find.WaitAsync(s_limit));
        Assert.True(await node.WaitAsync(s_limit));
        Assert.True(store.Health.IsReachable);
        Assert.Equal("2:while it is away", await store.JournalTextAsync(kernel.Id, after: 1));
    }

    [PostgresFact]
    public async Task Closing_ends_calls_that_wait()
    {
        PostgresServer server = own.Server.Value;
        PostgresStore store = await new PostgresDatabase(server).OpenAsync();
        TestKernel kernel = new("a");
        await store.CreateAsync(kernel.Creation());
        server.Stop();
        Task append = store.AppendAsync(kernel.Append("never"));
        Task node = Task.Run(() => store.GetNode(Hash.Of("x"u8)));
        await PostgresDatabase.UntilAsync("it is away", () => Task.FromResult(!store.Health.IsReachable));

        await store.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => append.WaitAsync(s_limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => node.WaitAsync(s_limit));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await store.FindAsync(kernel.Id));
        server.Start();
    }

    /// <summary>Connections break at random, also between a commit and its answer.</summary>
    [PostgresTheory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_call_is_done_once_however_connections_break(int seed)
    {
        PostgresDatabase database = new();
        await (await database.OpenAsync()).DisposeAsync();
        await using CuttingProxy proxy = new(database.Server.Port, seed, oneIn: 30);
        PostgresAddress cut = PostgresAddress.Parse(FormattableString.Invariant(
            $"postgres://postgres@127.0.0.1:{proxy.Port}/postgres?schema={database.Address.Schema}"));
        await using PostgresStore store = await PostgresStore.OpenAsync(cut, PostgresDatabase.Options);
        proxy.Cuts = true;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(
            i => Task.Run(() => WorkAsync(store, $"k{i}", (seed * 10) + i))));

        output.WriteLine($"seed {seed}: {proxy.RequestsCut} requests and {proxy.AnswersCut} answers were cut off");
        Assert.True(proxy.AnswersCut > 3 && proxy.RequestsCut > 3);
        proxy.Cuts = false;
    }

    [PostgresFact]
    public async Task A_server_that_is_killed_in_mid_batch_has_all_that_was_acknowledged_and_nothing_twice()
    {
        PostgresServer server = own.Server.Value;
        PostgresDatabase database = new(server);
        TestKernel[] kernels = [.. Enumerable.Range(0, 8).Select(i => new TestKernel($"k{i}"))];
        await using (PostgresStore store = await database.OpenAsync())
        {
            foreach (TestKernel kernel in kernels)
            {
                await store.CreateAsync(kernel.Creation());
            }
            using CancellationTokenSource done = new();
            Task[] writers = [.. kernels.Select((k, i) => Task.Run(() => AppendUntilAsync(store, k, i, done.Token)))];
            for (int kill = 0; kill < 2; kill++)
            {
                ulong before = kernels[0].Position;
                await PostgresDatabase.UntilAsync(
                    "appends go on", () => Task.FromResult(kernels[0].Position > before + 20));
                server.Kill();
                server.Start();
            }
            await done.CancelAsync();
            await Task.WhenAll(writers).WaitAsync(s_limit);
            await store.CollectAsync();
        }
        await using PostgresStore again = await database.OpenAsync();
        foreach (TestKernel kernel in kernels)
        {
            await CheckAsync(again, kernel);
        }
    }

    private static async Task AppendUntilAsync(
        PostgresStore store, TestKernel kernel, int seed, CancellationToken done)
    {
        for (int i = 0; !done.IsCancellationRequested; i++)
        {
            // Checkpoints go another way than ordinary appends.
            KernelAppend append = (i + seed) % 5 == 0
                ? kernel.Checkpoint(TestNodes.Make($"state {i} of {kernel.Id}"))
                : kernel.Append($"{i}", $"{i}!");
            Assert.Equal(AppendStatus.Done, await store.AppendAsync(append));
        }
    }

    private static async Task WorkAsync(PostgresStore store, string id, int seed)
    {
        Random random = new(seed);
        TestKernel kernel = new(id);
        byte[] code = [(byte)seed];
        await store.PutCodeAsync(Hash.Of(code), code);
        Assert.True(await store.CreateAsync(kernel.Creation()));
        for (int i = 0; i < 60; i++)
        {
            if (random.Next(10) == 0)
            {
                kernel.Epoch = (await store.ActivateAsync(kernel.Id))!.Epoch;
            }
            KernelAppend append = random.Next(4) == 0
                ? kernel.Checkpoint($"n{i}", false, TestNodes.Make($"{id} {i}"))
                : kernel.Append($"{i}");
            Assert.Equal(AppendStatus.Done, await store.AppendAsync(append));
        }
        await CheckAsync(store, kernel);
        Assert.NotNull(await store.GetCodeAsync(Hash.Of(code)));
        Assert.Equal(AppendStatus.Done, await store.AppendAsync(kernel.Delete()));
        Assert.Equal(KernelStatus.Deleted, (await store.FindAsync(kernel.Id))?.Summary.Status);
    }

    /// <summary>The journal is exactly what the kernel wrote, and its checkpoints are whole.</summary>
    private static async Task CheckAsync(PostgresStore store, TestKernel kernel)
    {
        Hash chain = default;
        ulong position = 0;
        foreach (JournalRecord record in await store.JournalAsync(kernel.Id))
        {
            chain = JournalRecord.ChainAfter(chain, record.Bytes.Span);
            Assert.Equal((++position, chain), (record.Position, record.Chain));
        }
        Assert.Equal(kernel.Position, position);
        foreach (StoredHead head in await store.ListHeadsAsync(kernel.Id))
        {
            Assert.True(store.HasNode(head.Head.Root));
        }
    }

    /// <summary>A server that these tests may stop; it flushes what it acknowledges.</summary>
    public sealed class OwnServer : IDisposable
    {
        internal Lazy<PostgresServer> Server { get; } = new(() => new PostgresServer(isDurable: true));

        public void Dispose()
        {
            if (Server.IsValueCreated)
            {
                Server.Value.Dispose();
            }
        }
    }
}
