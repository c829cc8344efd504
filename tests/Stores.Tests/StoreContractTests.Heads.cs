using Granary.Kernels;

namespace Granary.Stores.Tests;

public abstract partial class StoreContractTests
{
    [StoreFact]
    public async Task The_first_the_named_and_the_newest_checkpoints_are_kept()
    {
        TestKernel kernel = await CreateAsync("a");
        for (int i = 2; i <= 13; i++)
        {
            string? name = i == 3 ? "keep" : null;
            KernelAppend append = kernel.Checkpoint(name, false, TestNodes.Make($"state {i}"));
            Assert.Equal(AppendStatus.Done, await Store.AppendAsync(append));
        }
        Assert.Equal("1 3keep 6 7 8 9 10 11 12 13", await Store.HeadsTextAsync(kernel.Id));
    }

    [StoreFact]
    public async Task Half_done_checkpoints_are_kept_while_newest_or_named()
    {
        TestKernel kernel = await CreateAsync("a");
        for (int i = 2; i <= 12; i++)
        {
            string? name = i == 4 ? "half" : null;
            await Store.AppendAsync(kernel.Checkpoint(name, i % 2 == 0, TestNodes.Make($"state {i}")));
        }
        Assert.Equal("1 3 4~half 5 7 9 11 12~", await Store.HeadsTextAsync(kernel.Id));
        KernelHead newest = (await Store.ActivateAsync(kernel.Id))!.Head;
        Assert.Equal((12UL, TestNodes.Make("state 12").Hash), (newest.Position, newest.WorkRoot));

        kernel.Epoch = 2;
        for (int i = 13; i <= 16; i++)
        {
            await Store.AppendAsync(kernel.Checkpoint(TestNodes.Make($"state {i}")));
        }
        Assert.Equal("1 4~half 5 7 9 11 13 14 15 16", await Store.HeadsTextAsync(kernel.Id));
    }

    [StoreFact]
    public async Task A_checkpoint_name_is_given_once_per_kernel()
    {
        TestKernel a = await CreateAsync("a");
        TestKernel b = await CreateAsync("b");
        StoredNode root = TestNodes.Make("again");
        await Store.AppendAsync(a.Checkpoint("good", false, TestNodes.Make("state")));
        KernelAppend again = a.Checkpoint("good", false, root);

        IReadOnlyList<AppendStatus> statuses =
            await Store.AppendAsync([again, b.Checkpoint("good", false, TestNodes.Make("state"))]);

        Assert.Equal([AppendStatus.NameTaken, AppendStatus.Done], statuses);
        Assert.False(Store.HasNode(root.Hash));
        Assert.Equal("1 2good", await Store.HeadsTextAsync(a.Id));
        Assert.Equal(2UL, (await Store.FindAsync(a.Id))?.Position);
        Assert.Equal(
            AppendStatus.Done,
            await Store.AppendAsync(again with { Checkpoint = again.Checkpoint! with { Name = "better" } }));
    }

    [StoreFact]
    public async Task A_checkpoint_may_stand_inside_its_batch()
    {
        TestKernel kernel = await CreateAsync("a");
        KernelAppend append = kernel.Checkpoint(TestNodes.Make("state"));

        Assert.Equal(
            AppendStatus.Done,
            await Store.AppendAsync(append with { Entries = [.. append.Entries, kernel.Entry("after")] }));
        Assert.Equal("1 2", await Store.HeadsTextAsync(kernel.Id));
        Assert.Equal("3:after", await Store.JournalTextAsync(kernel.Id, 2));
    }

