namespace Granary.Vms.RiscV.Tests;

/// <summary>Random code and random snapshots may only give an exit or a clean error.</summary>
public sealed class RiscVFuzzTests
{
    private const int Seeds = 600;
    private const long MessageGas = 30_000;

    private static readonly Lazy<byte[][]> _programs = new(() =>
        [.. RiscVVectorFiles.Lines<RiscVProgramVector>("directed.jsonl", v => v.Id).Value.Values.Select(v => v.Elf)]);

    [Fact]
    public void Random_code_and_snapshots_give_an_exit_or_a_clean_error()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            try
            {
                RunOne(new Random(seed));
            }
            catch (Exception e)
            {
                Assert.True(e is SnapshotFormatException or InvalidCodeException, $"seed {seed}: {e}");
            }
        }
    }

    [Fact]
    public void Random_bytes_are_described_and_disassembled_or_refused()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            byte[] code = RandomFile(random);
            Assert.NotNull(RiscVEngine.Ckb2.Disassemble(code));
            byte[] state = new byte[random.Next(600)];
            random.NextBytes(state);
            state.AsSpan(0, Math.Min(2, state.Length)).Fill(1);
            SnapshotBuffer snapshot = new();
            snapshot.WriteSection("state", state);
            try
            {
                Assert.NotNull(RiscVEngine.Ckb2.Describe(snapshot));
            }
            catch (SnapshotFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static void RunOne(Random random)
    {
        byte[] code = RandomFile(random);
        RiscVEngine engine = RiscVTestRun.Engines[random.Next(RiscVTestRun.Engines.Length)];
        IVmProgram program = engine.Load(code, VmLimits.Default);
        IVmContainer container = program.Start();
        container.Enter(new VmEntry(random.Next(4) == 0 ? "args" : "", RandomBytes(random, 40), "someone"));
        RiscVHostRun run = new();
        VmExit exit = run.Run(container, random.Next(1, 2_000), MessageGas);
        if (exit is VmExit.SliceEnded)
        {
            container = program.Restore(Damage(random, container));
            exit = run.Run(container, GasMeter.Unlimited, MessageGas - run.GasUsed);
        }
        Assert.True(exit is VmExit.Halted or VmExit.Reverted or VmExit.Trapped);
        Assert.InRange(run.GasUsed, 0, MessageGas);
    }

    internal static SnapshotBuffer Damage(Random random, IVmContainer container)
    {
        SnapshotBuffer saved = new();
        container.Save(saved);
        SnapshotBuffer damaged = new();
        foreach ((string name, byte[] content) in saved.Sections)
        {
            byte[] bytes = [.. content];
            if (random.Next(3) == 0 && bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }
            if (random.Next(12) == 0)
            {
                bytes = bytes[..random.Next(bytes.Length + 1)];
            }
            if (random.Next(30) != 0)
            {
                damaged.WriteSection(name, bytes);
            }
        }
        foreach ((string name, byte[] content) in saved.Memories)
        {
            byte[] bytes = random.Next(20) == 0 ? content[..^SnapshotFormat.PageBytes] : content;
            bytes[random.Next(bytes.Length)] ^= (byte)random.Next(2);
            damaged.WriteMemory(name, bytes, []);
        }
        return damaged;
    }

    /// <summary>A program of the vectors with some bytes changed: most of them in headers and code.</summary>
    private static byte[] RandomFile(Random random)
    {
        byte[] file = [.. _programs.Value[random.Next(_programs.Value.Length)]];
        int headers = Math.Min(file.Length, 176);
        for (int changes = random.Next(4); changes > 0 && file.Length > 0; changes--)
        {
            file[random.Next(headers)] = (byte)random.Next(256);
        }
        if (random.Next(2) == 0 && file.Length > headers)
        {
            random.NextBytes(file.AsSpan(random.Next(headers, file.Length)));
        }
        return random.Next(10) == 0 ? file[..random.Next(file.Length + 1)] : file;
    }

    private static byte[] RandomBytes(Random random, int bytesMax)
    {
        byte[] bytes = new byte[random.Next(bytesMax)];
        random.NextBytes(bytes);
        return bytes;
    }
}
