using System.Diagnostics;
using System.Text.Json;

namespace Granary.Cli.Tests;

/// <summary>The real program as a node, and as a user's commands.</summary>
internal sealed class NodeProcess : IDisposable
{
    private static readonly TimeSpan s_timeLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private NodeProcess(Process process) => _process = process;

    public string Url { get; private set; } = "";

    /// <summary>Starts a node on a free port; returns when it is ready.</summary>
    public static Task<NodeProcess> StartAsync(string dataFolder, params string[] more) =>
        StartOnAsync(dataFolder, ":0", more);

    public static async Task<NodeProcess> StartOnAsync(string dataFolder, string listen, params string[] more)
    {
        NodeProcess node = new(Start(dataFolder, ["up", "--json", "--listen", listen, .. more]));
        string? line = await node._process.StandardOutput.ReadLineAsync().WaitAsync(s_timeLimit);
        if (line is null)
        {
            Assert.Fail(await node._process.StandardError.ReadToEndAsync());
        }
        node.Url = JsonDocument.Parse(line).RootElement.GetProperty("urls")[0].GetString()!;
        return node;
    }

    /// <summary>Runs a command to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string dataFolder, params string[] arguments)
    {
        using Process process = Start(dataFolder, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(s_timeLimit);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>SIGTERM: the orderly end.</summary>
    public async Task<int> StopAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await _process.WaitForExitAsync().WaitAsync(s_timeLimit);
        return _process.ExitCode;
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
    }

    // The data folder is the default one, as for a user who names none.
    private static Process Start(string dataFolder, IEnumerable<string> arguments)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "granary"), arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["GRANARY_DATA"] = dataFolder;
        start.Environment.Remove("GRANARY_URL");
        return Process.Start(start)!;
    }
}
