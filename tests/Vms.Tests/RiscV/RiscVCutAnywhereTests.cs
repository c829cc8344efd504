namespace Granary.Vms.RiscV.Tests;

/// <summary>However a run is cut, and wherever it is saved and restored: same end, gas, output and bytes.</summary>
public sealed class RiscVCutAnywhereTests
{
    private const int ShortCycles = 700;
    private const int ShortProgramsMax = 12;
    private const int CutsPerProgram = 8;

    private static readonly Lazy<Dictionary<string, RiscVProgramVector>> _directed =
        RiscVVectorFiles.Lines<RiscVProgramVector>("directed.jsonl", v => v.Id);

    private static readonly Lazy<Dictionary<string, RiscVProgramVector>> _cPrograms =
        RiscVVectorFiles.Lines<RiscVProgramVector>("c_programs.jsonl", v => v.Id);

    /// <summary>Programs that end within few instructions, spread over the kinds.</summary>
    public static TheoryData<string> ShortPrograms
    {
        get
        {
            RiscVProgramVector[] all = [.. _directed.Value.Values.Where(v =>
                v.MaxCycles is null && v.Expect.TryGetValue("2", out RiscVExpectation? e)
                && e.Error is null or "MemOutOfBound" or "InvalidEcall" && (e?.Cycles ?? 0) < ShortCycles
                && v.Id.StartsWith("dir-elf", StringComparison.Ordinal) == false)];
            int step = Math.Max(1, all.Length / ShortProgramsMax);
            return [.. all.Where((_, i) => i % step == 0).Take(ShortProgramsMax).Select(v => v.Id)];
        }
    }

    public static TheoryData<string> LongPrograms => [.. _cPrograms.Value.Values
        .Where(v => v.Expect.TryGetValue("2", out RiscVExpectation? e) && e.Cycles < 3_000_000)
        .Select(v => v.Id).Where((_, i) => i % 6 == 0)];

    [Theory, MemberData(nameof(ShortPrograms))]
    public void A_run_cut_at_every_instruction_ends_like_the_whole(string id)
    {
        RiscVProgramVector vector = _directed.Value[id];
        foreach (RiscVEngine engine in RiscVTestRun.Engines)
        {
            string whole = Run(engine, vector, GasMeter.Unlimited, () => GasMeter.Unlimited);
            Assert.Equal(whole, Run(engine, vector, GasMeter.Unlimited, () => 1));
        }
    }

    [Theory, MemberData(nameof(LongPrograms))]
    public void A_run_cut_at_random_ends_like_the_whole(string id)
    {
        RiscVProgramVector vector = _cPrograms.Value[id];
        RiscVEngine engine = RiscVEngine.Ckb2;
        string whole = Run(engine, vector, GasMeter.Unlimited, () => GasMeter.Unlimited);
        long cycles = vector.Expect["2"].Cycles!.Value;
        for (int seed = 0; seed < 3; seed++)
        {
            Random random = new(seed);
            long largest = 2 * cycles / CutsPerProgram;
            string cut = Run(engine, vector, GasMeter.Unlimited, () => 1 + random.NextInt64(largest));
            Assert.True(whole == cut, $"seed {seed}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void Every_message_limit_stops_a_cut_run_where_it_stops_the_whole()
    {
        RiscVProgramVector vector = _cPrograms.Value.Values.First(v => v.Id.StartsWith("c-fibrec", default));
        RiscVEngine engine = RiscVEngine.Ckb2;
        for (int seed = 0; seed < 25; seed++)
        {
            Random random = new(seed);
            long messageGas = random.NextInt64(20_000);
            string whole = Run(engine, vector, messageGas, () => GasMeter.Unlimited);
            Assert.StartsWith("OutOfGas", whole, StringComparison.Ordinal);
            string cut = Run(engine, vector, messageGas, () => random.NextInt64(1, 8_000));
            Assert.True(whole == cut, $"seed {seed}, message gas {messageGas}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void Saving_twice_gives_the_same_bytes_and_a_restored_machine_saves_them_again()
    {
        RiscVProgramVector vector = _cPrograms.Value.Values.First(v => v.Id.StartsWith("c-qsort", default));
        RiscVTestRun run = new(RiscVEngine.Ckb2, vector.Elf, vector.Args);
        Assert.IsType<VmExit.SliceEnded>(run.Run(sliceGas: 5_000));
        SnapshotBuffer first = run.Save();
        Assert.True(first.ContentEquals(run.Save()));
        run.Replace();
        Assert.True(first.ContentEquals(run.Save()));
    }

    private static string Run(
        RiscVEngine engine, RiscVProgramVector vector, long messageGas, Func<long> nextSliceGas)
    {
        RiscVTestRun run = new(engine, vector.Elf, vector.Args);
        return run.Outcome(run.RunInSlices(nextSliceGas, messageGas));
    }
}
