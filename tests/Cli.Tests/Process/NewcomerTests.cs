using System.Text.Json;

namespace Granary.Cli.Tests;

/// <summary>What somebody does first, with the real program as node and as commands.</summary>
public sealed class NewcomerTests : IDisposable
{
    private const string Counter = """
        on add
          get n "n"
          int n n
          int d payload
          add n d
          put "n" n
          print n
          halt n
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("granary-newcomer-");

    private string Data => Path.Combine(_folder.FullName, "data");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_node_is_started_used_watched_and_stopped()
    {
        string source = Path.Combine(_folder.FullName, "mine.gscript");
        File.WriteAllText(source, Counter);
        using (NodeProcess node = await NodeProcess.StartAsync(Data, "--demo"))
        {
            JsonElement kernels = (await JsonAsync("ps")).GetProperty("kernels");
            Assert.Equal(
                ["demo-clock", "demo-tally", "demo-ticker"],
                kernels.EnumerateArray().Select(k => k.GetProperty("id").GetString()));
            await JsonAsync("deploy", source);
            Assert.Equal("5", Payload(await JsonAsync("--url", node.Url, "call", "mine", "add", "5")));
            await JsonAsync("--url", node.Url, "fork", "mine", "copy");
            Assert.Equal("6", Payload(await JsonAsync("call", "copy", "add", "1")));
            Assert.Equal("7", Payload(await JsonAsync("call", "mine", "add", "2")));
            (int exitCode, string lines, _) = await NodeProcess.RunAsync(
                Data, "--url", node.Url, "events", "--json", "--count", "3");
            Assert.Equal((0, 3), (exitCode, lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));

            // One folder, one node; and who names the folder is told where it is.
            (int second, _, string errors) = await NodeProcess.RunAsync(Data, "up", "--listen", ":0");
            Assert.True(second == 2 && errors.Contains(node.Url, StringComparison.Ordinal), errors);
            (int named, _, string advice) = await NodeProcess.RunAsync(Data, "ps", "--data", Data);
            Assert.True(named == 21 && advice.Contains($"--url {node.Url}", StringComparison.Ordinal), advice);
            Assert.Equal(0, await node.StopAsync());
        }
        Assert.False(File.Exists(Path.Combine(Data, "node.json")));
        Assert.Equal("8", Payload(await JsonAsync("call", "mine", "add", "1")));
    }

    [Fact]
    public async Task What_a_killed_node_leaves_behind_misleads_nobody()
    {
        using (NodeProcess node = await NodeProcess.StartAsync(Data))
        {
            node.Kill();
        }
        Assert.True(File.Exists(Path.Combine(Data, "node.json")));
        (int exitCode, _, string errors) = await NodeProcess.RunAsync(Data, "ps");
        Assert.True(exitCode == 0, errors);
    }

    [Fact]
    public async Task A_port_in_use_is_named()
    {
        using NodeProcess node = await NodeProcess.StartAsync(Data);
        string other = Path.Combine(_folder.FullName, "other");
        (int exitCode, _, string errors) = await NodeProcess.RunAsync(
            other, "up", "--listen", new Uri(node.Url).Authority);
        Assert.Equal(10, exitCode);
        Assert.Contains("in use", errors);
    }

    [Fact]
    public async Task A_node_with_tokens_wants_one()
    {
        (_, string token, _) = await NodeProcess.RunAsync(Data, "token", "create", "me", "--role", "viewer");
        using NodeProcess node = await NodeProcess.StartAsync(Data);
        (int without, _, string errors) = await NodeProcess.RunAsync(Data, "ps");
        Assert.True(without == 25, errors);
        Assert.Equal(0, (await NodeProcess.RunAsync(Data, "ps", "--token", token.Trim())).ExitCode);
        (int lesser, _, errors) = await NodeProcess.RunAsync(
            Data, "send", "x", "start", "--timeout", "0", "--token", token.Trim());
        Assert.True(lesser == 25, errors);
    }

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        (int exitCode, string output, string errors) = await NodeProcess.RunAsync(Data, [.. arguments, "--json"]);
        Assert.True(exitCode == 0, errors);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string? Payload(JsonElement call) => call.GetProperty("payload").GetProperty("text").GetString();
}
