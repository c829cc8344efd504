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
