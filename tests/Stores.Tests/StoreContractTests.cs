using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Stores.Tests;

/// <summary>What every store must do. One class for each store says how it is opened.</summary>
public abstract partial class StoreContractTests : IAsyncLifetime
{
    private protected IKernelStore Store { get; private set; } = null!;

    protected abstract ValueTask<IKernelStore> OpenAsync();

    public async Task InitializeAsync() => Store = await OpenAsync();

    public virtual async Task DisposeAsync() => await Store.DisposeAsync();

    [StoreFact]
    public async Task A_new_kernel_is_found_with_what_it_was_created_with()
    {
        TestKernel kernel = new("farm.1") { Summary = new(KernelStatus.Sleeping, 1, 5_000, true, 3, 42) };
        StoredNode root = TestNodes.Make("root");

        Assert.True(await Store.CreateAsync(kernel.Creation(root)));

        StoredKernel? found = await Store.FindAsync(kernel.Id);
        Assert.NotNull(found);
        Assert.Equal((kernel.Id, TestKernel.Engine, kernel.CodeHash), (found.Id, found.Engine, found.CodeHash));
        Assert.Equal((77L, 1UL, kernel.Summary), (found.CreatedAt, found.Position, found.Summary));
        Assert.Equal("1:checkpoint 1", await Store.JournalTextAsync(kernel.Id));
        Assert.Equal(root.Bytes.ToArray(), Store.GetNode(root.Hash).ToArray());
        StoredHead head = Assert.Single(await Store.ListHeadsAsync(kernel.Id));
        Assert.Equal(new KernelHead(kernel.Id, 1, 1, found.Chain, root.Hash, null, 1_001), head.Head);
    }

    [StoreFact]
    public async Task An_id_is_given_once_also_after_deletion()
    {
        TestKernel kernel = await CreateAsync("a");
        Assert.False(await Store.CreateAsync(new TestKernel("a").Creation()));

        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(kernel.Delete()));

