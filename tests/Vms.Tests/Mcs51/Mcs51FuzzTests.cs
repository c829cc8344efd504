using System.Globalization;
using System.Text;
using Granary.Vms.Tests;

namespace Granary.Vms.Mcs51.Tests;

/// <summary>
/// Any image, any message and any snapshot gives an exit or a clean error. GRANARY_MCS51_FUZZ says how many runs.
/// </summary>
public sealed class Mcs51FuzzTests
{
    private const int RunsDefault = 2_000;
    private const int SnapshotsDefault = 300;

    private static readonly Mcs51Engine s_engine = new();

    private static readonly int s_runs = int.TryParse(
        Environment.GetEnvironmentVariable("GRANARY_MCS51_FUZZ"), NumberStyles.None, NumberFormatInfo.InvariantInfo,
        out int runs) ? runs : RunsDefault;

    [Fact]
    public void Random_images_only_yield_exits()
    {
        for (int seed = 0; seed < s_runs / 2; seed++)
        {
            Random random = new(seed);
            byte[] code = Mcs51RandomCode.Next(random);
            Check(seed, () =>
                RunIt(s_engine.Load(code, VmLimits.Default).Start(), random, Pick(seed, 500, 20_000)));
        }
    }

    [Fact]
    public void Random_snapshots_only_yield_exits_or_clean_errors()
    {
        IVmProgram program = s_engine.Load(Mcs51Programs.Echo, VmLimits.Default);
        int restored = 0;
        for (int seed = 0; seed < SnapshotsDefault; seed++)
        {
            Random random = new(seed);
            IVmContainer machine;
            try
            {
                machine = program.Restore(RandomSnapshot(random, program));
            }
            catch (SnapshotFormatException)
            {
                continue;
            }
            restored++;
            Check(seed, () => RunIt(machine, random, 2_000));
        }
        Assert.InRange(restored, 20, SnapshotsDefault - 20);
    }

    [Fact]
    public void Random_contracts_only_yield_exits()
    {
        Mcs51DacrsEngine engine = new();
        byte[] head = Mcs51Programs.Caller[..0x20];
        head[2] = 0x20;
        for (int seed = 0; seed < s_runs / 2; seed++)
        {
            Random random = new(seed);
            byte[] code = [.. head, .. Mcs51RandomCode.Next(random)];
            byte[] data = [(byte)random.Next(256), 0, 1];
            Check(seed, () =>
                RunContract(engine.Load(code, VmLimits.Default), random, data, Pick(seed, 2_000, 40_000)));
        }
    }

    [Fact]
    public void Random_host_calls_only_yield_exits()
    {
        IVmProgram program = new Mcs51DacrsEngine().Load(Mcs51Programs.Caller, VmLimits.Default);
        for (int seed = 0; seed < Math.Min(s_runs / 20, 20_000); seed++)
        {
            Random random = new(seed);
            byte[] data = new byte[random.Next(200)];
            random.NextBytes(data);
            for (int i = 0; i + 4 < data.Length; i += random.Next(4, 30))
            {
                (data[i], data[i + 1], data[i + 2], data[i + 3]) =
                    ((byte)random.Next(38), (byte)random.Next(20), (byte)random.Next(20), 0);
            }
            Check(seed, () => RunContract(program, random, data, 300_000));
        }
    }

    [Fact]
    public void Random_messages_only_yield_exits()
    {
        string[] words =
        [
            "data", "text", "from", "hash", "height", "value", "fee", "rate", "steps", "block", "tx", "other", "self",
            "account", "balance", "key", "address", "traversal", "110000000700", "12", "-1", "zz", "#", "\n", "\n",
            "ff01", new string('a', 64), "99999999999999999999",
        ];
        IVmProgram program = new Mcs51DacrsEngine().Load(Mcs51Programs.Caller, VmLimits.Default);
        for (int seed = 0; seed < s_runs / 4; seed++)
        {
            Random random = new(seed);
            string text = string.Join(' ', random.GetItems(words, random.Next(20)));
            IVmContainer machine = program.Start();
            string entry = random.Next(2) == 0 ? "tx" : "setup";
            machine.Enter(new VmEntry(entry, Encoding.ASCII.GetBytes(text), ""));
            GasMeter gas = new(GasMeter.Unlimited, 200_000);
            Assert.NotNull(machine.Run(ref gas, new TestHost(VmLimits.Default)));
        }
    }

