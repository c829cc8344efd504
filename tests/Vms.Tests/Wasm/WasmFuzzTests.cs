namespace Granary.Vms.Tests.Wasm;

/// <summary>Broken modules and snapshots yield a clean error or an exit, and nothing else.</summary>
public sealed class WasmFuzzTests
{
    private const int Modules = 400;
    private const int Snapshots = 400;

    [Fact]
    public void A_module_cut_short_anywhere_is_malformed()
    {
        byte[] code = new WasmRandomModules(1).Make();
        // The last cut that could be a module ends before the exports, which are needed.
        for (int size = 0; size < code.Length; size++)
        {
            InvalidCodeException error = Assert.Throws<InvalidCodeException>(() => Load(code[..size]));
            Assert.NotEmpty(error.What);
        }
    }

    [WatFact]
    public void Changed_modules_are_refused_or_run_to_an_exit()
    {
        byte[] code = WasmPrograms.Assemble(WasmPrograms.Traveller);
        for (int seed = 1; seed <= Modules; seed++)
        {
            Random random = new(seed);
            byte[] changed = Change(code, random, from: 8);
            try
            {
                IVmProgram program = Load(changed);
                IVmContainer machine = program.Start();
                machine.Enter(new VmEntry("", default, ""));
                GasMeter gas = new(50_000, 50_000);
                Assert.NotNull(machine.Run(ref gas, new TestHost(VmLimits.Default)));
            }
            catch (InvalidCodeException)
            {
                // Refused: fine.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
            Assert.NotEmpty(new Granary.Vms.Wasm.WasmEngine().Disassemble(changed));
        }
    }

    [WatFact]
    public void Changed_snapshots_are_refused_or_run_to_an_exit()
    {
        IVmProgram[] programs = [WasmRun.Load(WasmPrograms.Traveller), WasmRun.Load(WasmPrograms.Traveller, true)];
        for (int seed = 1; seed <= Snapshots; seed++)
        {
            Random random = new(seed);
            IVmProgram program = programs[seed % 2];
            SnapshotBuffer saved = Saved(program, random.Next(1, 20_000));
            SnapshotBuffer changed = new();
            foreach ((string name, byte[] bytes) in saved.Sections)
            {
                changed.WriteSection(name, random.Next(3) == 0 ? Change(bytes, random, 0) : bytes);
            }
            foreach ((string name, byte[] bytes) in saved.Memories)
            {
                bool small = bytes.Length < 10_000;
                changed.WriteMemory(name, small && random.Next(2) == 0 ? Change(bytes, random, 0) : bytes, default);
            }
            try
            {
                IVmContainer machine = program.Restore(changed);
                GasMeter gas = new(50_000, 50_000);
                Assert.NotNull(machine.Run(ref gas, new TestHost(VmLimits.Default)));
            }
            catch (SnapshotFormatException)
            {
                // Refused: fine.
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
    }

    [Fact]
    public void SIMD_is_refused_by_name()
    {
        byte[] code =
        [
            0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 0x65, 0, 0,
            10, 9, 1, 7, 0, 0x41, 0, 0xfd, 0x0f, 0x1a, 0x0b,
        ];

        InvalidCodeException error = Assert.Throws<InvalidCodeException>(() => Load(code));

        Assert.Contains("SIMD", error.Message, StringComparison.Ordinal);
    }

    private static SnapshotBuffer Saved(IVmProgram program, long gasSpent)
    {
        IVmContainer machine = program.Start();
        machine.Enter(new VmEntry("go", default, ""));
        GasMeter gas = new(gasSpent, GasMeter.Unlimited);
        machine.Run(ref gas, new TestHost(VmLimits.Default));
        SnapshotBuffer saved = new();
        machine.Save(saved);
        return saved;
    }

    private static IVmProgram Load(byte[] code) => new Granary.Vms.Wasm.WasmEngine().Load(code, VmLimits.Default);

    /// <summary>Flips bytes, cuts, or repeats.</summary>
    private static byte[] Change(byte[] bytes, Random random, int from)
    {
        if (bytes.Length <= from)
        {
            return bytes;
        }
        byte[] changed = [.. bytes];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            changed[random.Next(from, changed.Length)] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => 0xff,
                _ => 0,
            };
        }
        return random.Next(6) switch
        {
            0 => changed[..random.Next(from, changed.Length)],
            1 => [.. changed, .. changed[random.Next(from, changed.Length)..]],
            _ => changed,
        };
    }
}
