using Granary.Vms.Script;

namespace Granary.Vms.Tests.Script;

/// <summary>Guards migration: however a run is cut, saved and restored, it ends the same.</summary>
public sealed class ScriptCutAnywhereTests
{
    /// <summary>Longer runs than this are cut at random points.</summary>
    private const int SlicesCutEverywhereMax = 2_000;

    private const int RandomRuns = 5;
    private const int LimitsTried = 40;
    private const int RandomPrograms = 2_000;

    public static IEnumerable<object[]> Vectors => ScriptConformanceTests.Vectors;

    [Theory, MemberData(nameof(Vectors))]
    public void A_run_cut_at_every_safe_point_ends_as_the_whole_run(string file, string name)
    {
        ScriptVector vector = ScriptConformanceTests.Find(file, name);
        string whole = vector.Expect.ToString();
        ScriptDriver stepped = ScriptDriver.For(vector, sliceGas: () => 1);
        Assert.Equal(whole, stepped.Run().ToString());
        if (stepped.Slices <= SlicesCutEverywhereMax)
        {
            Assert.Equal(whole, ScriptDriver.For(vector, sliceGas: () => 1, cuts: () => true).Run().ToString());
        }
    }

    [Theory, MemberData(nameof(Vectors))]
    public void A_run_cut_at_random_points_ends_as_the_whole_run(string file, string name)
    {
        ScriptVector vector = ScriptConformanceTests.Find(file, name);
        for (int seed = 0; seed < RandomRuns; seed++)
        {
            Random random = new(seed);
            ScriptDriver cut = ScriptDriver.For(vector, () => random.Next(1, 3_000), () => random.Next(4) == 0);
            string outcome = cut.Run().ToString();
            Assert.True(vector.Expect.ToString() == outcome, $"seed {seed}: {outcome}");
        }
    }

    [Theory, MemberData(nameof(Vectors))]
    public void Running_out_of_gas_is_the_same_however_the_run_is_cut(string file, string name)
    {
        ScriptVector vector = ScriptConformanceTests.Find(file, name);
        if (vector.PayloadTimes > 1)
        {
            return;
        }
        // Steps that are no multiple of any price, so that limits fall inside instructions.
        long step = Math.Max(1, vector.Expect.Gas / LimitsTried);
        for (long limit = 0; limit <= vector.Expect.Gas + step; limit += step)
        {
            ScriptOutcome whole = ScriptDriver.For(vector, messageGas: limit).Run();
            Random random = new(1);
            ScriptDriver cut = ScriptDriver.For(vector, () => random.Next(1, 500), () => random.Next(4) == 0, limit);
            Assert.True(whole.ToString() == cut.Run().ToString(), $"limit {limit}");
            // Each message received brings the limit anew.
            int messages = 1 + vector.Answers.Count(a => a.Kind == "received");
            Assert.True(whole.Gas <= limit * messages, $"limit {limit}, used {whole.Gas}");
        }
    }

    [Fact]
    public void Random_programs_end_the_same_however_they_are_cut()
    {
        HashSet<string> ends = [];
        for (int seed = 0; seed < RandomPrograms; seed++)
        {
            ScriptVector vector = ScriptRandomPrograms.Make(new Random(seed));
            byte[] code = ScriptVectors.Compile(vector);
            string text = new ScriptEngine().Disassemble(code);
            Assert.True(code.AsSpan().SequenceEqual(ScriptAssembler.Assemble(text, VmLimits.Default)), $"seed {seed}");
            ScriptOutcome whole = ScriptDriver.Whole(vector);
            Random random = new(seed);
            ScriptDriver cut = ScriptDriver.For(vector, () => random.Next(1, 400), () => random.Next(4) == 0);
            Assert.True(whole.ToString() == cut.Run().ToString(), $"seed {seed}");
            ends.Add(whole.Trap ?? whole.Exit);
        }
        // The programs are worth something only when they end in every way that there is.
        Assert.Superset(new HashSet<string>
        {
            "halted", "reverted", "suspended", "BadOperand", "LimitExceeded", "OutOfGas",
        }, ends);
    }
}
