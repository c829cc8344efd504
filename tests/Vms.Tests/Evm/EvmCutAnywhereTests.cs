using System.Text.Json;
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

    /// <summary>Cases of every folder, of two files each, that do something; of the long ones where there is nothing
    /// else.</summary>
    public static IEnumerable<object[]> Cases
    {
        get
        {
            string[] covered = [.. EvmVectorPack.Packs("state")];
            return EvmStateTests.Of("state").Select(c => (object[])["state", .. c])
                .Concat(EvmStateTests.SlowCases.Where(c => !covered.Contains((string)c[0]))
                    .Select(c => (object[])["slow", .. c]))
                .GroupBy(c => c[1])
                .SelectMany(pack => pack.OrderBy(c => Load(c).IsRefused).DistinctBy(c => c[2]).Take(CasesPerPack));
        }
    }

    public static IEnumerable<object[]> Messages =>
        EvmVmTests.Cases.GroupBy(c => c[0]).SelectMany(pack => pack.Take(CasesPerPack));

    [Fact]
    public void Every_folder_has_a_case()
    {
        Assert.Equal(
            EvmVectorPack.Packs("state").Union(EvmVectorPack.Packs("slow")).Order(StringComparer.Ordinal),
            Cases.Select(c => (string)c[1]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(EvmVectorPack.Packs("vmtests"), Messages.Select(c => (string)c[0]).Distinct());
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_transaction_cut_anywhere_ends_as_the_whole_one(
        string group, string pack, string file, string name, int index) =>
        CutAnywhere((slice, cuts) => EvmOutcome.Of(EvmStateCase.Load(group, pack, file, name, index), slice, cuts));

    [Theory, MemberData(nameof(Messages))]
    public void A_message_cut_anywhere_ends_as_the_whole_one(string pack, string name) =>
        CutAnywhere((slice, cuts) =>
        {
            JsonElement test = EvmVectorPack.Open("vmtests", pack).GetProperty(name);
            TestHost host = EvmTestWorld.HostOf(test.GetProperty("pre"));
            return EvmOutcome.Of(
                EvmMessageRun.Of(test, host).Enter(), host, slice, cuts, GasMeter.Unlimited, EvmMessageRun.World);
        });

    [Theory, MemberData(nameof(Cases))]
    public void Running_out_of_the_messages_gas_is_the_same_however_it_is_cut(
        string group, string pack, string file, string name, int index)
    {
        EvmStateCase Load() => EvmStateCase.Load(group, pack, file, name, index);
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

    private static EvmStateCase Load(object[] c) =>
        EvmStateCase.Load((string)c[0], (string)c[1], (string)c[2], (string)c[3], (int)c[4]);

    private static void CutAnywhere(Func<Func<long>, Func<bool>, EvmOutcome> run)
    {
        EvmOutcome whole = run(() => GasMeter.Unlimited, () => false);
        EvmOutcome stepped = run(() => 1, () => false);
        whole.AssertSame(stepped, "stepped");
        if (stepped.Slices <= CutsEverywhereMax)
        {
            whole.AssertSame(run(() => 1, () => true), "cut everywhere");
            return;
        }
        for (int seed = 0; seed < 2; seed++)
        {
            Random random = new(seed);
            int slices = stepped.Slices;
            whole.AssertSame(run(() => 1, () => random.Next(slices) < RandomCuts), $"seed {seed}");
        }
    }
}
