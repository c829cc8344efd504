using System.Globalization;
using Granary.Vms;

namespace Granary.Simulation.Tests;

/// <summary>One seed, one history. Another process is compared in the tests of the command line.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void The_same_seed_gives_the_same_digest_whatever_ran_before_and_whatever_the_culture()
    {
        string first = new Simulator(new SimulationOptions(), BuiltInEngines.All).Run(7).Digest;
        Simulator used = new(new SimulationOptions(), BuiltInEngines.All);
        string other = used.Run(8).Digest;
        string second = InStrangeCulture(() => used.Run(7).Digest);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Fact]
    public void Reading_the_events_does_not_change_them()
    {
        Simulator simulator = new(new SimulationOptions(), BuiltInEngines.All);
        long lines = 0;
        Assert.Equal(simulator.Run(9).Digest, simulator.Run(9, _ => lines++).Digest);
        Assert.True(lines > 1_000);
    }

    [Fact]
    public void Numbers_are_those_of_the_reference()
    {
        // From the authors' reference code: xoshiro256** from the state 1 2 3 4, SplitMix64 from 1234567.
        SimRandom random = new(1, 2, 3, 4);
        Assert.Equal(
            [11_520UL, 0, 1_509_978_240, 1_215_971_899_390_074_240],
            Enumerable.Range(0, 4).Select(_ => random.NextUInt64()).ToArray());
        ulong state = 1_234_567;
        Assert.Equal(
            [6_457_827_717_110_365_317UL, 3_203_168_211_198_807_973],
            Enumerable.Range(0, 2).Select(_ => SimRandom.SplitMix(ref state)).ToArray());
    }

    [Fact]
    public void Faults_have_names_that_read_back()
    {
        Assert.Equal(SimFault.All, SimFaults.Parse(string.Join(',', SimFaults.Names), out _));
        Assert.Equal(SimFault.All & ~SimFault.Crash, SimFaults.Parse("all,-crash", out _));
        Assert.Equal(SimFault.DoubleActivation | SimFault.Drop, SimFaults.Parse("double-activation, drop", out _));
        Assert.Null(SimFaults.Parse("drop,earthquake", out string unknown));
        Assert.Equal("earthquake", unknown);
        Assert.Equal("drop,double-activation", SimFaults.ToText(SimFault.DoubleActivation | SimFault.Drop));
    }

    private static T InStrangeCulture<T>(Func<T> run)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo strange = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        strange.NumberFormat.NegativeSign = "~";
        strange.NumberFormat.NumberDecimalSeparator = ",";
        CultureInfo.CurrentCulture = strange;
        try
        {
            return run();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
