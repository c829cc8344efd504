using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// What a machine costs beside running: carried from one program object to another in the middle of a loop, and the
/// first call of a large module. Processor time.
/// </summary>
internal sealed class WasmTimings : IBenchmark
{
    private const int Rounds = 30;
    private const int MemoryPages = 16;

    /// <summary>Functions of about a hundred bytes: a module of 1 MB.</summary>
    private const int Functions = 10_000;

    public string Name => "wasm-timings";

    public string Summary => "the WebAssembly engine: suspend, save, restore and resume; the first call of a module";

    public Task RunAsync(BenchmarkRun run)
    {
        PairedSeries trips = new();
        Traveller large = new(MemoryPages);
        Traveller small = new(1);
        for (int round = 0; round < run.Pick(Rounds, 3); round++)
        {
            trips.Add(large.Go(), small.Go());
        }
        run.Report("suspend, save, restore and resume 1 MiB", "ms", "64 KiB", trips,
            [Goal.AtMost("ms", 3, trips.Ours.Median)], "processor time");

        PairedSeries calls = new();
        byte[] code = Large();
        for (int round = 0; round < run.Pick(Rounds / 3, 2); round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            IVmProgram program = Load(code);
            Call(program);
            TimeSpan between = Environment.CpuUsage.TotalTime;
            Call(program);
            calls.Add((between - before).TotalMilliseconds,
                (Environment.CpuUsage.TotalTime - between).TotalMilliseconds);
        }
        run.Report("first call of a new module of 1 MB", "ms", "known", calls,
            [Goal.AtMost("ms", 150, calls.Ours.Median), Goal.AtMost("ms when known", 5, calls.Theirs.Median)],
            "processor time");
        return Task.CompletedTask;
    }

    /// <summary>A machine in the middle of a loop, and two program objects of its code.</summary>
    private sealed class Traveller
    {
        private readonly IVmProgram[] _programs;
        private IVmContainer _machine;
        private int _trips;

        public Traveller(int pages)
        {
            byte[] code = Carried(pages);
            _programs = [Load(code), Load(code)];
            _machine = _programs[0].Start();
            _machine.Enter(new VmEntry("go", default, ""));
            Slice(_machine, 10_000_000);
        }

        /// <summary>Milliseconds.</summary>
        public double Go()
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            SnapshotBuffer saved = new();
            _machine.Save(saved);
            _machine = _programs[++_trips % 2].Restore(saved);
            Slice(_machine, 1);
            return (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
        }
    }

    private static void Call(IVmProgram program)
    {
        IVmContainer machine = program.Start();
        machine.Enter(new VmEntry("go", default, ""));
        Slice(machine, GasMeter.Unlimited);
    }

    private static void Slice(IVmContainer machine, long slice)
    {
        GasMeter gas = new(slice, GasMeter.Unlimited);
        machine.Run(ref gas, new NullHost());
    }

    private static IVmProgram Load(byte[] code) =>
        BuiltInEngines.All.FindNewest("wasm")!.Load(code, VmLimits.Default);

    /// <summary>Writes to all of its memory, again and again: no page stays zero.</summary>
    private static byte[] Carried(int pages) => Module(
        pages,
        [
            // The address is local 0, which goes up by 61 and wraps at the end of the memory.
            [1, 1, 0x7f, 0x03, 0x40, 0x20, 0, 0x20, 0, 0x36, 2, 0, 0x20, 0, 0x41, 61, 0x6a,
                0x41, .. pages == 1 ? (byte[])[0xfc, 0xff, 3] : [0xfc, 0xff, 0x3f], 0x71, 0x21, 0, 0x0c, 0, 0x0b, 0x0b],
        ]);

    /// <summary>The entry calls a hundred of the other functions.</summary>
    private static byte[] Large()
    {
        List<byte[]> bodies = [];
        List<byte> entry = [0];
        for (int i = 1; i <= 100; i++)
        {
            entry.AddRange([0x41, 1, 0x10, .. Unsigned(i * (Functions / 100) - 1), 0x1a]);
        }
        bodies.Add([.. entry, 0x0b]);
        for (int i = 1; i < Functions; i++)
        {
            List<byte> body = [0, 0x20, 0];
            for (int part = 0; part < 16; part++)
            {
                body.AddRange([0x41, (byte)((i + part) % 64), 0x6a, 0x20, 0, 0x73]);
            }
            bodies.Add([.. body, 0x0b]);
        }
        return Module(1, bodies);
    }

    /// <summary>The first function is the entry <c>go</c>; the others take an i32 and return one.</summary>
    private static byte[] Module(int memoryPages, List<byte[]> bodies)
    {
        List<byte> module = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
        Section(module, 1, [2, 0x60, 0, 0, 0x60, 1, 0x7f, 1, 0x7f]);
        Section(module, 3, [.. Unsigned(bodies.Count), .. bodies.Select((_, i) => (byte)(i == 0 ? 0 : 1))]);
        Section(module, 5, [1, 0, .. Unsigned(memoryPages)]);
        Section(module, 7, [1, 2, (byte)'g', (byte)'o', 0, 0]);
        Section(module, 10,
            [.. Unsigned(bodies.Count), .. bodies.SelectMany(b => (byte[])[.. Unsigned(b.Length), .. b])]);
        return [.. module];
    }

    private static void Section(List<byte> module, byte id, byte[] content) =>
        module.AddRange([id, .. Unsigned(content.Length), .. content]);

    private static byte[] Unsigned(int value)
    {
        List<byte> bytes = [];
        for (; value > 0x7f; value >>= 7)
        {
            bytes.Add((byte)(value & 0x7f | 0x80));
        }
        return [.. bytes, (byte)value];
    }
}