    [Fact]
    public void Random_snapshots_of_contracts_only_yield_exits_or_clean_errors()
    {
        IVmProgram program = new Mcs51DacrsEngine().Load(Mcs51Programs.Caller, VmLimits.Default);
        int restored = 0;
        for (int seed = 0; seed < SnapshotsDefault; seed++)
        {
            Random random = new(seed);
            IVmContainer machine = program.Start();
            machine.Enter(new VmEntry("tx", "data ff01"u8.ToArray(), ""));
            GasMeter gas = new(random.Next(1, 60_000), GasMeter.Unlimited);
            machine.Run(ref gas, new TestHost(VmLimits.Default));
            SnapshotBuffer good = new();
            machine.Save(good);
            try
            {
                machine = program.Restore(Damage(good, random));
            }
            catch (SnapshotFormatException)
            {
                continue;
            }
            restored++;
            gas = new GasMeter(GasMeter.Unlimited, 50_000);
            Assert.IsNotType<VmExit.SliceEnded>(machine.Run(ref gas, new TestHost(VmLimits.Default)));
        }
        Assert.InRange(restored, 20, SnapshotsDefault - 20);
    }

    /// <summary>Most runs are short: what random code does, it does at once. One of sixteen is long.</summary>
    private static long Pick(int seed, long shortGas, long longGas) => seed % 16 == 0 ? longGas : shortGas;

    private static void Check(int seed, Action run)
    {
        Exception? thrown = Record.Exception(run);
        Assert.True(thrown is null, $"seed {seed}: {thrown}");
    }

    private static void RunContract(IVmProgram program, Random random, byte[] data, long messageGas)
    {
        IVmContainer machine = program.Start();
        string text = $"height {random.Next(200_000)}\ndata {Convert.ToHexString(data)}";
        machine.Enter(new VmEntry("tx", Encoding.ASCII.GetBytes(text), ""));
        GasMeter gas = new(random.NextInt64(1, 2 * messageGas), messageGas);
        TestHost host = new(VmLimits.Default);
        VmExit exit = machine.Run(ref gas, host);
        if (exit is VmExit.SliceEnded)
        {
            SnapshotBuffer saved = new();
            machine.Save(saved);
            machine = program.Restore(saved);
            gas = new GasMeter(GasMeter.Unlimited, gas.MessageLeft);
            Assert.IsNotType<VmExit.SliceEnded>(machine.Run(ref gas, host));
        }
        Assert.True(gas.MessageLeft >= 0);
    }

    private static void RunIt(IVmContainer machine, Random random, long messageGas)
    {
        byte[] input = new byte[random.Next(5)];
        random.NextBytes(input);
        machine.Enter(new VmEntry(random.Next(8) == 0 ? "reset" : "serial", input, ""));
        GasMeter gas = new(random.NextInt64(1, 2 * messageGas), messageGas);
        TestHost host = new(VmLimits.Default);
        VmExit exit = machine.Run(ref gas, host);
        Assert.True(gas.MessageLeft >= 0);
        if (exit is VmExit.SliceEnded or VmExit.Suspended)
        {
            machine.Resume(new VmAnswer.Received(new VmEntry("serial", input, "")));
            gas = new GasMeter(GasMeter.Unlimited, messageGas);
            Assert.IsNotType<VmExit.SliceEnded>(machine.Run(ref gas, host));
        }
    }

    private static SnapshotBuffer RandomSnapshot(Random random, IVmProgram program)
    {
        IVmContainer machine = program.Start();
        machine.Enter(Mcs51Programs.Serial("abc"));
        GasMeter gas = new(random.Next(1, 20_000), GasMeter.Unlimited);
        machine.Run(ref gas, new TestHost(VmLimits.Default));
        SnapshotBuffer good = new();
        machine.Save(good);
        return Damage(good, random);
    }

    private static SnapshotBuffer Damage(SnapshotBuffer good, Random random)
    {
        SnapshotBuffer bad = new();
        foreach ((string name, byte[] content) in good.Sections)
        {
            byte[] bytes = content;
            for (int i = random.Next(3); i > 0; i--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            bytes = random.Next(12) switch
            {
                0 => bytes[..random.Next(bytes.Length)],
                1 => [.. bytes, 0],
                _ => bytes,
            };
            if (random.Next(30) != 0)
            {
                bad.WriteSection(name, bytes);
            }
        }
        foreach ((string name, byte[] content) in good.Memories)
        {
            int bytes = random.Next(20) == 0 ? content.Length / 2 : content.Length;
            bad.WriteMemory(name, content.AsSpan(0, bytes), []);
        }
        return bad;
    }
}
