using System.Text.Json;

namespace Granary.Cli.Tests;

/// <summary>A command line on a fake host, with a folder for files.</summary>
public abstract class CliTest : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-cli-");

    private protected FakeHost Host { get; } = new();

    private protected TestConsole Io { get; private set; } = new();

    public void Dispose()
    {
        Io.Dispose();
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected Task<int> Run(params string[] args) =>
        GranaryCli.InvokeAsync(args, Io, Host.OpenAsync, FakeEngine.Registry);

    /// <summary>The next invocation has a console of its own.</summary>
    private protected void NewConsole()
    {
        Io.Dispose();
        Io = new TestConsole();
    }

    /// <summary>Runs with --json and gives the one document.</summary>
    private protected async Task<JsonElement> RunJson(int exitCode, params string[] args)
    {
        int actual = await Run([.. args, "--json"]);
        Assert.True(exitCode == actual, $"exit code {actual}: {Io.Errors}");
        return JsonDocument.Parse(exitCode == 0 || Io.Text.Length > 0 ? Io.Text : Io.Errors).RootElement;
    }

    private protected IReadOnlyList<JsonElement> JsonLines() =>
        [.. Io.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];

    private protected string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private protected string Source(string name, string text = "code")
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    /// <summary>Standard output without the blanks that tables end their lines with.</summary>
    private protected string[] Lines() =>
        [.. Io.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd())];
}
