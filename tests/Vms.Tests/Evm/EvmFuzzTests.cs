using Granary.Vms.Evm;

namespace Granary.Vms.Tests.Evm;

/// <summary>Random code, payloads and snapshots may only yield an exit or a clean error.</summary>
public sealed class EvmFuzzTests
{
    private const int Programs = 500;
    private const int Snapshots = 500;
    private const long GasMax = 3_000_000;

    [Fact]
    public void Random_code_ends_in_an_exit_and_the_same_however_it_is_cut()
    {
        HashSet<string> ends = [];
        for (int seed = 0; seed < Programs; seed++)
        {
            (IVmContainer machine, TestHost host) = EvmRandomCode.Enter(new Random(seed));
            EvmOutcome whole = EvmOutcome.Of(machine, host, () => GasMeter.Unlimited, () => false, GasMax);
            (machine, host) = EvmRandomCode.Enter(new Random(seed));
            Random random = new(seed);
            EvmOutcome cut = EvmOutcome.Of(
                machine, host, () => random.Next(1, 3_000), () => random.Next(3) == 0, GasMax);
            whole.AssertSame(cut, $"seed {seed}");
            ends.Add(whole.Exit.Split(' ', '{')[0]);
        }
        Assert.Superset(new HashSet<string> { "halted", "reverted" }, ends);
    }

    [Fact]
    public void Random_changes_of_snapshots_are_refused_or_run_on()
    {
        int refused = 0;
        for (int seed = 0; seed < Snapshots; seed++)
        {
            Random random = new(seed);
            (IVmContainer machine, TestHost host) = EvmRandomCode.Enter(random);
            SnapshotBuffer saved = SaveSomewhere(machine, host, random);
            EvmRandomCode.Damage(saved, random);
            try
            {
                machine = EvmStateCase.World.Restore(saved);
            }
            catch (SnapshotFormatException)
            {
                refused++;
                continue;
            }
            GasMeter gas = new(GasMeter.Unlimited, GasMax);
            Assert.IsNotType<VmExit.SliceEnded>(machine.Run(ref gas, host));
        }
        Assert.InRange(refused, Snapshots / 20, Snapshots - (Snapshots / 20));
    }

    [Fact]
    public void Random_payloads_end_in_an_exit()
    {
        for (int seed = 0; seed < Programs; seed++)
        {
            Random random = new(seed);
            IVmContainer machine = EvmStateCase.World.Start();
            byte[] payload = new byte[random.Next(200)];
            random.NextBytes(payload);
            if (payload.Length > 1 && random.Next(2) == 0)
            {
                payload[0] = (byte)(0xC0 + Math.Min(55, payload.Length - 1));
            }
            string entry = EvmStateCase.World.EntryPoints[random.Next(EvmStateCase.World.EntryPoints.Count)];
            machine.Enter(new VmEntry(entry, payload, ""));
            TestHost host = new(EvmTestWorld.Limits);
            GasMeter gas = new(GasMeter.Unlimited, GasMax);
            Assert.IsNotType<VmExit.SliceEnded>(machine.Run(ref gas, host));
        }
    }

    [Fact]
    public void Random_genesis_is_loaded_or_refused()
    {
        byte[] good = new EvmGenesis
        {
            ChainId = EvmWord.One, Revision = EvmRevision.Cancun,
            Accounts = [new EvmGenesisAccount { Address = new EvmAddress(7), Slots = [(EvmWord.One, EvmWord.One)] }],
        }.Encode();
        for (int seed = 0; seed < Programs; seed++)
        {
            Random random = new(seed);
            byte[] code = [.. good];
            code[random.Next(code.Length)] ^= (byte)random.Next(1, 256);
            code = code[..random.Next(code.Length + 1)];
            try
            {
                _ = new EvmEngine().Load(code, VmLimits.Default);
            }
            catch (InvalidCodeException wrong)
            {
                Assert.NotEmpty(wrong.What);
            }
            Assert.NotEmpty(new EvmEngine().Disassemble(code));
        }
    }

    private static SnapshotBuffer SaveSomewhere(IVmContainer machine, TestHost host, Random random)
    {
        SnapshotBuffer saved = new();
        int slices = random.Next(1, 60);
        for (int i = 0; i < slices; i++)
        {
            GasMeter gas = new(random.Next(1, 100_000), GasMeter.Unlimited);
            if (machine.Run(ref gas, host) is not VmExit.SliceEnded)
            {
                (machine, host) = EvmRandomCode.Enter(random);
            }
        }
        machine.Save(saved);
        return saved;
    }
}
