using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Cli;

/// <summary>A silo in a process of its own; it ends when this process does.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    private const string ProgramVariable = "GRANARY_SILO";
    private const string ProgramName = "granary-silo";

    private readonly Process _process;

    private SiloProcess(string name, Process process) => (Name, _process) = (name, process);

    public string Name { get; }

    public int ProcessId => _process.Id;

    /// <summary>Where its API listens.</summary>
    public string Url { get; private set; } = "";

    public Task Ended => _process.WaitForExitAsync();

    /// <summary>Starts it; <see cref="ReadyAsync"/> says when clients can come.</summary>
    /// <exception cref="KernelHostException">The program is not there.</exception>
    public static SiloProcess Start(string name, PostgresAddress store, string cluster, int port)
    {
        string program = Find() ?? throw new KernelHostException(
            KernelHostError.BadRequest, $"The program '{ProgramName}' is not beside this one.",
            $"Build Cluster.sln, or name the program in {ProgramVariable}.");
        bool isAssembly = program.EndsWith(".dll", StringComparison.Ordinal);
        ProcessStartInfo start = new(isAssembly ? "dotnet" : program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        // The address may hold a password: not where others on the machine can see it.
        start.Environment["GRANARY_SILO_STORE"] = store.ToConnectionString();
        string url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
        string[] words = [.. isAssembly ? [program] : Array.Empty<string>(), "--name", name, "--cluster", cluster,
            "--listen", url, "--stop-with-input", "true"];
        foreach (string word in words)
        {
            start.ArgumentList.Add(word);
        }
        return new SiloProcess(name, Process.Start(start)!);
    }

    /// <exception cref="KernelHostException">It ended instead.</exception>
    public async Task ReadyAsync(CancellationToken cancellationToken)
    {
        string? line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        if (line is null)
        {
            throw new KernelHostException(
                KernelHostError.Unreachable, $"Silo '{Name}' did not start.", "What it says stands above.");
        }
        using JsonDocument ready = JsonDocument.Parse(line);
        Url = ready.RootElement.GetProperty("urls")[0].GetString()!;
    }

    /// <summary>Lets it send its kernels to the others, and end.</summary>
    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Named, beside this program, or as it is built in the repository.</summary>
    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable(ProgramVariable) is { Length: > 0 } named)
        {
            return named;
        }
        List<string> places = [AppContext.BaseDirectory];
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            places.Add(Path.Combine(folder.FullName, "Silo", "bin", "Release", "net10.0"));
        }
        return places.SelectMany(p => new[] { Path.Combine(p, ProgramName), Path.Combine(p, ProgramName + ".dll") })
            .FirstOrDefault(File.Exists);
    }
}
