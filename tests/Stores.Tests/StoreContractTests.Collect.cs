using Granary.Kernels;

namespace Granary.Stores.Tests;

public abstract partial class StoreContractTests
{
    [StoreFact]
    public async Task Collecting_keeps_what_checkpoints_reach_and_deletes_the_rest()
    {
        StoredNode shared = TestNodes.Make("shared");
        StoredNode work = TestNodes.Make("work", shared.Hash);
        StoredNode first = TestNodes.Make("first");
        StoredNode second = TestNodes.Make("second", TestNodes.Make("deep").Hash);
        TestKernel kernel = await CreateAsync("a", shared, first);
        await Store.AppendAsync(kernel.Checkpoint("named", false, TestNodes.Make("deep"), second));
        List<StoredNode> states = [];
        for (int i = 0; i < 11; i++)
        {
            states.Add(TestNodes.Make($"state {i}", shared.Hash, TestNodes.Make($"leaf {i}").Hash));
            await Store.AppendAsync(kernel.Checkpoint(TestNodes.Make($"leaf {i}"), states[i]));
        }
        await Store.AppendAsync(kernel.Checkpoint(null, states[10].Hash, work.Hash, work));

        CollectReport report = await Store.CollectAsync();

        Assert.Equal((6L, 0L), (report.NodesDeleted, report.CodeDeleted));
        long bytes = states.Take(3).Sum(state => state.Bytes.Length) + (3 * TestNodes.Make("leaf 0").Bytes.Length);
        Assert.Equal(bytes, report.BytesDeleted);
        for (int i = 0; i < 11; i++)
        {
            Assert.Equal(i >= 3, Store.HasNode(states[i].Hash));
            Assert.Equal(i >= 3, Store.HasNode(TestNodes.Make($"leaf {i}").Hash));
        }
        Assert.All(
            [shared, work, first, second, TestNodes.Make("deep")], node => Assert.True(Store.HasNode(node.Hash)));
        Assert.Equal(5 + (2 * 8), report.NodesKept);
        Assert.Equal(0, (await Store.CollectAsync()).NodesDeleted);
    }

    [StoreFact]
    public async Task Collecting_frees_what_only_a_deleted_kernel_had()
    {
        StoredNode common = TestNodes.Make("common");
        StoredNode own = TestNodes.Make("own", common.Hash);
        TestKernel gone = await CreateAsync("gone", common, own);
        await CreateAsync("stays", common);
        await Store.AppendAsync(gone.Delete());

        Assert.Equal(1, (await Store.CollectAsync()).NodesDeleted);

        Assert.False(Store.HasNode(own.Hash));
        Assert.True(Store.HasNode(common.Hash));
    }

    [StoreFact]
    public async Task Nodes_that_were_deleted_can_be_stored_again()
    {
        StoredNode node = TestNodes.Make("come and go");
        TestKernel gone = await CreateAsync("gone", node);
        await Store.AppendAsync(gone.Delete());
        await Store.CollectAsync();

        await CreateAsync("again", node);

        Assert.Equal(0, (await Store.CollectAsync()).NodesDeleted);
        Assert.True(Store.HasNode(node.Hash));
    }

    [StoreFact]
    public async Task Code_is_kept_while_a_kernel_can_need_it()
    {
        byte[][] codes = [[1], [2], [3], [4]];
        Hash[] hashes = [.. codes.Select(code => Hash.Of(code))];
        foreach (byte[] code in codes)
        {
            await Store.PutCodeAsync(Hash.Of(code), code);
        }
        TestKernel upgraded = new("a") { CodeHash = hashes[0] };
        TestKernel gone = new("b") { CodeHash = hashes[2] };
        await Store.CreateAsync(upgraded.Creation());
        await Store.CreateAsync(gone.Creation());
        await Store.AppendAsync(upgraded.Append("upgrade") with { Code = (TestKernel.Engine, hashes[1]) });
        await Store.AppendAsync(gone.Delete());

        Assert.Equal(1, (await Store.CollectAsync()).CodeDeleted);

        // The journal before the upgrade can be executed again; what was just put waits for its kernel.
        Assert.NotNull(await Store.GetCodeAsync(hashes[0]));
        Assert.NotNull(await Store.GetCodeAsync(hashes[1]));
        Assert.Null(await Store.GetCodeAsync(hashes[2]));
        Assert.NotNull(await Store.GetCodeAsync(hashes[3]));
    }

