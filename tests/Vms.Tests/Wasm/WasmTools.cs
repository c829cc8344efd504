using System.Diagnostics;
using Granary.Tests;

namespace Granary.Vms.Tests.Wasm;

/// <summary>Compilers that some tests need, and that are not everywhere.</summary>
internal static class WasmTools
{
    public const string Clang = "clang-16";
    public const string AssemblyScript = "asc";

    /// <summary>Where Debian's packages put the C library and Rust's library for WebAssembly.</summary>
    public const string WasiLibrary = "/usr/include/wasm32-wasi";
    public const string RustLibrary = "/usr/lib/rustlib/wasm32-unknown-unknown";

    public static bool Has(string tool) => tool.StartsWith('/')
        ? Directory.Exists(tool)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, tool)));

    /// <summary>Builds the samples by their own script.</summary>
    public static void BuildSamples(string folder, string flags) => Run(
        "sh", [Path.Combine(VectorFolders.RepositoryRoot(), "samples", "wasm", "build.sh"), folder], flags);

    /// <summary>Builds a C program for WASI.</summary>
    public static byte[] BuildC(string folder, params string[] arguments)
    {
        string module = Path.Combine(folder, "program.wasm");
        Run(Clang, ["--target=wasm32-wasi", "-O2", "-s", "-o", module, .. arguments]);
        return File.ReadAllBytes(module);
    }

    /// <summary>Builds a C program for this machine, and what it prints.</summary>
    public static string RunNative(string folder, string input, params string[] arguments)
    {
        string program = Path.Combine(folder, "native");
        Run(Clang, ["-O2", "-o", program, .. arguments]);
        return Run(program, [], input: input, workingFolder: folder);
    }

    private static string Run(
        string tool, string[] arguments, string flags = "", string input = "", string workingFolder = "")
    {
        ProcessStartInfo start = new(tool, arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = workingFolder,
        };
        start.Environment["CFLAGS"] = flags;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It does not read, and may be gone already.
        }
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
        return output;
    }
}

/// <summary>A test that is skipped, with the reason, where a compiler is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WasmToolFactAttribute : FactAttribute
{
    public WasmToolFactAttribute(params string[] tools)
    {
        string[] missing = [.. tools.Where(t => !WasmTools.Has(t))];
        if (missing.Length > 0)
        {
            Skip = $"{string.Join(" and ", missing)} not found: tests/tools/install-wasm-tools.sh installs them.";
        }
    }
}
