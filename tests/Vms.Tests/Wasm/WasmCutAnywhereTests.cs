namespace Granary.Vms.Tests.Wasm;

/// <summary>Guards migration: however a run is cut, in whatever tier, it ends the same.</summary>
public sealed class WasmCutAnywhereTests
{
    private const int RandomRuns = 6;

    [WatFact]
    public void A_run_saved_and_restored_at_every_safe_point_ends_the_same() => Compare(() => 0, compiledToo: false);

    [WatFact]
    public void A_run_that_changes_the_tier_at_every_safe_point_ends_the_same() => Compare(() => 0, compiledToo: true);

    [WatFact]
    public void Runs_cut_at_random_points_end_the_same()
    {
        for (int seed = 1; seed <= RandomRuns; seed++)
        {
            Random random = new(seed);
            Compare(() => random.Next(1, 3_000), compiledToo: seed % 2 == 0);
        }
    }

    [WatFact]
    public void A_message_runs_out_of_gas_at_the_same_place_however_it_is_cut()
    {
        IVmProgram interpreted = WasmRun.Load(WasmPrograms.Traveller);
        IVmProgram compiled = WasmRun.Load(WasmPrograms.Traveller, compiled: true);
        for (long gas = 1; gas < 40_000; gas = gas * 3 / 2 + 7)
        {
            WasmRun whole = new(interpreted);
            WasmRun cut = new(compiled, interpreted);
            VmExit expected = whole.Send("go", [], () => GasMeter.Unlimited, gas);

            Assert.Equal(expected, cut.Send("go", [], () => 100, gas));
            Assert.Equal(whole.GasUsed, cut.GasUsed);
        }
    }

    private static void Compare(Func<long> slice, bool compiledToo)
    {
        IVmProgram interpreted = WasmRun.Load(WasmPrograms.Traveller);
        IVmProgram other = WasmRun.Load(WasmPrograms.Traveller, compiledToo);
        WasmRun whole = new(interpreted);
        WasmRun cut = new(other, interpreted);

        VmExit.Halted expected = Assert.IsType<VmExit.Halted>(whole.Send("go", [], () => GasMeter.Unlimited));
        VmExit.Halted found = Assert.IsType<VmExit.Halted>(cut.Send("go", [], slice));

        Assert.Equal(expected.Output.ToArray(), found.Output.ToArray());
        Assert.Equal(whole.GasUsed, cut.GasUsed);
        Assert.Equal(whole.Host.Prints, cut.Host.Prints);
        Assert.True(whole.Save().ContentEquals(cut.Save()));
        Assert.True(cut.Cuts > 10);
    }
}
