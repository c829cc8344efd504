using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Guards migration: however a run is cut, saved and restored, it ends the same.</summary>
[Trait("Category", "Conformance")]
[Trait("Engine", "evm")]
public sealed class EvmCutAnywhereTests
{
    private const int CasesPerPack = 2;

    /// <summary>Longer runs than this are cut at random points.</summary>
    private const int CutsEverywhereMax = 250;

    private const int RandomCuts = 40;

    /// <summary>The first cases of every pack that do something.</summary>
    public static IEnumerable<object[]> Cases => EvmStateTests.Cases
        .GroupBy(c => (string)c[0])
        .SelectMany(pack => pack.DistinctBy(c => c[1]).Take(CasesPerPack));

    [Theory, MemberData(nameof(Cases))]
    public void A_transaction_cut_anywhere_ends_as_the_whole_one(string pack, string file, string name, int index)
    {
        EvmStateCase Load() => EvmStateCase.Load("state", pack, file, name, index);
        EvmOutcome whole = EvmOutcome.Of(Load(), () => GasMeter.Unlimited, () => false);
        EvmOutcome stepped = EvmOutcome.Of(Load(), () => 1, () => false);
        whole.AssertSame(stepped, "stepped");
        if (stepped.Slices <= CutsEverywhereMax)
        {
            whole.AssertSame(EvmOutcome.Of(Load(), () => 1, () => true), "cut everywhere");
            return;
        }
        for (int seed = 0; seed < 2; seed++)
        {
            Random random = new(seed);
            int slices = stepped.Slices;
            EvmOutcome cut = EvmOutcome.Of(Load(), () => 1, () => random.Next(slices) < RandomCuts);
            whole.AssertSame(cut, $"seed {seed}");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Running_out_of_the_messages_gas_is_the_same_however_it_is_cut(
        string pack, string file, string name, int index)
    {
        EvmStateCase Load() => EvmStateCase.Load("state", pack, file, name, index);
        long full = EvmOutcome.Of(Load(), () => GasMeter.Unlimited, () => false).Gas;
        Random random = new(1);
        for (int i = 0; i < 2; i++)
        {
            long limit = random.NextInt64(full + 1);
            EvmOutcome whole = EvmOutcome.Of(Load(), () => GasMeter.Unlimited, () => false, limit);
            EvmOutcome cut = EvmOutcome.Of(Load(), () => random.Next(1, 50_000), () => random.Next(8) == 0, limit);
            whole.AssertSame(cut, $"limit {limit}");
            Assert.True(whole.Gas <= limit, $"limit {limit}, used {whole.Gas}");
        }
    }

    [Fact]
    public void The_state_root_is_the_same_however_its_walk_is_cut()
    {
        Random random = new(7);
        TestHost host = new(EvmTestWorld.Limits);
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        EvmStore store = new(host, ref gas);
        for (int i = 0; i < 40; i++)
        {
            List<(EvmWord, EvmWord)> slots = [];
            for (int slot = 0; slot < i % 7; slot++)
            {
                slots.Add(((ulong)slot, (ulong)random.Next(1, 999)));
            }
            EvmGenesisAccount account = new()
            {
                Address = new EvmAddress((ulong)random.NextInt64()), Balance = (ulong)random.Next(), Slots = slots,
            };
            for (int step = 0; step <= account.Slots.Count; step++)
            {
                EvmHeads.WriteGenesisStep(store, account, step);
            }
        }
        host.Data["head"u8.ToArray()] = EvmHeads.Encode(default);
        string whole = EvmStateCase.Root(host);
        IVmContainer machine = EvmStateCase.World.Start();
        machine.Enter(new VmEntry("stateRoot", default, ""));
        EvmOutcome cut = EvmOutcome.Of(machine, host, () => 1, () => true);
        Assert.Equal("halted " + whole, cut.Exit);
        Assert.True(cut.Slices > 100);
    }
}
