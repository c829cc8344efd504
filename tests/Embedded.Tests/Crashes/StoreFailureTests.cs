using Granary.Kernels;
using Granary.Stores;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>
/// A medium that refuses for a while or for good: who asks is told, nothing is lost, work goes on by itself.
/// </summary>
public sealed class StoreFailureTests
{
    [Theory]
    [InlineData(StoreFault.Full)]
    [InlineData(StoreFault.ReadOnly)]
    [InlineData(StoreFault.Failed)]
    public async Task A_medium_that_refuses_for_a_while_loses_nothing(StoreFault fault)
    {
        MemoryStore medium = new();
        FaultStore store = new(() => medium, new FaultPlan(30, FaultMode.Fail, Count: 25, fault));
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(store, Engines.All);
        await host.DeployScriptAsync("i", Programs.Inbox);
        await host.DeployMovaAsync("m", Programs.Endless);
        await host.StartAsync("m");
        int refused = 0;
        for (int n = 1; n <= 60; n++)
        {
            bool isDone = false;
            while (!isDone)
            {
                try
                {
                    await host.AskAsync("i", "put", $"{n}", $"k{n}");
                    isDone = true;
                }
                catch (KernelHostException error)
                {
                    Assert.Equal(KernelHostError.Store, error.Error);
                    Assert.NotEmpty(error.Advice);
                    refused++;
                }
            }
        }
        Assert.True(refused > 0);
        await host.VerifiesAsync("i");
        Assert.Equal("61", await host.AskAsync("i", "put", "61"));
        int count = await host.CountAsync("m");
        await UntilAsync("the long run goes on", async () => await host.CountAsync("m") > count);
    }

    [Fact]
    public async Task A_folder_in_use_cannot_be_opened_twice_but_afterwards()
    {
        using TempFolder folder = new();
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, Engines.All))
        {
            KernelHostException error = await RefusedAsync(
                KernelHostError.Store, () => EmbeddedHost.OpenAsync(folder.Path, Engines.All));
            Assert.Contains(folder.Path, error.What, StringComparison.Ordinal);
            await host.DeployScriptAsync("a", Programs.Adder);
        }
        await using EmbeddedHost again = await EmbeddedHost.OpenAsync(folder.Path, Engines.All);
        Assert.Equal("1", await again.AskAsync("a", "add", "1"));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_and_a_file_that_is_none_are_refused_and_left_alone()
    {
        using TempFolder folder = new();
        string file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "no folder");
        await RefusedAsync(KernelHostError.Store, () =>
            EmbeddedHost.OpenAsync(Path.Combine(file, "data"), Engines.All));
        string database = Path.Combine(folder.Path, "granary.db");
        await File.WriteAllTextAsync(database, new string('x', 10_000));
        await RefusedAsync(KernelHostError.Store, () => EmbeddedHost.OpenAsync(folder.Path, Engines.All));
        Assert.Equal(10_000, new FileInfo(database).Length);
        File.Delete(database);
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, Engines.All);
    }

    [Fact]
    public async Task A_damaged_journal_takes_only_its_kernel_out_of_service()
    {
        using TempFolder folder = new();
        await using (EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, Engines.All))
        {
            await host.DeployScriptAsync("a", Programs.Adder);
            await host.DeployScriptAsync("b", Programs.Adder);
            await host.AskAsync("a", "add", "1");
        }
        string database = Path.Combine(folder.Path, "granary.db");
        byte[] bytes = await File.ReadAllBytesAsync(database);
        // The middle of the file: whatever page it is, the answer is a refusal, no crash.
        for (int i = bytes.Length / 2; i < bytes.Length / 2 + 4_096; i++)
        {
            bytes[i] ^= 0x55;
        }
        await File.WriteAllBytesAsync(database, bytes);
        try
        {
            await using EmbeddedHost host = await EmbeddedHost.OpenAsync(folder.Path, Engines.All);
            foreach (string id in new[] { "a", "b" })
            {
                try
                {
                    await host.AskAsync(id, "add", "1");
                }
                catch (KernelHostException error)
                {
                    Assert.NotEmpty(error.What);
                }
            }
        }
        catch (KernelHostException error)
        {
            Assert.Equal(KernelHostError.Store, error.Error);
        }
    }
}
