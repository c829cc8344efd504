using System.Text.Json;
using Granary.Vms.Nock;

namespace Granary.Vms.Tests.Nock;

/// <summary>Guards migration: however a run is cut, saved and restored, it ends the same.</summary>
public sealed class NockCutAnywhereTests
{
    /// <summary>Longer runs than this are cut at random points.</summary>
    private const long MeterCutEverywhereMax = 300;

    private static readonly string[] _files = ["eval-rules", "eval-programs", "eval-random"];

    public static TheoryData<string> Files => [.. _files];

    [Theory, MemberData(nameof(Files))]
    public void A_run_cut_at_every_safe_point_ends_as_the_whole_run(string file)
    {
        foreach (JsonElement vector in NockVectors.All(file))
        {
            if (vector.GetProperty("meter").GetInt64() > MeterCutEverywhereMax)
            {
                continue;
            }
            string whole = Run(vector).Run();
            NockTestRun stepped = Run(vector);
            Assert.True(whole == stepped.Run(() => 1, save: true), vector.Text("name"));
            NockTestRun restored = Run(vector);
            Assert.True(whole == restored.Run(() => 1, restore: true), vector.Text("name"));
            // Not only the end: whatever is saved is the same with and without a restore before.
            Assert.True(stepped.Saved.SequenceEqual(restored.Saved), vector.Text("name"));
        }
    }

    [Theory, MemberData(nameof(Files))]
    public void A_run_cut_at_random_points_ends_as_the_whole_run(string file)
    {
        foreach (JsonElement vector in NockVectors.All(file).Where(v => v.GetProperty("meter").GetInt64() > 100))
        {
            string whole = Run(vector).Run();
            long most = Math.Max(200, vector.GetProperty("meter").GetInt64() * NockGas.Step / 5);
            for (int seed = 0; seed < 3; seed++)
            {
                Random random = new(seed);
                string cut = Run(vector).Run(() => random.NextInt64(1, most), restore: true);
                Assert.True(whole == cut, $"{vector.Text("name")}, seed {seed}: {whole} and {cut}");
            }
        }
    }

    [Fact]
    public void The_nouns_are_counted_at_the_same_points_however_a_run_is_cut()
    {
        // Small limits, so that there are many counts and the last of them is too much.
        VmLimits limits = VmLimits.Default with { SnapshotBytesMax = 40_000 };
        byte[] code = NockTestRun.GateOf(
            Atom.Zero, NounText.Parse("[8 [1 0] 8 [1 9 2 10 [6 [0 6] 0 6] 0 1] 9 2 0 1]"));
        string whole = new NockTestRun(code, "kick", []) { Limits = limits }.Run();
        Assert.Contains("LimitExceeded", whole, StringComparison.Ordinal);
        for (int seed = 0; seed < 40; seed++)
        {
            Random random = new(seed);
            NockTestRun run = new(code, "kick", []) { Limits = limits };
            string cut = run.Run(() => random.Next(1, 20_000), restore: true);
            Assert.True(whole == cut, $"seed {seed}: {whole} and {cut}");
        }
    }

    [Theory]
    // Nouns that grow by sharing, a list that grows, and garbage without end, which is counted and let go.
    [InlineData("[8 [1 0] 8 [1 9 2 10 [6 [0 6] 0 6] 0 1] 9 2 0 1]", "LimitExceeded")]
    [InlineData("[8 [1 0] 8 [1 9 2 10 [6 [1 1 2 3] 0 6] 0 1] 9 2 0 1]", "LimitExceeded")]
    [InlineData("[8 [1 2.000] 8 [1 8 [[0 6] [0 6] 0 6] 9 2 10 [6 4 0 14] 0 3] 9 2 0 1]", "OutOfGas")]
    public void A_cut_anywhere_near_the_limit_of_memory_does_not_move_it(string formula, string trap)
    {
        VmLimits limits = VmLimits.Default with { SnapshotBytesMax = 20_000 };
        byte[] code = NockTestRun.GateOf(Atom.Zero, NounText.Parse(formula));
        NockTestRun whole = new(code, "kick", []) { Limits = limits, MessageGas = 1_000_000 };
        string end = whole.Run();
        Assert.Contains(trap, end, StringComparison.Ordinal);
        // Each safe point of the last steps, the count that finds too much among them.
        for (long back = 1; back <= 4_000; back += NockGas.Step)
        {
            long first = whole.GasUsed - back;
            NockTestRun cut = new(code, "kick", []) { Limits = limits, MessageGas = 1_000_000 };
            long next = first;
            string restored = cut.Run(
                () => Interlocked.Exchange(ref next, long.MaxValue), restore: true);
            Assert.True(end == restored, $"cut {back} gas before the end: {end} and {restored}");
        }
        // And with a save and a restore every dozen steps of the whole way.
        NockTestRun stepped = new(code, "kick", []) { Limits = limits, MessageGas = 1_000_000 };
        Assert.Equal(end, stepped.Run(() => 200, restore: true));
    }

    [Fact]
    public void A_count_lets_go_of_the_frames_that_are_done_with()
    {
        NockState state = new(new NockLimits(VmLimits.Default with { SnapshotBytesMax = 20_000 }));
        state.Begin(Atom.Zero, NounText.Parse("[0 1]"));
        for (int i = 0; i < 3; i++)
        {
            state.Frames[i] = new NockFrame { Formula = NockFormula.Of(state.Formula), A = state.Formula };
        }
        state.Depth = 1;
        state.Allocated = state.SweepAt;
        Assert.True(state.Sweep());
        Assert.NotNull(state.Frames[0].A);
        Assert.Null(state.Frames[1].A);
        Assert.Null(state.Frames[2].Formula);
    }

    [Fact]
    public void What_is_shared_stays_shared()
    {
        // A list of doubles: 60 cells that would be 2^60 if they were not shared.
        Noun noun = Atom.Zero;
        for (int i = 0; i < 60; i++)
        {
            noun = new Cell(noun, noun);
        }
        byte[] code = NockTestRun.GateOf(noun, NounText.Parse("[5 [[0 1] 0 1] [0 1] 0 1]"));
        string whole = new NockTestRun(code, "text", []).Run();
        NockTestRun cut = new(code, "text", []);
        Assert.Equal(whole, cut.Run(() => 1, restore: true));
        Assert.All(cut.Saved, s => Assert.InRange(s.Length, 0, 2_000));
        // Copies that share nothing are equal at a price of as many pairs as there are cells.
        Noun copy = NounJam.Cue(NounJam.Jam(noun));
        long work = 10_000;
        Assert.Equal(true, NounEquality.Same(noun, copy, ref work));
    }

    private static NockTestRun Run(JsonElement vector) =>
        new(NockTestRun.GateOf(vector.ReadNoun("subject"), vector.ReadNoun("formula")), "measure", []);
}
