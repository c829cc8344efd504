using System.Text;

namespace Granary.Vms.Tests.Primea;

/// <summary>Any bytes anywhere: exits and clean errors, nothing else.</summary>
public sealed class PrimeaFuzzTests
{
    private const int Rounds = 150;

    private static readonly IVmEngine Engine = BuiltInEngines.All.FindNewest("primea")!;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 6)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_code_is_refused_or_runs(int seed)
    {
        Random random = new(seed);
        string sample = PrimeaSamples.Read(seed % 2 == 0 ? "bazaar" : "pipes");
        byte[] code = Engine.Languages[0].Compile(sample, VmLimits.Default);
        for (int i = 0; i < Rounds; i++)
        {
            byte[] mutant = Mutate(code, random);
            string where = $"seed {seed}, round {i}: {Convert.ToHexStringLower(mutant)}";
            Assert.False(string.IsNullOrEmpty(Engine.Disassemble(mutant)), where);
            try
            {
                IVmProgram program = Engine.Load(mutant, VmLimits.Default);
                Assert.Equal(mutant, Engine.Languages[0].Compile(Engine.Disassemble(mutant), VmLimits.Default));
                RunSome(program, program.Start(), new TestHost(VmLimits.Default), random);
            }
            catch (InvalidCodeException refused)
            {
                Assert.NotEmpty(refused.What);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_text_is_refused_with_a_place_or_compiles(int seed)
    {
        Random random = new(seed);
        byte[] text = Encoding.UTF8.GetBytes(PrimeaSamples.Read(seed % 2 == 0 ? "bazaar" : "pipes"));
        for (int i = 0; i < Rounds; i++)
        {
            string mutant = Encoding.UTF8.GetString(Mutate(text, random));
            try
            {
                Engine.Load(Engine.Languages[0].Compile(mutant, VmLimits.Default), VmLimits.Default);
            }
            catch (SourceException refused)
            {
                Assert.True(refused.Line >= 1 && refused.Column >= 1, $"Seed {seed}, round {i}: {refused.Message}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_requests_end(int seed)
    {
        Random random = new(seed);
        PrimeaKernel kernel = new("{}") { MessageGas = 20_000_000, SliceGas = 100_003 };
        foreach ((string entry, string payload) in new PrimeaScenario(random).Requests(25))
        {
            kernel.Send(entry, Mutate(Encoding.UTF8.GetBytes(payload), random));
            kernel.Send(entry, Encoding.UTF8.GetBytes(payload));
        }
        PrimeaAudit.Check(kernel.Host);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_snapshot_is_refused_or_runs(int seed)
    {
        Random random = new(seed);
        foreach (string world in new[] { "{}", """{"model": "ports"}""" })
        {
            IVmProgram program = Engine.Load(Engine.Languages[0].Compile(world, VmLimits.Default), VmLimits.Default);
            TestHost host = new(VmLimits.Default);
            foreach (SnapshotBuffer snapshot in Snapshots(program, host, world, random))
            {
                for (int i = 0; i < Rounds / 6; i++)
                {
                    SnapshotBuffer mutant = Mutate(snapshot, random);
                    TryDescribe(mutant);
                    try
                    {
                        RunSome(program, program.Restore(mutant), Copy(host), random);
                    }
                    catch (SnapshotFormatException refused)
                    {
                        Assert.NotEmpty(refused.Message);
                    }
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_data_traps_or_runs(int seed)
    {
        Random random = new(seed);
        PrimeaKernel kernel = new("{}") { MessageGas = 20_000_000 };
        List<(string Entry, string Payload)> requests = new PrimeaScenario(random).Requests(25);
        foreach ((string entry, string payload) in requests)
        {
            byte[][] keys = [.. kernel.Host.Data.Keys];
            if (keys.Length > 0 && random.Next(2) == 0)
            {
                byte[] key = keys[random.Next(keys.Length)];
                kernel.Host.Data[key] = Mutate(kernel.Host.Data[key], random);
            }
            kernel.Send(entry, Encoding.UTF8.GetBytes(payload));
        }
    }

    private static void RunSome(IVmProgram program, IVmContainer machine, TestHost host, Random random)
    {
        for (int message = 0; message < 3; message++)
        {
            long left = 5_000_000;
            for (int slice = 0; slice < 40; slice++)
            {
                GasMeter gas = new(random.Next(1, 100_000), left);
                VmExit exit = machine.Run(ref gas, host);
                left = gas.MessageLeft;
                if (exit is VmExit.Trapped)
                {
                    return;
                }
                SnapshotBuffer snapshot = new();
                machine.Save(snapshot);
                Engine.Describe(snapshot);
                machine = program.Restore(snapshot);
                if (exit is not VmExit.SliceEnded)
                {
                    break;
                }
            }
            machine.Enter(new VmEntry(random.Next(2) == 0 ? "root" : "send", Array.Empty<byte>(), ""));
        }
    }

    private static IEnumerable<SnapshotBuffer> Snapshots(
        IVmProgram program, TestHost host, string world, Random random)
    {
        IEnumerable<(string, string)> requests = world == "{}"
            ? new PrimeaScenario(random).Requests(3)
            : [("send", new PortsScenario(random).Messages(3).ToJsonString()), ("root", "")];
        IVmContainer machine = program.Start();
        foreach ((string entry, string payload) in requests)
        {
            machine.Enter(new VmEntry(entry, Encoding.UTF8.GetBytes(payload), ""));
            VmExit exit;
            do
            {
                GasMeter gas = new(20_000, GasMeter.Unlimited);
                exit = machine.Run(ref gas, host);
                SnapshotBuffer snapshot = new();
                machine.Save(snapshot);
                yield return snapshot;
            }
            while (exit is VmExit.SliceEnded);
        }
    }

    private static SnapshotBuffer Mutate(SnapshotBuffer snapshot, Random random)
    {
        SnapshotBuffer mutant = new();
        foreach ((string name, byte[] section) in snapshot.Sections)
        {
            mutant.WriteSection(name, random.Next(4) == 0 ? Mutate(section, random) : section);
        }
        foreach ((string name, byte[] memory) in snapshot.Memories)
        {
            mutant.WriteMemory(name, Mutate(memory, random), []);
        }
        return mutant;
    }

    private static void TryDescribe(SnapshotBuffer snapshot)
    {
        try
        {
            Engine.Describe(snapshot);
        }
        catch (SnapshotFormatException refused)
        {
            Assert.NotEmpty(refused.Message);
        }
    }

    private static TestHost Copy(TestHost host)
    {
        TestHost copy = new(VmLimits.Default);
        foreach ((byte[] key, byte[] value) in host.Data)
        {
            copy.Data.Add(key, value);
        }
        return copy;
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        List<byte> mutant = [.. bytes];
        for (int i = random.Next(1, 4); i > 0 && mutant.Count > 0; i--)
        {
            int place = random.Next(mutant.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutant.RemoveAt(place);
                    break;
                case 1:
                    mutant.Insert(place, (byte)random.Next(256));
                    break;
                case 2:
                    mutant.RemoveRange(place, random.Next(Math.Min(20, mutant.Count - place)));
                    break;
                default:
                    mutant[place] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. mutant];
    }
}
