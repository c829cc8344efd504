namespace Granary.Kernels.Tests;

/// <summary>Exactly once, whatever networks and machines do. GRANARY_SIM_SEEDS=n runs n seeds.</summary>
public sealed class SimulationTests
{
    private static int Seeds =>
        int.TryParse(Environment.GetEnvironmentVariable("GRANARY_SIM_SEEDS"), out int seeds) ? seeds : 12;

    [Fact]
    public void A_troubled_world_ends_with_the_same_data_as_a_calm_one()
    {
        int crashes = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            string calm = new SimWorld(seed, trouble: 0).Run();
            SimWorld world = new(seed, trouble: seed % 3 * 0.15 + 0.05);
            string troubled;
            try
            {
                troubled = world.Run();
            }
            catch (Exception error)
            {
                Assert.Fail($"seed {seed}: {error}");
                return;
            }
            crashes += world.Crashes;
            Assert.True(calm == troubled, $"seed {seed}:\n{troubled}\ninstead of\n{calm}");
        }
        Assert.True(crashes >= Seeds, $"only {crashes} crashes");
    }
}
