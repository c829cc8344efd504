using System.Runtime;
using System.Runtime.InteropServices;

namespace Granary.Benchmarks;

/// <summary>Where a run took place; without it no figure means anything.</summary>
internal sealed record Machine(
    string Processor, int Cores, string System, string Runtime, string Collector, double MemoryGiB,
    string DataFileSystem, DateTimeOffset Time)
{
    public static Machine Describe()
    {
        string collector = (GCSettings.IsServerGC ? "server" : "workstation")
            + (GCSettings.LatencyMode == GCLatencyMode.Batch ? ", not concurrent" : ", concurrent");
        double memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        return new Machine(
            ProcessorName(), Environment.ProcessorCount, RuntimeInformation.OSDescription,
            RuntimeInformation.FrameworkDescription, collector, Math.Round(memory, 1), DataFileSystemName(),
            DateTimeOffset.UtcNow);
    }

    public string ToText() =>
        $"""
        machine: {Processor}, {Cores} cores, {FigureText.Number(MemoryGiB)} GiB, {System}
        runtime: {Runtime}, {Collector} garbage collector; data on {DataFileSystem}
        """;

    private static string ProcessorName()
    {
        const string list = "/proc/cpuinfo";
        string? line = File.Exists(list)
            ? File.ReadLines(list).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':', 2)[1].Trim()
            ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>A disk in memory flushes at no cost: whoever reads the figures must see it.</summary>
    private static string DataFileSystemName()
    {
        string folder = Path.GetFullPath(Path.GetTempPath());
        DriveInfo? drive = DriveInfo.GetDrives()
            .Where(d => d.IsReady && folder.StartsWith(d.RootDirectory.FullName, StringComparison.Ordinal))
            .MaxBy(d => d.RootDirectory.FullName.Length);
        return drive?.DriveFormat ?? "an unknown file system";
    }
}