    [StoreFact]
    public async Task A_copy_shares_nodes_with_its_source_and_outlives_it()
    {
        StoredNode leaf = TestNodes.Make("leaf");
        StoredNode root = TestNodes.Make("root", leaf.Hash);
        TestKernel source = await CreateAsync("source", leaf, root);
        TestKernel exact = new("exact");
        StoredNode changed = TestNodes.Make("changed", leaf.Hash);

        Assert.True(await Store.CreateAsync(exact.CopyOf(root.Hash)));
        await CreateAsync("changed", changed);
        await Store.AppendAsync(source.Delete());

        Assert.Equal(0, (await Store.CollectAsync()).NodesDeleted);
        await Store.AppendAsync(exact.Delete());
        Assert.Equal(1, (await Store.CollectAsync()).NodesDeleted);
        Assert.True(Store.HasNode(leaf.Hash));
    }

    [StoreFact]
    public async Task A_copy_of_a_checkpoint_that_was_collected_is_refused()
    {
        StoredNode leaf = TestNodes.Make("leaf");
        StoredNode root = TestNodes.Make("root", leaf.Hash);
        TestKernel source = await CreateAsync("source", leaf, root);
        await Store.AppendAsync(source.Delete());
        await Store.CollectAsync();

        StoreException refused = await Assert.ThrowsAsync<StoreException>(
            async () => await Store.CreateAsync(new TestKernel("copy").CopyOf(root.Hash)));
        Assert.Contains("copy", refused.What, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StoreException>(
            async () => await Store.CreateAsync(new TestKernel("copy").Creation(TestNodes.Make("new", leaf.Hash))));

        Assert.Null(await Store.FindAsync(KernelId.Parse("copy")));
        await CreateAsync("copy");
    }

    [StoreFact]
    public async Task A_rollback_to_a_checkpoint_that_was_collected_conflicts()
    {
        StoredNode old = TestNodes.Make("old");
        TestKernel kernel = await CreateAsync("a");
        await Store.AppendAsync(kernel.Checkpoint(old));
        for (int i = 0; i < 8; i++)
        {
            await Store.AppendAsync(kernel.Checkpoint(TestNodes.Make($"state {i}")));
        }
        await Store.CollectAsync();
        kernel.Generation = 2;
        kernel.Summary = kernel.Summary with { Generation = 2 };

        Assert.Equal(AppendStatus.Conflict, await Store.AppendAsync(kernel.Checkpoint(null, old.Hash, null)));
    }

    [StoreFact]
    public async Task Collecting_beside_appends_keeps_every_checkpoint_whole()
    {
        StoredNode shared = TestNodes.Make("shared");
        TestKernel[] kernels = [await CreateAsync("a", shared), await CreateAsync("b", shared)];
        using CancellationTokenSource done = new();
        Task collector = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await Store.CollectAsync();
            }
        });
        await Task.WhenAll(kernels.Select(kernel => Task.Run(async () =>
        {
            for (int i = 0; i < 60; i++)
            {
                // Contents come again after they were dropped, and both kernels write the same nodes.
                StoredNode leaf = TestNodes.Make($"leaf {i % 13}");
                await Store.AppendAsync(
                    kernel.Checkpoint(leaf, TestNodes.Make($"state {i % 17}", leaf.Hash, shared.Hash)));
            }
        })));
        await done.CancelAsync();
        await collector;
        await Store.CollectAsync();

        foreach (TestKernel kernel in kernels)
        {
            foreach (StoredHead head in await Store.ListHeadsAsync(kernel.Id))
            {
                ReadOnlyMemory<byte> root = Store.GetNode(head.Head.Root);
                Assert.All(TestNodes.ChildLinks(root), child => Assert.True(Store.HasNode(child)));
            }
        }
    }
}
