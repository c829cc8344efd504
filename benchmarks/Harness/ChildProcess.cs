using System.Diagnostics;
using System.Globalization;

namespace Granary.Benchmarks;

/// <summary>A peer that is a program of its own, with the processor time that it took.</summary>
internal static class ChildProcess
{
    /// <summary>Runs a command of the shell to its end; its output is thrown away.</summary>
    /// <remarks>The shell says what its children took, which nothing else can once they are gone; that of bash says it
    /// in milliseconds.</remarks>
    public static Reading Read(long operations, string command, string input = "")
    {
        ProcessStartInfo start = new("bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add($"{command} >/dev/null 2>&1; code=$?; times; exit $code");
        Stopwatch watch = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        string[] times = process.StandardOutput.ReadToEnd().Split(
            (char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        BenchmarkRun.Check(process.ExitCode, 0, $"the exit code of {command}");
        BenchmarkRun.Check(times.Length, 4, "the count of times that the shell says");
        return new Reading(operations, watch.Elapsed, 0, Time(times[2]) + Time(times[3]));
    }

    // 0m0.690s
    private static TimeSpan Time(string text)
    {
        string[] parts = text.TrimEnd('s').Split('m');
        return TimeSpan.FromMinutes(double.Parse(parts[0], NumberFormatInfo.InvariantInfo))
            + TimeSpan.FromSeconds(double.Parse(parts[1], NumberFormatInfo.InvariantInfo));
    }
}
