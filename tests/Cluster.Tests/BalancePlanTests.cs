using Granary.Grains;

namespace Granary.Cluster.Tests;

public sealed class BalancePlanTests
{
    [Theory]
    [InlineData(new double[] { 4, 0, 0 }, new[] { 2, 1, 1 })]
    [InlineData(new double[] { 2, 0, 0 }, new[] { 1, 1, 0 })]
    [InlineData(new double[] { 9, 0, 3 }, new[] { 4, 4, 4 })]
    [InlineData(new double[] { 2, 1, 1 }, new[] { 2, 1, 1 })]
    [InlineData(new double[] { 1, 0, 0 }, new[] { 1, 0, 0 })]
    [InlineData(new double[] { 0, 0 }, new[] { 0, 0 })]
    [InlineData(new[] { 2.3, 1.9 }, new[] { 2, 2 })]
    public void Machines_that_compete_are_evened_out(double[] runnable, int[] after)
    {
        double[] now = [.. runnable];
        foreach (BalanceMove move in Plan(runnable))
        {
            now[move.From] -= move.Runnable;
            now[move.To] += move.Runnable;
            Assert.Equal(0, move.Others);
        }
        Assert.Equal(after, now.Select(n => (int)Math.Round(n)));
        Assert.Empty(Plan(now));
    }

    [Fact]
    public void A_silo_with_more_threads_takes_more()
    {
        BalanceMove move = Assert.Single(BalancePlan.Make([new SiloLoad(8, 1, 8), new SiloLoad(0, 3, 0)]));
        Assert.Equal(new BalanceMove(0, 1, 6, 0), move);
    }

    [Theory]
    [InlineData(1_000, 0, 500)]
    [InlineData(100_000, 10, 1_000)]
    [InlineData(100, 0, 0)]
    [InlineData(1_000, 800, 0)]
    public void Memory_is_evened_out_when_it_is_worth_it(int here, int there, int others)
    {
        IReadOnlyList<BalanceMove> moves = BalancePlan.Make([new SiloLoad(0, 1, here), new SiloLoad(0, 1, there)]);
        Assert.Equal(others, moves.Sum(m => m.Others));
    }

    [Fact]
    public void No_plan_sends_to_and_fro()
    {
        Random random = new(7);
        for (int round = 0; round < 1_000; round++)
        {
            SiloLoad[] silos = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ =>
                new SiloLoad(random.Next(40), random.Next(1, 5), random.Next(5_000)))];
            double Worst(IEnumerable<SiloLoad> of) => of.Max(s => s.Runnable / s.Threads);
            SiloLoad[] after = [.. silos];
            foreach (BalanceMove move in BalancePlan.Make(silos))
            {
                after[move.From] = after[move.From] with { Runnable = after[move.From].Runnable - move.Runnable };
                after[move.To] = after[move.To] with { Runnable = after[move.To].Runnable + move.Runnable };
            }
            Assert.True(Worst(after) <= Worst(silos));
            Assert.All(after, s => Assert.True(s.Runnable >= 0));
            Assert.DoesNotContain(BalancePlan.Make(after), m => m.Runnable > 0);
        }
    }

    private static IReadOnlyList<BalanceMove> Plan(IEnumerable<double> runnable) =>
        BalancePlan.Make([.. runnable.Select(r => new SiloLoad(r, 1, (int)r))]);
}
