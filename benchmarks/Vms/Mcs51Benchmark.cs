using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>Instructions of the 8051 beside a C# loop, and a program of SDCC beside the simulator s51.</summary>
/// <remarks>
/// The second needs <c>sdcc</c> and <c>s51</c> (Debian: sdcc, sdcc-ucsim) and is left out without them.
/// </remarks>
internal sealed class Mcs51Benchmark : IBenchmark
{
    private const int CyclesPerTurn = 8;

    // loop: add a,r1; mov r2,a; xrl a,#55; inc r1; cjne r3,#01,next; next: sjmp loop
    private static readonly byte[] s_loop = Convert.FromHexString("29fa645509bb0100" + "80f6");

    private static readonly IVmEngine s_engine = BuiltInEngines.All.FindNewest("mcs51")!;

    public string Name => "mcs51";

    public string Summary => "instructions of the 8051 beside the same steps in C#, and a program beside s51";

    public async Task RunAsync(BenchmarkRun run)
    {
        long turns = run.Pick(30_000_000L, 10_000L);
        IVmProgram loop = s_engine.Load(s_loop, VmLimits.Default);
        run.WarmUp(() => Loop(loop, 20_000), () => LoopByHand(20_000, 1));
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(6 * turns, () => Loop(loop, turns)),
            () => Reading.Of(6 * turns, () => LoopByHand(turns, 1)));
        run.Report("six instructions in a loop", "M/s", "C# loop", readings,
            r => 1e3 / r.ProcessorNanoseconds, note: "of processor time");

        string folder = Directory.CreateTempSubdirectory("granary-mcs51-").FullName;
        try
        {
            await RunProgramAsync(run, folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task RunProgramAsync(BenchmarkRun run, string folder)
    {
        int rounds = run.Pick(100, 2);
        if (!TryBuild(folder, rounds) || Find("s51") is not { } s51)
        {
            Console.WriteLine("  sdcc or s51 is not installed: the program beside s51 is left out.");
            return;
        }
        string hexFile = Path.Combine(folder, "bench.ihx");
        byte[] code = s_engine.Languages[0].Compile(await File.ReadAllTextAsync(hexFile), VmLimits.Default);
        IVmProgram program = s_engine.Load(code, VmLimits.Default);
        (long cycles, long stop) = RunOurs(program);
        run.WarmUp(() => RunOurs(program));
        // Processor time on both sides: the simulator is a process of its own, and machines are shared.
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            () => Reading.Of(cycles, () => RunOurs(program)), () => RunTheirs(s51, hexFile, stop, cycles, folder));
        run.Report(
            "a program with printf", "M cycles/s", "s51", readings, r => 1e3 / r.ProcessorNanoseconds,
            note: "of processor time");
    }

    private static void Loop(IVmProgram program, long turns)
    {
        IVmContainer machine = program.Start();
        machine.Enter(default(VmEntry) with { Name = "serial" });
        GasMeter gas = new(turns * CyclesPerTurn, GasMeter.Unlimited);
        BenchmarkRun.Check(machine.Run(ref gas, new NullHost()), VmExit.SliceEnded.Instance, "the exit");
        BenchmarkRun.Check(gas.Used, turns * CyclesPerTurn, "the gas");
    }

    /// <summary>As in <see cref="MovaBenchmark"/>: each step is counted against a limit and depends on the one before.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int LoopByHand(long turns, int start)
    {
        int a = start;
        int r1 = 0;
        int r2 = 0;
        int carry = 0;
        long left = turns * CyclesPerTurn;
        while (true)
        {
            if (--left < 0)
            {
                return a + r1 + r2 + carry;
            }
            a += r1;
            carry = a >> 8;
            a &= 0xFF;
            if (--left < 0)
            {
                return a + r1 + r2 + carry;
            }
            r2 ^= a;
            if (--left < 0)
            {
                return a + r1 + r2 + carry;
            }
            a ^= 0x55;
            if (--left < 0)
            {
                return a + r1 + r2 + carry;
            }
            r1 = (r1 + 1) & 0xFF;
            left -= 2;
            if (left < 0)
            {
                return a + r1 + r2 + carry;
            }
            carry = r2 < 1 ? 1 : 0;
            left -= 2;
        }
    }

    private static (long Cycles, long Stop) RunOurs(IVmProgram program)
    {
        IVmContainer machine = program.Start();
        machine.Enter(default(VmEntry) with { Name = "serial" });
        GasMeter gas = new(GasMeter.Unlimited, GasMeter.Unlimited);
        NullHost host = new();
        BenchmarkRun.Check(machine.Run(ref gas, host) is VmExit.Halted, true, "the end");
        BenchmarkRun.Check(host.Prints > 1, true, "the output");
        return (gas.Used, ((IVmInspector)s_engine).Position(machine));
    }

    private static Reading RunTheirs(string s51, string hexFile, long stop, long cycles, string folder)
    {
        string output = Path.Combine(folder, "s51.out");
        return ChildProcess.Read(
            cycles, $"'{s51}' -t 8052 -Sout='{output}' '{hexFile}'",
            string.Create(NumberFormatInfo.InvariantInfo, $"break 0x{stop:x}\nrun\nquit\n"));
    }

    private static bool TryBuild(string folder, int rounds)
    {
        string script = Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "samples", "mcs51", "build.sh");
        if (Find("sdcc") is null || !File.Exists(script))
        {
            return false;
        }
        ProcessStartInfo start = new("sh") { RedirectStandardError = true };
        start.ArgumentList.Add(script);
        start.ArgumentList.Add(folder);
        start.Environment["ROUNDS"] = rounds.ToString(NumberFormatInfo.InvariantInfo);
        using Process process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string? Find(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
}
