using System.Text.Json;
using Granary.Kernels;

namespace Granary.Cli.Tests;

/// <summary>The commands and options of a node, on a fake host.</summary>
public sealed class NodeCommandTests : CliTest
{
    [Fact]
    public async Task Which_host_is_meant_comes_from_option_then_environment()
    {
        Io.Variables["GRANARY_URL"] = "http://127.0.0.1:1";
        Io.Variables["GRANARY_TOKEN"] = "of-variable";
        await Run("ps");
        await Run("ps", "--url", "localhost:2", "--token", "of-option");
        await Run("ps", "--data", PathOf("given"));
        await Run("ps", "--url", "http://127.0.0.1:3, 127.0.0.1:4");
        Assert.Equal(
            [["http://127.0.0.1:1/"], ["http://localhost:2/"], null, ["http://127.0.0.1:3/", "http://127.0.0.1:4/"]],
            Host.Opened.Select(o => o.Nodes?.Select(n => n.ToString())));
        Assert.Equal(
            ["of-variable", "of-option", "of-variable", "of-variable"], Host.Opened.Select(o => o.Token));
        Assert.Equal([false, false, true, false], Host.Opened.Select(o => o.FolderIsNamed));
        Assert.Contains("can be seen by others", Io.Errors);
        Assert.DoesNotContain("of-option", Io.Errors);
    }

    [Fact]
    public async Task Folder_and_node_exclude_each_other()
    {
        Assert.Equal(2, await Run("ps", "--url", "http://127.0.0.1:1", "--data", PathOf("given")));
        Assert.Equal(2, await Run("up", "--url", "http://127.0.0.1:1"));
        Assert.Equal(2, await Run("token", "list", "--url", "http://127.0.0.1:1"));
        Assert.Empty(Host.Opened);
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("http://[")]
    public async Task A_url_that_is_none_is_a_usage_error(string url)
    {
        int exitCode = await GranaryCli.InvokeAsync(
            ["ps", "--url", url], Io, o => Hosts.OpenAsync(o), FakeEngine.Registry);
        Assert.Equal(2, exitCode);
        Assert.Contains("no URL of a node", Io.Errors);
    }

    [Fact]
    public async Task Json_payloads_are_checked_and_sent_as_they_are()
    {
        Host.Add("k");
        JsonElement reply = await RunJson(0, "call", "k", "echo", "--json-payload", """{ "a": [1] }""");
        Assert.Equal("""{ "a": [1] }""", reply.GetProperty("payload").GetProperty("text").GetString());
        Assert.Equal(2, await Run("call", "k", "echo", "--json-payload", "{"));
        Assert.Contains("The payload is no JSON", Io.Errors);
        Assert.Equal(2, await Run("call", "k", "echo", "text", "--json-payload", "{}"));
    }

    [Fact]
    public async Task Events_are_followed_with_their_ids()
    {
        Host.Add("k");
        Task<int> run = Run("events", "k", "--json", "--count", "1");
        while (!run.IsCompleted)
        {
            await Host.SendAsync(new MessageRequest { To = KernelId.Parse("k"), Entry = "echo" });
            await Task.WhenAny(run, Task.Delay(20));
        }
        Assert.Equal(0, await run);
        Assert.True(Assert.Single(JsonLines()).TryGetProperty("id", out JsonElement id));
        Assert.Equal(JsonValueKind.String, id.ValueKind);
        Assert.Equal(11, await Run("events", "nobody"));
    }

    [Fact]
    public async Task Ctrl_C_ends_events_and_top_in_order()
    {
        Task<int> events = Run("events");
        Task<int> top = Run("top");
        await Task.Delay(50);
        Io.PressCtrlC();
        Assert.Equal(0, await events.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(0, await top.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Top_shows_plain_lines_in_a_pipe_and_as_much_as_fits_on_a_terminal()
    {
        for (int i = 0; i < 20; i++)
        {
            Host.Add($"k{i}");
        }
        Assert.Equal(0, await Run("top", "--count", "1"));
        Assert.Contains("20 kernels, 0 busy", Lines()[0]);
        Assert.Equal(22, Lines().Length);
        NewConsole();
        Io.OutIsTerminal = true;
        Io.Height = 10;
        Io.Keys.Enqueue('q');
        Assert.Equal(0, await Run("top", "--every", "1h").WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.StartsWith("\u001b[H\u001b[J", Io.Text);
        Assert.Contains("and 14 more", Io.Text);
        NewConsole();
        Assert.Equal(0, await Run("top", "--json", "--count", "2", "--every", "1ms"));
        Assert.Equal(2, JsonLines().Count);
        Assert.Equal(20, JsonLines()[1].GetProperty("kernels").GetArrayLength());
    }

    [Fact]
    public async Task Tokens_are_made_listed_and_revoked()
    {
        string folder = PathOf("data");
        Assert.Equal(0, await Run("token", "create", "ci", "--role", "deployer", "--data", folder));
        string token = Assert.Single(Lines());
        Assert.StartsWith("granary_", token);
        NewConsole();
        JsonElement list = await RunJson(0, "token", "list", "--data", folder);
        Assert.DoesNotContain(token, Io.Text);
        JsonElement one = Assert.Single(list.GetProperty("tokens").EnumerateArray());
        Assert.Equal(("ci", "deployer"), (one.GetProperty("name").GetString(), one.GetProperty("role").GetString()));
        string id = one.GetProperty("id").GetString()!;
        NewConsole();
        Assert.Equal(0, await Run("token", "revoke", id, "--data", folder));
        Assert.Equal(2, await Run("token", "revoke", id, "--data", folder));
        Assert.Equal(2, await Run("token", "create", "ci", "--role", "king", "--data", folder));
        Assert.Equal(2, await Run("token", "create", "ci", "--data", folder));
        Assert.Empty(Host.Opened);
    }

    [Theory]
    [InlineData("""{"lisen": ":0"}""", "Did you mean 'listen'?")]
    [InlineData("""{"max-calls": -1}""", "'max-calls'")]
    [InlineData("""{"demo": "perhaps"}""", "'demo'")]
    [InlineData("""{"drain": {}}""", "'drain'")]
    [InlineData("[]", "no JSON object")]
    public async Task A_setting_that_is_wrong_is_named(string config, string named)
    {
        Assert.Equal(2, await Run("up", "--config", Source("granary.json", config)));
        Assert.Contains(named, Io.Errors);
        Assert.Empty(Host.Opened);
    }
}
