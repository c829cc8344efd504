using Granary.Kernels;

namespace Granary.Stores.Tests;

public sealed class FaultStoreTests : IDisposable
{
    private readonly SqliteFolder _folder = new();
    private readonly MemoryStore _memory = new(TestNodes.ChildLinks);
    private readonly byte[] _code = [1, 2, 3];

    public void Dispose() => _folder.Dispose();

    /// <summary>Writes: 1 code, 2 creation, 3 activation, 4 and 5 appends.</summary>
    [Theory]
    [InlineData(0, FaultMode.Fail, "code, epoch 2, 3 entries")]
    [InlineData(1, FaultMode.CrashBefore, "nothing")]
    [InlineData(1, FaultMode.CrashAfter, "code")]
    [InlineData(2, FaultMode.CrashBefore, "code")]
    [InlineData(2, FaultMode.CrashTorn, "nothing")]
    [InlineData(2, FaultMode.CrashAfter, "code, epoch 1, 1 entries")]
    [InlineData(3, FaultMode.CrashBefore, "code, epoch 1, 1 entries")]
    [InlineData(3, FaultMode.CrashTorn, "code, epoch 1, 1 entries")]
    [InlineData(3, FaultMode.CrashAfter, "code, epoch 2, 1 entries")]
    [InlineData(4, FaultMode.CrashTorn, "code, epoch 2, 1 entries")]
    [InlineData(4, FaultMode.CrashAfter, "code, epoch 2, 2 entries")]
    [InlineData(5, FaultMode.CrashBefore, "code, epoch 2, 2 entries")]
    [InlineData(5, FaultMode.CrashAfter, "code, epoch 2, 3 entries")]
    public async Task What_survives_a_crash_is_what_the_mode_says(long boundary, FaultMode mode, string survives)
    {
        foreach (Func<IKernelStore> open in new Func<IKernelStore>[] { () => _memory, _folder.Open })
        {
            FaultStore store = new(open, new FaultPlan(boundary, mode, Count: 0));
            if (boundary == 0)
            {
                await RunAsync(store);
                Assert.Equal(5, store.Boundaries);
            }
            else
            {
                StoreCrashedException crash = await Assert.ThrowsAsync<StoreCrashedException>(() => RunAsync(store));
                Assert.Equal(boundary, crash.Boundary);
                Assert.True(store.IsCrashed);
            }
            await using IKernelStore recovered = await store.RecoverAsync();
            Assert.Equal(survives, await DescribeAsync(recovered));
            Assert.Throws<StoreCrashedException>(() => store.GetNode(default));
            await Assert.ThrowsAsync<StoreCrashedException>(async () => await store.ListAsync(new KernelQuery()));
            await Assert.ThrowsAsync<StoreCrashedException>(async () => await store.AppendAsync([]));
        }
    }

    [Fact]
    public async Task A_failing_medium_refuses_for_a_while_and_loses_nothing()
    {
        await using FaultStore store = new(() => _memory, new FaultPlan(2, FaultMode.Fail, Count: 3, StoreFault.Full));
        TestKernel kernel = new("a");
        await store.CreateAsync(kernel.Creation());
        KernelAppend append = kernel.Append("x");

        for (int i = 0; i < 3; i++)
        {
            StoreException refused =
                await Assert.ThrowsAsync<StoreException>(async () => await store.AppendAsync([append]));
            Assert.Equal(StoreFault.Full, refused.Fault);
            Assert.Equal("1:checkpoint 1", await store.JournalTextAsync(kernel.Id));
        }
        Assert.Equal(AppendStatus.Done, await store.AppendAsync(append));
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_is_settled_by_asking_again()
    {
        FaultStore store = new(_folder.Open, new FaultPlan(2, FaultMode.CrashAfter));
        TestKernel kernel = new("a");
        await store.CreateAsync(kernel.Creation());
        KernelAppend append = kernel.Append("x");
        await Assert.ThrowsAsync<StoreCrashedException>(async () => await store.AppendAsync([append]));

        await using IKernelStore recovered = await store.RecoverAsync();

        Assert.Equal(AppendStatus.Done, await recovered.AppendAsync(append));
        Assert.Equal("1:checkpoint 1 2:x", await recovered.JournalTextAsync(kernel.Id));
    }

    private async Task RunAsync(FaultStore store)
    {
        TestKernel kernel = new("a") { CodeHash = Hash.Of(_code) };
        await store.PutCodeAsync(kernel.CodeHash, _code);
        Assert.NotNull(await store.GetCodeAsync(kernel.CodeHash));
        await store.CreateAsync(kernel.Creation());
        kernel.Epoch = (await store.ActivateAsync(kernel.Id))!.Epoch;
        await store.AppendAsync([kernel.Append("x")]);
        await store.AppendAsync([kernel.Append("y")]);
    }

    private async Task<string> DescribeAsync(IKernelStore store)
    {
        List<string> parts = [];
        if (await store.GetCodeAsync(Hash.Of(_code)) is not null)
        {
            parts.Add("code");
        }
        KernelId id = KernelId.Parse("a");
        if (await store.FindAsync(id) is StoredKernel kernel)
        {
            parts.Add($"epoch {(await store.ActivateAsync(id))!.Epoch - 1}");
            parts.Add($"{kernel.Position} entries");
            Assert.Equal((int)kernel.Position, (await store.JournalAsync(id)).Count);
        }
        return parts.Count == 0 ? "nothing" : string.Join(", ", parts);
    }
}
