using Granary.Tests;

namespace Granary.Cli.Tests;

/// <summary>What the README tells a newcomer to type, typed.</summary>
public sealed class ReadmeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-readme-");

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_second_terminal_works_as_it_says()
    {
        Assert.Equal(["up --demo"], CommandsAfter("start a node"));
        using NodeProcess node = await NodeProcess.StartAsync(Data, "--demo");
        string[] commands = CommandsAfter("In a second terminal");
        Assert.Equal(5, commands.Length);
        Dictionary<string, string> outputs = await TypeAsync(commands);
        Assert.Contains("demo-clock", outputs["ps"], StringComparison.Ordinal);
        Assert.Contains("my-clock", outputs["fork demo-clock my-clock"], StringComparison.Ordinal);
        Assert.Equal(3, outputs["events my-clock --count 3"].Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(0, await node.StopAsync());
    }

    [Fact]
    public async Task The_ten_minutes_work_as_they_say()
    {
        Assert.Equal(["run samples/mova/counter.mova"], CommandsAfter("## Run it"));
        (int deployed, _, string errors) = await RunAsync("deploy samples/mova/counter.mova");
        Assert.True(deployed == 0, errors);
        string[] commands = [.. CommandsAfter("## Ten minutes").Where(c => c != "shell")];
        Assert.Equal(7, commands.Length);
        Dictionary<string, string> outputs = await TypeAsync(commands);
        Assert.Contains("data/count = \"1\"", outputs["state inbox data/"], StringComparison.Ordinal);
        Assert.Contains("counter: accepted", outputs["verify counter"], StringComparison.Ordinal);
        Assert.Contains("int number payload", outputs["trace inbox 3"], StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, string>> TypeAsync(string[] commands)
    {
        Dictionary<string, string> outputs = [];
        foreach (string command in commands)
        {
            (int exitCode, string output, string errors) = await RunAsync(command);
            Assert.True(exitCode == 0, $"granary {command}: exit code {exitCode}\n{errors}");
            outputs[command] = output;
        }
        return outputs;
    }

    /// <summary>Paths of the repository as they are; a file that a command writes goes to the test's folder.</summary>
    private Task<(int ExitCode, string Output, string Errors)> RunAsync(string command) => NodeProcess.RunAsync(
        Data,
        [.. command.Split(' ').Select(word => word.StartsWith("samples/", StringComparison.Ordinal)
            ? Path.Combine(VectorFolders.RepositoryRoot(), word)
            : word.EndsWith(".bundle", StringComparison.Ordinal) ? Path.Combine(_folder.FullName, word) : word)]);

    /// <summary>The lines of the next code block behind a text, without comments.</summary>
    private static string[] CommandsAfter(string text)
    {
        const string indent = "    ./granary ";
        string[] lines = File.ReadAllLines(Path.Combine(VectorFolders.RepositoryRoot(), "README.md"));
        return
        [
            .. lines.SkipWhile(l => !l.Contains(text, StringComparison.Ordinal))
                .SkipWhile(l => !l.StartsWith(indent, StringComparison.Ordinal))
                .TakeWhile(l => l.StartsWith(indent, StringComparison.Ordinal))
                .Select(l => l[indent.Length..].Split('#')[0].Trim()),
        ];
    }
}
