using System.Diagnostics;
using Granary.Kernels;
using Granary.Silo;
using Granary.Tests;
using Xunit.Abstractions;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

public sealed class SiloLossTests(ITestOutputHelper output)
{
    [PostgresFact]
    public async Task A_silo_that_stops_sends_its_running_kernels_to_the_others()
    {
        await using TestCluster cluster = await StartAsync(2);
        SiloNode stays = cluster[0];
        SiloNode stops = cluster[1];
        for (int i = 0; i < 8; i++)
        {
            await DeployAsync(stays.Host, $"k{i}");
            await AddAsync(stays.Host, $"k{i}", i);
        }
        await SendAsync(stays.Host, "k7", "spin");
        await UntilAsync("k7 runs", async () =>
            (await stays.Host.GetAsync(Id("k7"))).Status == KernelStatus.Running);
        // Placement may have put all of them at the silo that stays: those that must be carried are sent to the other.
        for (int i = 1; i < 8; i++)
        {
            if ((await stays.Cluster.FindAsync(Id($"k{i}"))).Silo == "silo-1")
            {
                await stays.Cluster.MigrateAsync(Id($"k{i}"), "silo-2").WaitAsync(Limit);
            }
        }
        for (int i = 1; i < 7; i++)
        {
            // What is stored with a checkpoint has nothing to carry; this is not.
            await AddAsync(stays.Host, $"k{i}", 0);
        }
        using CancellationTokenSource enough = new();
        Task<int> calls = Task.Run(async () =>
        {
            int done = 0;
            for (; !enough.IsCancellationRequested; done++)
            {
                await AddAsync(stays.Host, "k0", 1);
            }
            return done;
        });
        long carriedBefore = stays.Kernels.Arrivals;
        await cluster.StopAsync(stops).WaitAsync(Limit);
        await enough.CancelAsync();
        int done = await calls;
        Assert.True(stays.Kernels.Arrivals > carriedBefore, "nothing was carried");
        Assert.Equal(done, await AddAsync(stays.Host, "k0", 0));
        for (int i = 1; i < 7; i++)
        {
            Assert.Equal(i, await AddAsync(stays.Host, $"k{i}", 0));
        }
        long before = (await stays.Host.GetAsync(Id("k7"))).GasSpent;
        await UntilAsync("k7 runs on", async () => (await stays.Host.GetAsync(Id("k7"))).GasSpent > before);
        await stays.Host.CancelAsync(Id("k7"));
        await VerifyAsync(stays.Host, "k7");
    }

    [PostgresFact]
    public async Task The_kernels_of_a_killed_silo_go_on_at_another_without_being_called()
    {
        await using TestCluster cluster = await StartAsync(1);
        SiloNode survivor = cluster[0];
        await using SiloProcess killed = await SiloProcess.StartAsync(cluster, "silo-k");
        await UntilAsync("both are known", () => Task.FromResult(survivor.Members.Active.Count == 2));
        foreach (string id in new[] { "loop", "sleeper", "counter" })
        {
            await DeployAsync(survivor.Host, id);
            await AddAsync(survivor.Host, id, 5);
            if ((await survivor.Cluster.FindAsync(Id(id))).Silo != "silo-k")
            {
                await survivor.Cluster.MigrateAsync(Id(id), "silo-k").WaitAsync(Limit);
            }
        }
        await SendAsync(survivor.Host, "loop", "spin");
        await SendAsync(survivor.Host, "sleeper", "doze");
        await UntilAsync("the loop has been checkpointed in mid-run", async () =>
            (await survivor.Host.ListSnapshotsAsync(Id("loop"))).Any(s => s.HalfDone));
        long before = (await survivor.Host.GetAsync(Id("loop"))).GasSpent;
        killed.Kill();
        long killedAt = Stopwatch.GetTimestamp();
        // Nobody asks the loop or the sleeper: only the store is looked at.
        Task<long> call = AddAsync(survivor.Host, "counter", 1, key: "once");
        await UntilAsync("the loop runs at the survivor", async () =>
            survivor.Kernels.Count >= 2 && (await survivor.Host.GetAsync(Id("loop"))).GasSpent > before);
        await UntilAsync("the sleeper has woken", async () =>
            (await survivor.Host.GetAsync(Id("sleeper"))).Status == KernelStatus.Idle);
        Assert.Equal(1_005, await AddAsync(survivor.Host, "sleeper", 0));
        Assert.Equal(6, await call);
        output.WriteLine($"all went on {Stopwatch.GetElapsedTime(killedAt).TotalSeconds:0.0} s after the kill");
        Assert.Equal(6, await AddAsync(survivor.Host, "counter", 0));
        await survivor.Host.CancelAsync(Id("loop"));
        await VerifyAsync(survivor.Host, "loop");
    }

    [PostgresFact]
    public async Task Endless_programs_do_not_keep_a_silo_from_answering()
    {
        await using TestCluster cluster = await StartAsync(1);
        IKernelHost host = cluster[0].Host;
        for (int i = 0; i < 8; i++)
        {
            await DeployAsync(host, $"loop{i}");
            await SendAsync(host, $"loop{i}", "spin");
        }
        await DeployAsync(host, "counter");
        for (int i = 1; i <= 20; i++)
        {
            Assert.Equal(i, await AddAsync(host, "counter", 1));
        }
        Assert.Single(cluster[0].Members.Active);
    }
}