        Assert.False(await Store.CreateAsync(new TestKernel("a").Creation()));
        Assert.Equal(KernelStatus.Deleted, (await Store.FindAsync(kernel.Id))?.Summary.Status);
    }

    [StoreFact]
    public async Task A_creation_needs_a_kernel_id_and_a_checkpoint_at_its_first_entries()
    {
        TestKernel kernel = new("a");
        KernelCreation good = kernel.Creation();
        KernelAppend first = good.First;

        KernelAppend[] wrong =
        [
            first with { Checkpoint = null },
            first with { Epoch = 2 },
            first with { Id = KernelId.Client },
            first with { Entries = [] },
            first with { Entries = [first.Entries[0] with { Position = 2 }] },
            first with { Entries = [first.Entries[0] with { Chain = Hash.Of("other"u8) }] },
            first with { Summary = first.Summary with { Status = KernelStatus.Deleted } },
        ];
        foreach (KernelAppend append in wrong)
        {
            await Assert.ThrowsAsync<ArgumentException>(
                async () => await Store.CreateAsync(good with { First = append }));
        }
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await Store.AppendAsync([first with { Id = KernelId.Client }]));
        Assert.Null(await Store.FindAsync(kernel.Id));
    }

    [StoreFact]
    public async Task Activation_raises_the_epoch_and_gives_the_newest_checkpoint()
    {
        TestKernel kernel = await CreateAsync("a");
        await Store.AppendAsync(kernel.Append("x"));
        KernelAppend checkpoint = kernel.Checkpoint(TestNodes.Make("newer"));
        await Store.AppendAsync(checkpoint);
        await Store.AppendAsync(kernel.Append("y"));

        KernelActivation? first = await Store.ActivateAsync(kernel.Id);
        KernelActivation? second = await Store.ActivateAsync(kernel.Id);

        Assert.Equal((2UL, 3UL), (first?.Epoch, second?.Epoch));
        Assert.Equal(checkpoint.Checkpoint!.Head, second!.Head);
        Assert.Equal(4UL, second.Kernel.Position);
        Assert.Equal("4:y", await Store.JournalTextAsync(kernel.Id, second.Head.Position));
    }

    [StoreFact]
    public async Task Nothing_is_activated_that_is_unknown_or_deleted()
    {
        TestKernel kernel = await CreateAsync("a");
        await Store.AppendAsync(kernel.Delete());

        Assert.Null(await Store.ActivateAsync(kernel.Id));
        Assert.Null(await Store.ActivateAsync(KernelId.Parse("nobody")));
    }

    [StoreFact]
    public async Task An_append_of_an_older_activation_is_fenced_and_the_others_of_its_batch_go_through()
    {
        TestKernel old = await CreateAsync("a");
        TestKernel other = await CreateAsync("b");
        TestKernel unknown = new("c");
        TestKernel deleted = await CreateAsync("d");
        await Store.AppendAsync(deleted.Delete());
        await Store.ActivateAsync(old.Id);

        IReadOnlyList<AppendStatus> statuses = await Store.AppendAsync(
            [old.Append("late"), other.Append("fine"), unknown.Append("?"), deleted.Append("?"), other.Append("more")]);

        Assert.Equal(
            [AppendStatus.Fenced, AppendStatus.Done, AppendStatus.Fenced, AppendStatus.Fenced, AppendStatus.Done],
            statuses);
        Assert.Equal("1:checkpoint 1", await Store.JournalTextAsync(old.Id));
        Assert.Equal("1:checkpoint 1 2:fine 3:more", await Store.JournalTextAsync(other.Id));
    }

    [StoreFact]
    public async Task Entries_that_do_not_follow_the_tail_conflict()
    {
        TestKernel kernel = await CreateAsync("a");
        TestKernel twin = new("a");
        twin.Creation();
        KernelAppend good = kernel.Append("one", "two");
        IReadOnlyList<JournalRecord> entries = good.Entries;
        CheckpointWrite elsewhere = new TestKernel("a").Creation().First.Checkpoint!;
        KernelAppend[] wrong =
        [
            good with { Entries = [entries[1]] },
            good with { Entries = [entries[1], entries[0]] },
            good with { Entries = [entries[0] with { Bytes = Encoding.ASCII.GetBytes("other") }, entries[1]] },
            good with { Entries = [entries[0] with { Position = 1 }] },
            good with { Checkpoint = elsewhere },
            good with { Entries = [], Checkpoint = elsewhere },
        ];

        IReadOnlyList<AppendStatus> statuses = await Store.AppendAsync(wrong);

        Assert.All(statuses, status => Assert.Equal(AppendStatus.Conflict, status));
        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(good));
        Assert.Equal(AppendStatus.Conflict, await Store.AppendAsync(twin.Append("one", "three")));
        Assert.Equal("1:checkpoint 1 2:one 3:two", await Store.JournalTextAsync(kernel.Id));
    }

    [StoreFact]
    public async Task The_same_append_asked_again_is_done_once()
    {
        TestKernel kernel = await CreateAsync("a");
        KernelAppend append = kernel.Checkpoint("named", false, TestNodes.Make("state"));
        KernelAppend delete = kernel.Delete();

        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(append));
        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(append));
        Assert.Equal("1:checkpoint 1 2:checkpoint 2", await Store.JournalTextAsync(kernel.Id));
        Assert.Equal("1 2named", await Store.HeadsTextAsync(kernel.Id));

        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(delete));
        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(delete));
    }

    [StoreFact]
    public async Task An_append_without_entries_changes_the_summary_only()
    {
        TestKernel kernel = await CreateAsync("a");
        kernel.Summary = new(KernelStatus.Quarantined, 1, null, false, 9, 8);

        Assert.Equal(AppendStatus.Done, await Store.AppendAsync(kernel.Append()));

        StoredKernel? found = await Store.FindAsync(kernel.Id);
        Assert.Equal(kernel.Summary, found?.Summary);
        Assert.Equal(1UL, found?.Position);
    }

    [StoreFact]
    public async Task Code_and_engine_change_with_an_append()
    {
        TestKernel kernel = await CreateAsync("a");
        Hash code = Hash.Of("newer"u8);

        await Store.AppendAsync(kernel.Append("upgrade") with { Code = (new EngineId("mova", 2), code) });

        StoredKernel? found = await Store.FindAsync(kernel.Id);
        Assert.Equal((new EngineId("mova", 2), code), (found?.Engine, found?.CodeHash));
    }

    [StoreFact]
    public async Task Deletion_takes_journal_and_checkpoints_and_leaves_the_id()
    {
        TestKernel kernel = await CreateAsync("a");
        await Store.AppendAsync(kernel.Append("x"));
        await Store.AppendAsync(kernel.Delete());

        Assert.Empty(await Store.JournalAsync(kernel.Id));
        Assert.Empty(await Store.ListHeadsAsync(kernel.Id));
        Assert.Equal(3UL, (await Store.FindAsync(kernel.Id))?.Position);
        Assert.Equal("", await Store.IdsAsync(new KernelQuery()));
        Assert.Equal("a", await Store.IdsAsync(new KernelQuery { IncludeDeleted = true }));
    }

    [StoreFact]
    public async Task The_journal_reads_from_any_position_as_it_was_written()
    {
        TestKernel kernel = await CreateAsync("a");
        Random random = new(7);
        List<JournalRecord> written = [.. await Store.JournalAsync(kernel.Id)];
        for (int batch = 0; batch < 40; batch++)
        {
            List<JournalRecord> entries = [];
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                byte[] bytes = new byte[random.Next(0, 300)];
                random.NextBytes(bytes);
                entries.Add(kernel.Entry(bytes));
            }
            written.AddRange(entries);
            Assert.Equal(AppendStatus.Done, await Store.AppendAsync(kernel.Append(entries)));
        }
        for (int after = 0; after <= written.Count + 1; after++)
        {
            List<JournalRecord> read = await Store.JournalAsync(kernel.Id, (ulong)after);
            Assert.Equal(written.Skip(after).Select(Describe), read.Select(Describe));
        }
        Assert.Empty(await Store.JournalAsync(KernelId.Parse("nobody")));
    }

    [StoreFact]
    public async Task Big_values_come_back_whole()
    {
        byte[] big = new byte[3_000_000];
        new Random(3).NextBytes(big);
        TestKernel kernel = await CreateAsync("a");
        StoredNode node = TestNodes.Make(Convert.ToHexString(big[..100_000]));
        await Store.PutCodeAsync(Hash.Of(big), big);

        await Store.AppendAsync(kernel.Append([kernel.Entry("before"), kernel.Entry(big), kernel.Entry(big[..9])]));
        await Store.AppendAsync(
            kernel.Append([.. Enumerable.Range(0, 30).Select(i => kernel.Entry(big[(i * 9)..100_000]))]));
        await Store.AppendAsync(kernel.Checkpoint(node));

        List<JournalRecord> journal = await Store.JournalAsync(kernel.Id, 1);
        Assert.Equal(34, journal.Count);
        Assert.True(journal[1].Bytes.Span.SequenceEqual(big));
        Assert.True(journal[32].Bytes.Span.SequenceEqual(big.AsSpan(261..100_000)));
        Assert.Single(await Store.JournalAsync(kernel.Id, 34));
        Assert.True(Store.GetNode(node.Hash).Span.SequenceEqual(node.Bytes.Span));
        Assert.True((await Store.GetCodeAsync(Hash.Of(big)))!.Value.Span.SequenceEqual(big));
    }

    [StoreFact]
    public async Task Code_is_kept_by_its_hash_also_when_empty()
    {
        byte[] code = [1, 2, 3];
        await Store.PutCodeAsync(Hash.Of(code), code);
        await Store.PutCodeAsync(Hash.Of(code), code);
        await Store.PutCodeAsync(Hash.Of([]), ReadOnlyMemory<byte>.Empty);

        Assert.Equal(code, (await Store.GetCodeAsync(Hash.Of(code)))!.Value.ToArray());
        Assert.Equal(0, (await Store.GetCodeAsync(Hash.Of([])))?.Length);
        Assert.Null(await Store.GetCodeAsync(Hash.Of("none"u8)));
        Assert.False(Store.HasNode(Hash.Of("none"u8)));
    }

    private protected async Task<TestKernel> CreateAsync(string id, params StoredNode[] nodes)
    {
        TestKernel kernel = new(id);
        Assert.True(await Store.CreateAsync(kernel.Creation(nodes)));
        return kernel;
    }

    private static (ulong Position, string Bytes, Hash Chain) Describe(JournalRecord record) =>
        (record.Position, Convert.ToHexString(record.Bytes.Span), record.Chain);
}
