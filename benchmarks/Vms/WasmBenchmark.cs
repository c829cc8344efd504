using System.Diagnostics;
using System.Globalization;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// The WebAssembly engine beside V8: small programs in C, gas and suspension on. Processor time, because the peer is
/// another process and machines are busy; V8's optimising compiler has had its time, and so has ours.
/// </summary>
internal sealed class WasmBenchmark : IBenchmark
{
    private const long SliceGas = 1_000_000;
    private const int CompileMicroseconds = 1_000_000;

    private static readonly string[] _entries =
        ["fib", "sieve", "matmul", "sha256", "mandel", "qsort", "icall", "memsum"];

    public string Name => "wasm";

    public string Summary => "the WebAssembly engine, compiled and interpreted, beside V8 (needs clang-16 and node)";

    public Task RunAsync(BenchmarkRun run)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "../../../Vms/Wasm");
        if (!File.Exists("/usr/bin/clang-16") || !File.Exists("/usr/bin/node") || !Directory.Exists(folder))
        {
            Console.WriteLine("  left out: clang-16, node or the sources are not there");
            return Task.CompletedTask;
        }
        string module = Path.GetTempFileName();
        try
        {
            Execute("clang-16", ["--target=wasm32", "-O2", "-nostdlib", "-fno-builtin", "-Wl,--no-entry",
                "-Wl,-z,stack-size=65536", "-o", module, Path.Combine(folder, "programs.c")]);
            Compare(run, module, Path.Combine(folder, "v8.mjs"));
        }
        finally
        {
            File.Delete(module);
        }
        return Task.CompletedTask;
    }

    private static void Compare(BenchmarkRun run, string module, string script)
    {
        byte[] code = File.ReadAllBytes(module);
        IVmCompilingProgram compiled = Load(code);
        IVmCompilingProgram interpreted = Load(code);
        Dictionary<string, PairedSeries> fast = _entries.ToDictionary(e => e, _ => new PairedSeries());
        Dictionary<string, PairedSeries> slow = _entries.ToDictionary(e => e, _ => new PairedSeries());
        foreach (string entry in _entries)
        {
            // The first run compiles what gets hot; the second what the first left.
            Measure(compiled, entry, compile: true);
            Measure(compiled, entry, compile: true);
        }
        for (int round = 0; round < run.Rounds; round++)
        {
            Dictionary<string, (string Output, double Milliseconds)> peer = RunV8(script, module);
            foreach (string entry in _entries)
            {
                (string output, double milliseconds) = Measure(compiled, entry, compile: true);
                BenchmarkRun.Check(output, peer[entry].Output, entry);
                fast[entry].Add(milliseconds, peer[entry].Milliseconds);
                if (round == 0)
                {
                    (output, milliseconds) = Measure(interpreted, entry, compile: false);
                    BenchmarkRun.Check(output, peer[entry].Output, entry);
                    slow[entry].Add(milliseconds, peer[entry].Milliseconds);
                }
            }
        }
        Report(run, fast, "", s => [Goal.AtMost("of V8's time", 1.25, s.Ratio.Median)]);
        Report(run, slow, " interpreted", s => [Goal.AtMost("of V8's time", 20, s.Ratio.Median)]);
    }

    private static void Report(BenchmarkRun run, Dictionary<string, PairedSeries> all, string suffix,
        Func<PairedSeries, IReadOnlyList<Goal>> goals)
    {
        foreach ((string entry, PairedSeries series) in all)
        {
            run.Report(entry + suffix, "ms", "V8", series, [], "processor time");
        }
        PairedSeries mean = new();
        mean.Add(GeometricMean(all.Values.Select(s => s.Ours.Median)),
            GeometricMean(all.Values.Select(s => s.Theirs.Median)));
        run.Report("geometric mean" + suffix, "ms", "V8", mean, goals(mean), "processor time");
    }

    private static double GeometricMean(IEnumerable<double> values) =>
        Math.Exp(values.Select(v => Math.Log(v)).Average());

    private static IVmCompilingProgram Load(byte[] code) => (IVmCompilingProgram)BuiltInEngines.All
        .FindNewest("wasm")!.Load(code, VmLimits.Default);

    private static (string Output, double Milliseconds) Measure(IVmCompilingProgram program, string entry, bool compile)
    {
        IVmContainer machine = program.Start();
        machine.Enter(new VmEntry(entry, default, ""));
        NullHost host = new();
        TimeSpan before = Environment.CpuUsage.TotalTime;
        while (true)
        {
            GasMeter gas = new(SliceGas, GasMeter.Unlimited);
            VmExit exit = machine.Run(ref gas, host);
            if (exit is VmExit.Halted halted)
            {
                double spent = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds;
                return (Convert.ToHexStringLower(halted.Output.Span), spent);
            }
            BenchmarkRun.Check(exit, VmExit.SliceEnded.Instance, "the exit of " + entry);
            if (compile && program.WantsCompiling)
            {
                program.CompileMore(CompileMicroseconds);
            }
        }
    }

    private static Dictionary<string, (string Output, double Milliseconds)> RunV8(string script, string module) =>
        Execute("node", [script, module, .. _entries]).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(p => p[0], p => (p[1], double.Parse(p[2], CultureInfo.InvariantCulture) / 1e6));

    private static string Execute(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        BenchmarkRun.Check(process.ExitCode, 0, $"the exit code of {program}");
        return output;
    }
}
