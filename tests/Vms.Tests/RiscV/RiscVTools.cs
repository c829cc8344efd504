using System.Diagnostics;
using Granary.Tests;

namespace Granary.Vms.RiscV.Tests;

/// <summary>The tools of others that some tests need, and that are not everywhere.</summary>
internal static class RiscVTools
{
    public const string Emulator = "qemu-riscv64";
    public const string Compiler = "riscv64-unknown-elf-gcc";

    /// <summary>Bit manipulation is not in the emulator's plain machine.</summary>
    private static readonly string[] _machine = ["-cpu", "rv64,zba=true,zbb=true,zbc=true,zbs=true"];

    public static bool Has(string tool) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, tool)));

    /// <summary>What a Linux program writes to its output.</summary>
    public static byte[] RunEmulated(string file) => Run(Emulator, [.. _machine, file]);

    /// <summary>Builds the samples by their own script.</summary>
    public static void BuildSamples(string folder, bool forLinux, string flags)
    {
        string script = Path.Combine(VectorFolders.RepositoryRoot(), "samples", "riscv", "build.sh");
        Run("bash", forLinux ? [script, folder, "--linux"] : [script, folder], ("CFLAGS", flags));
    }

    private static byte[] Run(string tool, string[] arguments, (string Name, string Value)? variable = null)
    {
        ProcessStartInfo start = new(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (variable is { } set)
        {
            start.Environment[set.Name] = set.Value;
        }
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{tool} ended with {process.ExitCode}: {errors.GetAwaiter().GetResult()}");
        return output.ToArray();
    }
}

/// <summary>A test that is skipped, with the reason, where a tool is missing.</summary>
internal sealed class RiscVToolFactAttribute : FactAttribute
{
    public RiscVToolFactAttribute(params string[] tools)
    {
        string[] missing = [.. tools.Where(t => !RiscVTools.Has(t))];
        if (missing.Length > 0)
        {
            Skip = $"{string.Join(" and ", missing)} not found: samples/riscv/build.sh --install installs them";
        }
    }
}
