using System.Diagnostics;
using System.Text.Json;
using Granary.Silo;

namespace Granary.Cluster.Tests;

/// <summary>A silo as a process of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SiloProcess(Process process) => _process = process;

    /// <summary>Its HTTP API.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>Starts it; returns when clients can come.</summary>
    public static async Task<SiloProcess> StartAsync(TestCluster cluster, string name, params string[] more)
    {
        string program = Path.ChangeExtension(typeof(SiloNode).Assembly.Location, ".dll");
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true, RedirectStandardInput = true, UseShellExecute = false,
            ArgumentList = { program, "--store", cluster.Url, "--name", name, "--probe-ms", "2000",
                "--stop-with-input", "true" },
        };
        foreach (string argument in more)
        {
            start.ArgumentList.Add(argument);
        }
        SiloProcess silo = new(Process.Start(start)!);
        string? line = await silo._process.StandardOutput.ReadLineAsync().WaitAsync(TestCluster.Limit);
        Assert.Contains("\"ready\"", line, StringComparison.Ordinal);
        silo.Url = new Uri(JsonDocument.Parse(line!).RootElement.GetProperty("urls")[0].GetString()!);
        return silo;
    }

    /// <summary>Has it send its kernels away and leave.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(TestCluster.Limit);
        Assert.Equal(0, _process.ExitCode);
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
