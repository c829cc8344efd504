namespace Granary.Vms.Mova.Tests;

/// <summary>Random code and random snapshots may only give an exit or a clean error.</summary>
public sealed class MovaFuzzTests
{
    private const int Seeds = 4_000;
    private const long MessageGas = 20_000;

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
            byte[] code = RandomCode(random);
            Assert.NotNull(MovaTestRun.Engine.Disassemble(code));
            SnapshotBuffer snapshot = RandomSnapshot(random);
            try
            {
                MovaTestRun.Engine.Describe(snapshot);
            }
            catch (SnapshotFormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Fact]
    public void Random_source_gives_code_or_an_error_with_a_place()
    {
        string[] pieces =
        [
            "var ", "i", "j", " = ", "0", "16777216", ";", "loop", ":", "++", "+=", "-", "print", "(", ")", "sleep",
            "goto ", "stop", "//", "/*", "*/", "\n", "\t", "é", "\0", "put 1 ", "add ", "#", ".word 0x1", "9",
        ];
        for (int seed = 0; seed < Seeds; seed++)
        {
            Random random = new(seed);
            string text = string.Concat(
                Enumerable.Range(0, random.Next(40)).Select(_ => pieces[random.Next(pieces.Length)]));
            foreach (IVmLanguage language in MovaTestRun.Engine.Languages)
            {
                try
                {
                    byte[] code = language.Compile(text, VmLimits.Default);
                    Assert.Equal(0, code.Length % 4);
                }
                catch (SourceException e)
                {
                    Assert.True(e.Line >= 1 && e.Column >= 1 && e.What.Length > 0, $"seed {seed}");
                }
            }
        }
    }

    private static void RunOne(Random random)
    {
        byte[] code = RandomCode(random);
        VmLimits limits = VmLimits.Default with { StackSlotsMax = random.Next(2) == 0 ? random.Next(20) : 65_535 };
        IVmProgram program = MovaTestRun.Engine.Load(code, limits);
        SnapshotBuffer? from = random.Next(2) == 0 ? null : RandomSnapshot(random);
        MovaTestRun run = new(code, limits, from);
        run.Container.Enter(new VmEntry(random.Next(8) == 0 ? "stort" : "start", default, ""));
        long slice = random.Next(1, 3_000);
        VmExit exit = run.RunInSlices(() => slice, MessageGas);
        Assert.True(exit is VmExit.Halted or VmExit.Trapped);
        Assert.InRange(run.GasUsed, 0, MessageGas);
        Assert.NotNull(program.Restore(run.Save()));
    }

    private static byte[] RandomCode(Random random)
    {
        byte[] code = new byte[random.Next(40) * 4 + (random.Next(10) == 0 ? random.Next(4) : 0)];
        random.NextBytes(code);
        bool likely = random.Next(4) != 0;
        for (int i = 0; likely && i + 3 < code.Length; i += 4)
        {
            code[i] = (byte)random.Next(1, random.Next(20) == 0 ? 7 : 6);
            code[i + 1] = (byte)random.Next(code.Length / 4 + 2);
            code[i + 2] = code[i + 3] = 0;
        }
        return code;
    }

    private static SnapshotBuffer RandomSnapshot(Random random)
    {
        int[] stack = new int[random.Next(30)];
        for (int i = 0; i < stack.Length; i++)
        {
            stack[i] = random.Next(int.MinValue, int.MaxValue);
        }
        byte[] bytes = new MovaState((uint)random.NextInt64(random.Next(2) == 0 ? 40 : 1L << 32), stack).ToBytes();
        switch (random.Next(6))
        {
            case 0:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes = bytes[..random.Next(bytes.Length)];
                break;
            case 2:
                bytes = [.. bytes, (byte)random.Next(256)];
                break;
        }
        SnapshotBuffer snapshot = new();
        if (random.Next(20) != 0)
        {
            snapshot.WriteSection("state", bytes);
        }
        if (random.Next(10) == 0)
        {
            byte[] name = new byte[random.Next(80)];
            random.NextBytes(name);
            snapshot.WriteSection("entry", name);
        }
        return snapshot;
    }
}
