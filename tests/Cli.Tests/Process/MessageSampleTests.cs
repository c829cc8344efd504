using Granary.Tests;

namespace Granary.Cli.Tests;

/// <summary>What the README of the messages sample tells to type, typed; behind '=>' stands what must come.</summary>
public sealed class MessageSampleTests : IDisposable
{
    private const string Prefix = "    ./granary ";
    private const string Fails = "fails: ";

    private static readonly TimeSpan s_timeLimit = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-messages-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Every_line_of_the_readme_does_what_it_says()
    {
        string root = VectorFolders.RepositoryRoot();
        string[] lines = [.. File.ReadLines(Path.Combine(root, "samples", "messages", "README.md"))
            .Where(l => l.StartsWith(Prefix, StringComparison.Ordinal)).Select(l => l[Prefix.Length..])];
        Assert.Equal("up", lines[0]);
        using NodeProcess node = await NodeProcess.StartAsync(Path.Combine(_folder.FullName, "data"));
        foreach (string line in lines[1..])
        {
            string[] parts = line.Split('#', 2);
            string[] words = [.. parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(w => w.StartsWith("samples/", StringComparison.Ordinal) ? Path.Combine(root, w) : w)];
            string[] wanted = parts.Length < 2 ? [] : parts[1].Split("=> ", 2);
            await TypeAsync(node, [.. words, "--url", node.Url], wanted.Length < 2 ? "" : wanted[1].Trim());
        }
        IEnumerable<string> samples = Directory.GetFiles(Path.Combine(root, "samples", "messages"), "*.gscript")
            .Select(s => Path.GetFileName(s));
        Assert.All(samples, s => Assert.Contains(lines, l => l.Contains(s, StringComparison.Ordinal)));
        Assert.Equal(0, await node.StopAsync());
    }

    // What one kernel tells another may take a moment: a line that finds nothing yet is typed again.
    private static async Task TypeAsync(NodeProcess node, string[] command, string wanted)
    {
        bool fails = wanted.StartsWith(Fails, StringComparison.Ordinal);
        string text = fails ? wanted[Fails.Length..] : wanted;
        using CancellationTokenSource limit = new(s_timeLimit);
        while (true)
        {
            using TestConsole io = new();
            int exitCode = await GranaryCli.InvokeAsync(command, io, o => Hosts.OpenAsync(o), Hosts.Engines);
            string shown = string.Join(' ', (io.Text + io.Errors).Split(' ', StringSplitOptions.RemoveEmptyEntries));
            string about = $"{string.Join(' ', command)} on {node.Url}: exit code {exitCode}\n{shown}";
            Assert.True(exitCode != 0 == fails, about);
            if (shown.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
            Assert.False(limit.IsCancellationRequested, about);
            await Task.Delay(50);
        }
    }
}
