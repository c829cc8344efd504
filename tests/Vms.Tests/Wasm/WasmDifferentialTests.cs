using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Tests;
using Granary.Vms.Wasm;

namespace Granary.Vms.Tests.Wasm;

/// <summary>
/// Random modules must do the same in the interpreter, compiled, cut at every safe point with a change of tier, and in
/// V8. <c>GRANARY_WASM_FUZZ=100000</c> runs so many (a hundred otherwise), <c>GRANARY_WASM_SEED</c> is the first seed;
/// a failure names the seed.
/// </summary>
public sealed class WasmDifferentialTests
{
    private const int PerNode = 500;

    private static readonly int _firstSeed = Setting("GRANARY_WASM_SEED", 1);
    private static readonly int _count = Setting("GRANARY_WASM_FUZZ", 100);

    /// <summary>One of so many is also compiled, which takes long.</summary>
    private static readonly int _compileEvery = _count <= 1_000 ? 4 : 10;

    [Fact]
    public void Random_modules_do_the_same_in_both_tiers()
    {
        for (int seed = _firstSeed; seed < _firstSeed + _count; seed += _compileEvery)
        {
            string expected = string.Join('\n', Outcomes(seed, new WastRunner(WastTiers.Interpret)));
            string compiled = string.Join('\n', Outcomes(seed, new WastRunner(WastTiers.RunCompiled, compiles: true)));
            string cut = string.Join('\n', Outcomes(seed,
                new WastRunner(WastTiers.CutEverywhere(WastTiers.Alternate()), compiles: true)));

            Assert.True(expected == compiled, $"seed {seed}, compiled:\n{expected}\n{compiled}");
            Assert.True(expected == cut, $"seed {seed}, cut:\n{expected}\n{cut}");
        }
    }

    [NodeFact]
    public void Random_modules_do_the_same_in_V8()
    {
        for (int first = _firstSeed; first < _firstSeed + _count; first += PerNode)
        {
            int end = Math.Min(first + PerNode, _firstSeed + _count);
            DirectoryInfo folder = Directory.CreateTempSubdirectory("granary-wasm-");
            try
            {
                List<string> ours = [];
                StringBuilder calls = new();
                for (int seed = first; seed < end; seed++)
                {
                    WasmRandomModules random = new(seed);
                    File.WriteAllBytes(Path.Combine(folder.FullName, $"{seed}.wasm"), random.Make());
                    foreach (string call in Calls(seed, random))
                    {
                        calls.Append(call).Append('\n');
                    }
                    ours.AddRange(Outcomes(seed, new WastRunner(WastTiers.Interpret)));
                }
                File.WriteAllText(Path.Combine(folder.FullName, "calls.txt"), calls.ToString());
                Assert.Equal(ours, RunNode(folder.FullName));
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    private static string[] RunNode(string folder)
    {
        string script = Path.Combine(VectorFolders.RepositoryRoot(), "tests", "tools", "wasm-reference.mjs");
        ProcessStartInfo start = new("node", [script, folder]) { RedirectStandardOutput = true };
        using Process node = Process.Start(start)!;
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.Equal(0, node.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Two calls of each function, as lines for the reference.</summary>
    private static IEnumerable<string> Calls(int seed, WasmRandomModules module)
    {
        foreach ((int function, ulong[] arguments) in Arguments(seed, module))
        {
            (byte[] parameters, byte result) = module.Signatures[function];
            IEnumerable<string> values = parameters.Zip(arguments, (t, v) => string.Create(
                CultureInfo.InvariantCulture, $"{WasmTypeNames.Of((WasmType)t)}:{v}"));
            yield return $"{seed}.wasm f{function} {WasmTypeNames.Of((WasmType)result)} {string.Join(' ', values)}"
                .TrimEnd();
        }
        yield return $"{seed}.wasm end -";
    }

    private static IEnumerable<(int Function, ulong[] Arguments)> Arguments(int seed, WasmRandomModules module)
    {
        Random random = new(seed * 31);
        for (int call = 0; call < 2 * module.Signatures.Count; call++)
        {
            int function = call % module.Signatures.Count;
            yield return (function, [.. module.Signatures[function].Parameters.Select(t => Argument(random, t))]);
        }
    }

    private static ulong Argument(Random random, byte type) => (WasmType)type switch
    {
        WasmType.I32 => (uint)random.Next(-100, 100_000),
        WasmType.I64 => (ulong)random.NextInt64(),
        WasmType.F32 => BitConverter.SingleToUInt32Bits((float)(random.NextDouble() * 1e6)),
        _ => BitConverter.DoubleToUInt64Bits(random.NextDouble() * 1e12),
    };

    private static List<string> Outcomes(int seed, WastRunner runner)
    {
        WasmRandomModules random = new(seed);
        byte[] code = random.Make();
        WastInstance instance;
        try
        {
            instance = WastInstance.Create(runner, code, tag: 1);
        }
        catch (InvalidCodeException e)
        {
            throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
        }
        List<string> lines = [];
        foreach ((int function, ulong[] arguments) in Arguments(seed, random))
        {
            instance.State.Globals[0].Value = 300;
            (WasmTrap trap, ulong[] results) = instance.Invoke(function, arguments);
            lines.Add(trap == WasmTrap.None
                ? string.Create(CultureInfo.InvariantCulture, $"{seed}.wasm f{function} {results[0]:x}")
                : $"{seed}.wasm f{function} trap");
        }
        string globals = string.Join(' ', instance.State.Globals.Skip(1)
            .Select(g => g.Value.ToString("x", CultureInfo.InvariantCulture)));
        lines.Add(string.Create(CultureInfo.InvariantCulture,
            $"{seed}.wasm end {globals} {Fnv(instance.State.Memory):x}"));
        return lines;
    }

    private static uint Fnv(WasmMemory memory)
    {
        uint hash = 0x811c9dc5;
        foreach (byte next in memory.Slice(0, (int)memory.Size))
        {
            hash = (hash ^ next) * 0x01000193;
        }
        return hash;
    }
}
