using Granary.Grains;
using Granary.Kernels;
using Granary.Silo;
using Granary.Tests;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

public sealed class BalancerTests
{
    private static readonly KernelGrainOptions s_balanced = Still with
    {
        BalanceEvery = TimeSpan.FromMilliseconds(500), BalanceDwellMin = TimeSpan.FromMilliseconds(100),
    };

    [PostgresFact]
    public async Task Endless_programs_spread_over_a_silo_that_joins()
    {
        const int loops = 6;
        await using TestCluster cluster = await StartAsync(1, s_balanced);
        for (int i = 0; i < loops; i++)
        {
            await DeployAsync(cluster[0].Host, $"loop{i}");
            await SendAsync(cluster[0].Host, $"loop{i}", "spin");
        }
        await UntilAsync("all run", () => Task.FromResult(cluster[0].Kernels.Count == loops));
        SiloNode second = await cluster.AddAsync();
        await UntilAsync("half are there", () => Task.FromResult(
            second.Kernels.Count == loops / 2 && cluster[0].Kernels.Count == loops / 2));
        // Some may have come when the directory was divided anew. This one can only be sent back by the balancer.
        long before = cluster.Silos.Sum(s => s.Kernels.Balanced);
        await UntilAsync("one is sent to the wrong side", () => SendOverAsync(cluster, loops));
        await UntilAsync("the balancer evens it out", () => Task.FromResult(
            cluster.Silos.Sum(s => s.Kernels.Balanced) > before && second.Kernels.Count == loops / 2));
        for (int i = 0; i < loops; i++)
        {
            await cluster[i % 2].Host.CancelAsync(Id($"loop{i}"));
            await VerifyAsync(cluster[0].Host, $"loop{i}");
        }
    }

    [PostgresFact]
    public async Task Kernels_that_do_nothing_spread_too_and_calls_find_them()
    {
        const int kernels = 300;
        await using TestCluster cluster = await StartAsync(1, s_balanced);
        await Task.WhenAll(Enumerable.Range(0, kernels).Select(async i =>
        {
            await DeployAsync(cluster[0].Host, $"k{i}");
            await AddAsync(cluster[0].Host, $"k{i}", i);
        }));
        SiloNode second = await cluster.AddAsync();
        await UntilAsync("many are there", () => Task.FromResult(second.Kernels.Count >= kernels / 4));
        for (int i = 0; i < kernels; i++)
        {
            Assert.Equal(i + 1, await AddAsync(cluster[i % 2].Host, $"k{i}", 1));
        }
    }

    /// <summary>Migrates a kernel from the second silo to the first. False when the balancer has them all moving.
    /// </summary>
    private static async Task<bool> SendOverAsync(TestCluster cluster, int loops)
    {
        for (int i = 0; i < loops; i++)
        {
            if ((await cluster[0].Cluster.FindAsync(Id($"loop{i}"))).Silo == "silo-2")
            {
                try
                {
                    await cluster[0].Cluster.MigrateAsync(Id($"loop{i}"), "silo-1").WaitAsync(Limit);
                    return true;
                }
                catch (KernelHostException error) when (error.Error == KernelHostError.WrongStatus)
                {
                    // It is on its way, or there, by now.
                    continue;
                }
            }
        }
        return false;
    }
}
