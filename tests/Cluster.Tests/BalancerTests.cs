using Granary.Grains;
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
        await UntilAsync("half are there", () => Task.FromResult(second.Kernels.Count == loops / 2));
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
}