    [StoreFact]
    public async Task Lists_come_in_the_order_of_ids_and_in_pages()
    {
        foreach (string id in new[] { "b", "a-1", "a.1", "a", "a1", "a_1", "0" })
        {
            await CreateAsync(id);
        }
        Assert.Equal("0 a a-1 a.1 a1 a_1 b", await Store.IdsAsync(new KernelQuery()));
        Assert.Equal("0 a a-1", await Store.IdsAsync(new KernelQuery { Limit = 3 }));
        Assert.Equal("a.1 a1", await Store.IdsAsync(new KernelQuery { Limit = 2, After = KernelId.Parse("a-1") }));
        Assert.Equal("", await Store.IdsAsync(new KernelQuery { Limit = 0 }));
        Assert.Equal("", await Store.IdsAsync(new KernelQuery { After = KernelId.Parse("b") }));
    }

    [StoreFact]
    public async Task Work_and_due_kernels_are_found()
    {
        (string Id, long? WakeAt, bool HasWork)[] kernels =
        [
            ("a", null, false), ("b", 100, false), ("c", 200, true), ("d", null, true), ("e", 50, true),
            ("f", 100, true),
        ];
        foreach ((string id, long? wakeAt, bool hasWork) in kernels)
        {
            TestKernel kernel = new(id) { Summary = new(KernelStatus.Idle, 1, wakeAt, hasWork, 0, 0) };
            await Store.CreateAsync(kernel.Creation());
            if (id == "f")
            {
                await Store.AppendAsync(kernel.Delete());
            }
        }
        Assert.Equal("c d e", await Store.IdsAsync(new KernelQuery { WithWorkOnly = true }));
        Assert.Equal("b e", await Store.IdsAsync(new KernelQuery { DueAt = 100 }));
        Assert.Equal("", await Store.IdsAsync(new KernelQuery { DueAt = 49 }));
        Assert.Equal("c e", await Store.IdsAsync(new KernelQuery { DueAt = 200, WithWorkOnly = true }));
        Assert.Equal("e", await Store.IdsAsync(new KernelQuery { DueAt = 200, After = KernelId.Parse("c") }));
        Assert.Equal("b e f", await Store.IdsAsync(new KernelQuery { DueAt = 100, IncludeDeleted = true }));
        Assert.Equal("d", await Store.IdsAsync(
            new KernelQuery { WithWorkOnly = true, After = KernelId.Parse("c"), Limit = 1 }));
    }

    [StoreFact]
    public async Task Threads_append_to_their_kernels_while_others_read()
    {
        const int batches = 60;
        TestKernel[] kernels = [await CreateAsync("a"), await CreateAsync("b"), await CreateAsync("c")];
        StoredNode[] roots = [.. Enumerable.Range(0, batches).Select(i => TestNodes.Make($"state {i}"))];
        using CancellationTokenSource done = new();
        Task[] readers = [.. kernels.Select(kernel => Task.Run(() => ReadUntilAsync(kernel, done.Token)))];

        await Task.WhenAll(kernels.Select(kernel => Task.Run(async () =>
        {
            for (int i = 0; i < batches; i++)
            {
                KernelAppend append = i % 4 == 0 ? kernel.Checkpoint(roots[i]) : kernel.Append($"{i}", $"{i}!");
                Assert.Equal(AppendStatus.Done, await Store.AppendAsync(append));
                Assert.True(i % 4 != 0 || Store.HasNode(roots[i].Hash));
            }
        })));
        await done.CancelAsync();
        await Task.WhenAll(readers);

        foreach (TestKernel kernel in kernels)
        {
            Assert.Equal((int)kernel.Position, (await Store.JournalAsync(kernel.Id)).Count);
        }
    }

    private async Task ReadUntilAsync(TestKernel kernel, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            Hash chain = default;
            ulong position = 0;
            foreach (JournalRecord record in await Store.JournalAsync(kernel.Id))
            {
                chain = JournalRecord.ChainAfter(chain, record.Bytes.Span);
                Assert.Equal((++position, chain), (record.Position, record.Chain));
            }
            foreach (StoredHead head in await Store.ListHeadsAsync(kernel.Id, CancellationToken.None))
            {
                Assert.True(Store.HasNode(head.Head.Root));
            }
        }
    }
}
