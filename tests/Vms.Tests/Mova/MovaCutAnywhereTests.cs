namespace Granary.Vms.Mova.Tests;

/// <summary>However a run is cut, and wherever it is saved and restored: same end, gas, output and bytes.</summary>
public sealed class MovaCutAnywhereTests
{
    private const int RandomCutsPerProgram = 4;

    public static TheoryData<string> Programs => MovaVectorFile.ProgramNames(v => v.Expect is not null);

    /// <summary>Programs of so few steps that every message limit can be tried.</summary>
    public static TheoryData<string> ShortPrograms => MovaVectorFile.ProgramNames(v => v.Expect is { Steps: <= 8 });

    [Theory, MemberData(nameof(Programs))]
    public void A_run_cut_at_every_instruction_or_at_random_ends_like_the_whole(string name)
    {
        MovaVector vector = MovaVectorFile.Program(name);
        long messageGas = GasOf(vector);
        string whole = Run(vector.Code, messageGas, () => GasMeter.Unlimited);

        Assert.Equal(whole, Run(vector.Code, messageGas, () => 1));
        for (int seed = 0; seed < RandomCutsPerProgram; seed++)
        {
            Random random = new(seed);
            long largest = 2 + random.NextInt64(messageGas + 2);
            string cut = Run(vector.Code, messageGas, () => random.NextInt64(1, largest));
            Assert.True(whole == cut, $"seed {seed}: {cut} instead of {whole}");
        }
    }

    [Theory, MemberData(nameof(ShortPrograms))]
    public void Every_message_limit_stops_a_cut_run_where_it_stops_the_whole(string name)
    {
        MovaVector vector = MovaVectorFile.Program(name);
        long gasMax = GasOf(vector) + 2;
        // Prices are in the hundreds: the limits beside each possible stop tell all, the others repeat them.
        foreach (long messageGas in InterestingLimits(vector.Code, gasMax))
        {
            string whole = Run(vector.Code, messageGas, () => GasMeter.Unlimited);
            string cut = Run(vector.Code, messageGas, () => 1);
            Assert.True(whole == cut, $"message gas {messageGas}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void Every_message_limit_from_none_to_enough_gives_the_same_result_for_every_slice()
    {
        byte[] code = new MovaAssembler().Compile("put 7 add 1 print add 2 sleep 3 add 1 goto 90", VmLimits.Default);
        long enough = 5 * MovaGas.Step + MovaGas.Print(2) + MovaGas.Sleep(1);
        for (long messageGas = 0; messageGas <= enough + 2; messageGas++)
        {
            string whole = Run(code, messageGas, () => GasMeter.Unlimited);
            Assert.Equal(messageGas >= enough, whole.StartsWith("Halted", StringComparison.Ordinal));
            foreach (long slice in (long[])[1, 2, 3, 100, 600])
            {
                string cut = Run(code, messageGas, () => slice);
                Assert.True(whole == cut, $"message gas {messageGas}, slice {slice}: {cut} instead of {whole}");
            }
        }
    }

    [Fact]
    public void A_long_count_cut_at_random_ends_like_the_whole()
    {
        byte[] code = new MovaAssembler().Compile("put 0 add 1 add 3 goto 2", VmLimits.Default);
        const long messageGas = 1_000_001;
        string whole = Run(code, messageGas, () => GasMeter.Unlimited);
        for (int seed = 0; seed < 5; seed++)
        {
            Random random = new(seed);
            string cut = Run(code, messageGas, () => random.NextInt64(1, 2_000));
            Assert.True(whole == cut, $"seed {seed}: {cut} instead of {whole}");
        }
    }

    [Fact]
    public void A_slice_without_gas_does_nothing()
    {
        MovaTestRun run = new(new MovaAssembler().Compile("put 1 print", VmLimits.Default));

        Assert.IsType<VmExit.SliceEnded>(run.RunSlice(0, GasMeter.Unlimited));
        Assert.Equal("3acc0000101e00000000", run.StateHex);
    }

    /// <summary>The gas of exactly the steps that the vector counts.</summary>
    private static long GasOf(MovaVector vector)
    {
        MovaTestRun run = new(vector.Code);
        for (int steps = 0; steps < vector.Expect!.Steps; steps++)
        {
            run.RunSlice(1, GasMeter.Unlimited);
        }
        return run.GasUsed;
    }

    private static SortedSet<long> InterestingLimits(byte[] code, long gasMax)
    {
        SortedSet<long> limits = [0, gasMax];
        MovaTestRun run = new(code);
        while (run.GasUsed < gasMax && run.RunSlice(1, GasMeter.Unlimited) is VmExit.SliceEnded or VmExit.Suspended)
        {
            limits.UnionWith([run.GasUsed - 1, run.GasUsed, run.GasUsed + 1, run.GasUsed + 501]);
        }
        return limits;
    }

    private static string Run(byte[] code, long messageGas, Func<long> nextSliceGas)
    {
        MovaTestRun run = new(code);
        return run.Outcome(run.RunInSlices(nextSliceGas, messageGas));
    }
}
