using System.Diagnostics;
using System.Runtime.CompilerServices;
using Granary.Vms;
using Granary.Vms.RiscV;

namespace Granary.Benchmarks;

/// <summary>Programs in C on the RISC-V engine, under an emulator that compiles, and as native code.</summary>
/// <remarks>
/// The programs are the samples, built by their own script; without its compiler and the emulator there is nothing to
/// measure. Instructions are counted by a run in which each costs one; the native side is given the same count, so that
/// its figure is the speed at which an engine would have to be as fast.
/// </remarks>
internal sealed class RiscVBenchmark : IBenchmark
{
    private static readonly string[] _programs = ["mixed", "quicksort", "sha256", "lisp"];

    private static readonly string[] _tools = ["riscv64-unknown-elf-gcc", "qemu-riscv64", "cc"];

    public string Name => "riscv";

    public string Summary => "instructions of the RISC-V engine beside qemu-riscv64 and native code";

    public async Task RunAsync(BenchmarkRun run)
    {
        string[] missing = [.. _tools.Where(t => !IsThere(t))];
        if (missing.Length > 0)
        {
            Console.WriteLine($"  skipped: needs {string.Join(", ", missing)} (samples/riscv/build.sh --install)");
            return;
        }
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            Build(folder, run.Quick ? "-DCOUNT=2000 -DROUNDS=2" : "");
            foreach (string program in _programs)
            {
                await MeasureAsync(run, folder, program);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureAsync(BenchmarkRun run, string folder, string program)
    {
        byte[] file = File.ReadAllBytes(Path.Combine(folder, program + ".elf"));
        long instructions = Execute(RiscVElf.Load(
            file, RiscVProfile.Actor with { CountsInstructions = true }, int.MaxValue));
        RiscVImage image = RiscVElf.Load(file, RiscVProfile.Actor, int.MaxValue);
        foreach (string peer in (string[])["linux", "native"])
        {
            string path = Path.Combine(folder, $"{program}.{peer}");
            List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
                () => Reading.Of(instructions, () => Execute(image)),
                () => ChildProcess.Read(instructions, peer == "linux" ? $"qemu-riscv64 '{path}'" : $"'{path}'"));
            run.Report(
                program, "M/s", peer == "linux" ? "qemu-riscv64" : "native", readings,
                r => 1e3 / r.ProcessorNanoseconds, note: "of processor time");
        }
    }

    /// <summary>Runs to the end in slices as a node does; gives back what it cost.</summary>
    private static long Execute(RiscVImage image)
    {
        const long sliceGas = 5_000_000;
        IVmContainer machine = new RiscVProgram(image, default, VmLimits.Default).Start();
        machine.Enter(new VmEntry("", default, ""));
        NullHost host = new();
        long used = 0;
        VmExit exit;
        do
        {
            GasMeter gas = new(sliceGas, GasMeter.Unlimited);
            exit = machine.Run(ref gas, host);
            used += gas.Used;
        }
        while (exit is VmExit.SliceEnded);
        // The mixed program waits for another message.
        BenchmarkRun.Check(exit is VmExit.Halted or VmExit.Suspended, true, "the end in success");
        return used;
    }

    private static void Build(string folder, string flags)
    {
        string samples = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "samples", "riscv");
        string script = Path.Combine(samples, "build.sh");
        Start(["bash", script, folder], flags);
        Start(["bash", script, folder, "--linux"], flags);
        foreach (string program in _programs)
        {
            string[] options = flags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Start(["cc", "-O2", "-DLINUX", .. options, Path.Combine(samples, program + ".c"),
                "-o", Path.Combine(folder, program + ".native")]);
        }
    }

    private static void Start(string[] command, string flags = "")
    {
        ProcessStartInfo start = new(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment["CFLAGS"] = flags;
        using Process process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        BenchmarkRun.Check(process.ExitCode, 0, $"the exit code of {command[0]}");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;

    private static bool IsThere(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, tool)));
}
