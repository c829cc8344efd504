namespace Granary.Vms.Mcs51.Tests;

/// <summary>However a run is cut, and wherever it is saved and restored: same end, gas, output and bytes.</summary>
public sealed class Mcs51CutAnywhereTests
{
    private static readonly IVmProgram s_echo = new Mcs51Engine().Load(Mcs51Programs.Echo, VmLimits.Default);

    [Fact]
    public void A_run_cut_at_every_instruction_ends_like_the_whole() =>
        Assert.Equal(Run(s_echo, 2_000_000, () => GasMeter.Unlimited), Run(s_echo, 2_000_000, () => 1));

    [Fact]
    public void A_run_cut_at_random_ends_like_the_whole()
    {
        string whole = Run(s_echo, 2_000_000, () => GasMeter.Unlimited);
        Assert.StartsWith("Halted", whole, StringComparison.Ordinal);
        for (int seed = 0; seed < 20; seed++)
        {
            Random random = new(seed);
            string cut = Run(s_echo, 2_000_000, () => random.NextInt64(1, 200));
            Assert.True(whole == cut, $"seed {seed}:\n{cut}\ninstead of\n{whole}");
        }
    }

    [Fact]
    public void Every_message_limit_stops_a_cut_run_where_it_stops_the_whole()
    {
        for (long messageGas = 0; messageGas < 30_000; messageGas += messageGas < 60 ? 1 : 397)
        {
            string whole = Run(s_echo, messageGas, () => GasMeter.Unlimited);
            foreach (long slice in (long[])[7, 333])
            {
                string cut = Run(s_echo, messageGas, () => slice);
                Assert.True(whole == cut, $"gas {messageGas}, slice {slice}:\n{cut}\ninstead of\n{whole}");
            }
        }
    }

    [Fact]
    public void Random_programs_cut_at_random_end_like_the_whole()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            IVmProgram program = new Mcs51Engine().Load(Mcs51RandomCode.Next(random), VmLimits.Default);
            string whole = Run(program, 5_000, () => GasMeter.Unlimited);
            string cut = Run(program, 5_000, () => random.NextInt64(1, 900));
            Assert.True(whole == cut, $"seed {seed}:\n{cut}\ninstead of\n{whole}");
        }
    }

    [Fact]
    public void A_contract_cut_anywhere_ends_like_the_whole()
    {
        IVmProgram program = new Mcs51DacrsEngine().Load(Mcs51Programs.Caller, VmLimits.Default);
        string data = Mcs51Contract.Data(
            (17, Mcs51Contract.Request([1], [1, 2, 3])), (9, Mcs51Contract.Request([0], [65])),
            (5, Mcs51Contract.Request([7])), (18, Mcs51Contract.Request([1])), (17, Mcs51Contract.Request([2], [4])),
            (34, Mcs51Contract.Request(Mcs51Contract.AppOperation(Mcs51AppOperation.AddFree, "u", 5))));
        VmEntry entry = new("tx", System.Text.Encoding.ASCII.GetBytes($"data {data}"), "");
        string whole = RunContract(program, entry, 200_000, () => GasMeter.Unlimited);
        Assert.StartsWith("Halted", whole, StringComparison.Ordinal);
        for (int seed = 0; seed < 6; seed++)
        {
            Random random = new(seed);
            string cut = RunContract(program, entry, 200_000, () => random.NextInt64(1, 3_000));
            Assert.True(whole == cut, $"seed {seed}:\n{cut}\ninstead of\n{whole}");
        }
        for (long messageGas = 1; messageGas < 150_000; messageGas += 4_999)
        {
            string wholeRun = RunContract(program, entry, messageGas, () => GasMeter.Unlimited);
            string cut = RunContract(program, entry, messageGas, () => 1_111);
            Assert.True(wholeRun == cut, $"gas {messageGas}:\n{cut}\ninstead of\n{wholeRun}");
        }
    }

    [Fact]
    public void A_short_contract_cut_at_every_step_ends_like_the_whole()
    {
        // ljmp 0015 ... 0015: mov dptr,#effd; mov a,#16; movx @dptr,a; lcall 0012; mov a,#1; movx; lcall 0008
        byte[] code = Convert.FromHexString("020015" + "00000000" + "00" + "2222" + "0000000000000000" + "2222" + "00"
            + "90effd" + "7410" + "f0" + "120012" + "90effd" + "7401" + "f0" + "120008");
        IVmProgram program = new Mcs51DacrsEngine().Load(code, VmLimits.Default);
        VmEntry entry = new("tx", "height 7"u8.ToArray(), "");
        string whole = RunContract(program, entry, 100_000, () => GasMeter.Unlimited);
        string receipt = Convert.ToHexStringLower("steps 9\nfuel 0\n"u8);
        Assert.StartsWith($"Halted {receipt}", whole, StringComparison.Ordinal);
        Assert.Equal(whole, RunContract(program, entry, 100_000, () => 1));
        for (long messageGas = 0; messageGas < 4_000; messageGas += 3)
        {
            string wholeRun = RunContract(program, entry, messageGas, () => GasMeter.Unlimited);
            Assert.Equal(wholeRun, RunContract(program, entry, messageGas, () => 1));
        }
    }

    private static string RunContract(IVmProgram program, VmEntry entry, long messageGas, Func<long> nextSliceGas)
    {
        Mcs51TestRun run = new(program, entry);
        return run.Outcome(run.Run(nextSliceGas, messageGas));
    }

    private static string Run(IVmProgram program, long messageGas, Func<long> nextSliceGas)
    {
        Mcs51TestRun run = new(
            program, Mcs51Programs.Serial("ab"), Mcs51Programs.Serial(""),
            Mcs51Programs.Serial("longer\n input\u0004"));
        return run.Outcome(run.Run(nextSliceGas, messageGas));
    }
}
