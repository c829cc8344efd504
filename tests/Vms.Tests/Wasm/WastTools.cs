using System.Diagnostics;
using System.Text.RegularExpressions;
using Granary.Tests;

namespace Granary.Vms.Tests.Wasm;

/// <summary>
/// Turns the scripts of the official suite into modules and commands, with <c>wast2json</c> of the WebAssembly Binary
/// Toolkit (Debian's package <c>wabt</c>; <c>tests/tools/install-wasm-tools.sh</c> installs it).
/// </summary>
internal static partial class WastTools
{
    public const string Missing =
        "wast2json is not installed: run tests/tools/install-wasm-tools.sh (Debian package wabt) to run the suite.";

    private static readonly string[] _places = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The full name of a program on the path, or null.</summary>
    public static string? Find(string program) =>
        _places.Select(p => Path.Combine(p, program)).FirstOrDefault(File.Exists);

    /// <summary>The scripts of the suite: those that lie in the folder, and those in its archives.</summary>
    public static SortedDictionary<string, string> Scripts()
    {
        string folder = VectorFolders.Find("wasm");
        SortedDictionary<string, string> scripts = new(StringComparer.Ordinal);
        // The project's own are run as well.
        string own = Path.Combine(VectorFolders.RepositoryRoot(), "tests", "vectors", "wasm");
        foreach (string file in Directory.EnumerateFiles(own, "*.wast"))
        {
            scripts[Path.GetFileNameWithoutExtension(file)] = File.ReadAllText(file);
        }
        foreach (string file in Directory.EnumerateFiles(folder, "*.wast"))
        {
            scripts[Path.GetFileNameWithoutExtension(file)] = File.ReadAllText(file);
        }
        foreach (string archive in Directory.EnumerateFiles(folder, "*.tar.xz"))
        {
            string target = Directory.CreateTempSubdirectory("granary-wast-").FullName;
            Run("tar", ["-xJf", archive, "-C", target]);
            foreach (string file in Directory.EnumerateFiles(target, "*.wast"))
            {
                scripts[Path.GetFileNameWithoutExtension(file)] = File.ReadAllText(file);
            }
            Directory.Delete(target, recursive: true);
        }
        return scripts.Count > 0
            ? scripts
            : throw new FileNotFoundException($"'{folder}' holds no .wast script and no archive of them.");
    }

    /// <summary>Converts a script; the result has the commands as JSON, and the modules beside it by name.</summary>
    public static (string Json, Dictionary<string, byte[]> Modules) Convert(string name, string script)
    {
        string folder = Directory.CreateTempSubdirectory("granary-wast-").FullName;
        try
        {
            string source = Path.Combine(folder, name + ".wast");
            string target = Path.Combine(folder, name + ".json");
            File.WriteAllText(source, Adapt(script));
            Run(Find("wast2json")!, [source, "-o", target]);
            return (File.ReadAllText(target), Directory.EnumerateFiles(folder, "*.wasm")
                .ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>
    /// What wabt 1.0.32 does not read, said in the older way: table instructions need their table, and a folded
    /// <c>if</c> one condition.
    /// </summary>
    private static string Adapt(string script) => TableInstruction().Replace(script, "$0 0")
        .Replace("(if (i32.const 1) (i32.eqz) (then) (else))", "(if (i32.eqz (i32.const 1)) (then) (else))",
            StringComparison.Ordinal);

    public static void Run(string program, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        output.GetAwaiter().GetResult();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors}");
        }
    }

    [GeneratedRegex(@"\btable\.(get|set|grow|size|fill)\b(?!"")(?!\s*(\$|\d))")]
    private static partial Regex TableInstruction();
}
