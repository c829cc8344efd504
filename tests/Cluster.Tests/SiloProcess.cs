using System.Diagnostics;
using Granary.Silo;

namespace Granary.Cluster.Tests;

/// <summary>A silo as a process of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SiloProcess(Process process) => _process = process;

    /// <summary>Starts it; returns when clients can come.</summary>
    public static async Task<SiloProcess> StartAsync(TestCluster cluster, string name)
    {
        string program = Path.ChangeExtension(typeof(SiloNode).Assembly.Location, ".dll");
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false,
            ArgumentList = { program, "--store", cluster.Url, "--name", name, "--probe-ms", "2000",
                "--stop-with-input", "true" },
        };
        SiloProcess silo = new(Process.Start(start)!);
        string? line = await silo._process.StandardOutput.ReadLineAsync().WaitAsync(TestCluster.Limit);
        Assert.Contains("\"ready\"", line, StringComparison.Ordinal);
        return silo;
    }

    /// <summary>Kills it as a failing machine would: nothing is told to anybody.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
        return ValueTask.CompletedTask;
    }
}
