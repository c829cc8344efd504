using System.Text;
using Granary.Tests;

namespace Granary.Vms.Tests.Wasm;

/// <summary>
/// The samples, built by their own script with packaged compilers: they do what they do natively, also when they are
/// saved all the time and go on in another tier.
/// </summary>
public sealed class WasmSampleTests : IDisposable
{
    /// <summary>Smaller than the samples are when somebody tries them.</summary>
    private const string Small = "-DCOUNT=20000 -DROUNDS=16";

    private const string CoreMarkVariable = "GRANARY_COREMARK";
    private const long Gas = 100_000_000_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("granary-wasm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [WasmToolFact(WasmTools.Clang, WasmTools.WasiLibrary)]
    public void C_programs_print_what_they_print_natively()
    {
        WasmTools.BuildSamples(_folder, Small);
        foreach (string name in (string[])["quicksort", "sha256", "lisp", "ledger"])
        {
            string source = Path.Combine(VectorFolders.RepositoryRoot(), "samples",
                name == "ledger" ? "wasm" : "riscv", name + ".c");
            string theirs = WasmTools.RunNative(_folder, "300", [.. Small.Split(' '), source]);
            byte[] code = File.ReadAllBytes(Path.Combine(_folder, name + ".wasm"));

            Assert.Equal((name, theirs), (name, RunWhole(code)));
            Assert.Equal((name, theirs), (name, RunCut(code)));
        }
    }

    [WasmToolFact(WasmTools.Clang)]
    public void C_actors_count_calculate_and_ask_other_kernels()
    {
        WasmTools.BuildSamples(_folder, "");
        Assert.Equal([1, 0, 0, 0], Output(Actor("counter"), "add", ""));
        // The thousandth and the two thousandth prime number.
        WasmRun primes = Actor("primes");
        Output(primes, "start", "2");
        Assert.Equal(["7919\n", "17389\n"], primes.Host.Prints.Select(Encoding.UTF8.GetString));
        Assert.Equal("answer", Encoding.UTF8.GetString(Output(Actor("asker"), "ask", "question")));
    }

    [WasmToolFact(WasmTools.Clang, WasmTools.RustLibrary)]
    public void A_Rust_actor_counts_words()
    {
        WasmTools.BuildSamples(_folder, "");
        WasmRun words = Actor("words");

        Assert.Equal("5", Encoding.UTF8.GetString(Output(words, "count", "To be, or not to")));
        Assert.Equal([2, 0, 0, 0], words.Host.Data["to"u8.ToArray()]);
    }

    [WasmToolFact(WasmTools.Clang, WasmTools.AssemblyScript)]
    public void An_AssemblyScript_actor_greets()
    {
        WasmTools.BuildSamples(_folder, "");
        WasmRun greeter = Actor("greeter");
        Output(greeter, "greet", "Ada");

        Assert.Equal("Hello, Ada, for the 2. time.", Encoding.UTF8.GetString(Output(greeter, "greet", "Ada")));
    }

    [CoreMarkFact]
    public void CoreMark_comes_to_its_checksums()
    {
        string coreMark = Environment.GetEnvironmentVariable(CoreMarkVariable)!;
        byte[] code = WasmTools.BuildC(_folder, ["-DPERFORMANCE_RUN=1", "-DITERATIONS=10", "-DFLAGS_STR=\"\"",
            "-DSEED_METHOD=SEED_VOLATILE", "-I", coreMark, "-I", Path.Combine(coreMark, "posix"),
            .. Directory.EnumerateFiles(coreMark, "core_*.c"), Path.Combine(coreMark, "posix", "core_portme.c")]);
        foreach (string output in (string[])[RunWhole(code), RunCut(code)])
        {
            // Of the parameters of a performance run.
            foreach (string line in (string[])["crclist       : 0xe714", "crcmatrix     : 0x1fd7",
                "crcstate      : 0x8e3a"])
            {
                Assert.Contains(line, output, StringComparison.Ordinal);
            }
        }
    }

    private WasmRun Actor(string name)
    {
        byte[] code = File.ReadAllBytes(Path.Combine(_folder, name + ".wasm"));
        return new WasmRun(WasmRun.LoadCode(code), WasmRun.LoadCode(code, compiled: true));
    }

    private static byte[] Output(WasmRun run, string entry, string payload)
    {
        Random random = new(1);
        VmExit exit = run.Send(entry, Encoding.UTF8.GetBytes(payload), () => random.Next(1_000, 1_000_000), Gas);
        return Assert.IsType<VmExit.Halted>(exit).Output.ToArray();
    }

    private static string RunWhole(byte[] code) => Run(
        new WasmRun(WasmRun.LoadCode(code, compiled: true)), () => GasMeter.Unlimited);

    private static string RunCut(byte[] code)
    {
        Random random = new(1);
        return Run(new WasmRun(WasmRun.LoadCode(code), WasmRun.LoadCode(code, compiled: true)),
            () => random.Next(1_000_000, 4_000_000));
    }

    private static string Run(WasmRun run, Func<long> slice)
    {
        VmExit exit = run.Send("", "300"u8.ToArray(), slice, Gas);
        Assert.True(exit is VmExit.Halted, $"{exit}");
        return string.Concat(
            run.Host.Emits.Where(e => e.Topic == "stdout").Select(e => Encoding.UTF8.GetString(e.Payload)));
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class CoreMarkFactAttribute : FactAttribute
    {
        public CoreMarkFactAttribute()
        {
            if (Environment.GetEnvironmentVariable(CoreMarkVariable) is null)
            {
                Skip = $"{CoreMarkVariable} names no folder: the sources of CoreMark are not here.";
            }
        }
    }
}
