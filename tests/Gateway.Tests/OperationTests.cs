using System.Text.Json;

namespace Granary.Gateway.Tests;

/// <summary>What each operation does when all is well.</summary>
public sealed class OperationTests
{
    [Fact]
    public async Task A_kernel_is_deployed_called_read_and_deleted()
    {
        await using Node node = await Node.StartAsync();
        using HttpResponseMessage made = await node.SendAsync(
            "POST", "/v1/kernels?id=a&engine=script@1&port=self=a", Node.Bytes(Node.Compile(Node.Counter)));
        JsonElement kernel = await Node.ReadAsync(made, 201);
        Assert.Equal("/v1/kernels/a", made.Headers.Location?.ToString());
        Assert.Equal("idle", kernel.GetProperty("status").GetString());

        JsonElement reply = await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("5"));
        Assert.Equal("ok", reply.GetProperty("status").GetString());
        Assert.Equal("5", reply.GetProperty("payload").GetProperty("text").GetString());
        Assert.Equal("a", reply.GetProperty("receipt").GetProperty("kernel").GetString());
        Assert.Equal(32, reply.GetProperty("key").GetString()!.Length);

        JsonElement sent = await node.AskAsync("POST", "/v1/kernels/a/messages?entry=add", 202, Node.Bytes("2"));
        Assert.False(sent.GetProperty("duplicate").GetBoolean());
        Assert.Equal("7", await AddAsync(node, "0"));

        await node.AskAsync("DELETE", "/v1/kernels/a", 204);
        await node.AskAsync("GET", "/v1/kernels/a", 404);
        JsonElement again = await node.AskAsync(
            "POST", "/v1/kernels?id=a&engine=script@1", 409, Node.Bytes(Node.Compile(Node.Counter)));
        Assert.Equal("nameTaken", again.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Lists_come_in_pages_that_miss_and_repeat_nothing()
    {
        await using Node node = await Node.StartAsync();
        for (int i = 0; i < 5; i++)
        {
            await node.DeployAsync($"k{i}");
        }
        Assert.Equal(["k0", "k1", "k2", "k3", "k4"], await WalkAsync(node, "/v1/kernels?limit=2", "id"));
        await node.DeployAsync("data", """
            on start
                put "a" "1"
                put "b" "2"
                put "c" "3"
                halt
            """);
        await node.AskAsync("POST", "/v1/kernels/data/calls", 200, Node.Bytes(""));
        string[] keys = await WalkAsync(node, "/v1/kernels/data/state?limit=2&prefix=646174612f", "key");
        Assert.Equal(["data/a", "data/b", "data/c"], keys);
        string[] positions = await WalkAsync(node, "/v1/kernels/data/journal?limit=1", "position");
        Assert.Equal(Enumerable.Range(1, positions.Length).Select(i => $"{i}"), positions);
        Assert.True(positions.Length >= 3);
    }

    [Fact]
    public async Task A_page_ends_when_it_is_heavy()
    {
        await using Node node = await Node.StartAsync(o => o with { PageBytesMax = 10 });
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("1"));
        JsonElement page = await node.AskAsync("GET", "/v1/kernels/a/state", 200);
        Assert.True(page.GetProperty("items").GetArrayLength() < 5);
        Assert.NotEmpty(page.GetProperty("next").GetString()!);
    }

    [Fact]
    public async Task An_idempotency_key_takes_a_call_once_and_answers_the_same()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        (string, string) key = ("Idempotency-Key", "order-1/2%");
        JsonElement first = await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("5"), key);
        JsonElement second = await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("5"), key);
        Assert.False(first.GetProperty("duplicate").GetBoolean());
        Assert.True(second.GetProperty("duplicate").GetBoolean());
        Assert.Equal("5", second.GetProperty("payload").GetProperty("text").GetString());
        JsonElement third = await node.AskAsync("GET", "/v1/kernels/a/calls/order-1%2F2%25", 200);
        Assert.Equal("5", third.GetProperty("payload").GetProperty("text").GetString());
        JsonElement unknown = await node.AskAsync("GET", "/v1/kernels/a/calls/other", 404);
        Assert.Equal("noSuchCall", unknown.GetProperty("code").GetString());
        Assert.Equal("5", await AddAsync(node, "0"));
    }

    [Fact]
    public async Task A_call_that_takes_longer_is_pending_and_can_be_waited_for_again()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        using HttpResponseMessage response = await node.SendAsync(
            "POST", "/v1/kernels/a/calls?entry=add&timeout=0", Node.Bytes("4"));
        JsonElement pending = await Node.ReadAsync(response, 202);
        string key = pending.GetProperty("key").GetString()!;
        Assert.Equal(key, Assert.Single(response.Headers.GetValues("Idempotency-Key")));
        string location = response.Headers.Location!.ToString();
        Assert.Equal($"/v1/kernels/a/calls/{key}", location);
        await node.AskAsync("GET", $"{location}?timeout=0.1", 202);
        // It is durable: the journal has it.
        JsonElement journal = await node.AskAsync("GET", "/v1/kernels/a/journal", 200);
        Assert.Contains(key, journal.GetRawText(), StringComparison.Ordinal);
        await node.AskAsync("POST", "/v1/kernels/a/resume", 200);
        JsonElement reply = await node.AskAsync("GET", location, 200);
        Assert.Equal("4", reply.GetProperty("payload").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Snapshots_forks_and_rollbacks_go_back_in_time()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await AddAsync(node, "1");
        JsonElement snapshot = await node.AskAsync("PUT", "/v1/kernels/a/snapshots/one", 201);
        Assert.Equal("one", snapshot.GetProperty("name").GetString());
        await node.AskAsync("PUT", "/v1/kernels/a/snapshots/one", 409);
        await AddAsync(node, "1");
        await node.AskAsync("POST", "/v1/kernels/a/fork", 201, Node.Json("""{"newId":"b","from":"one"}"""));
        await node.AskAsync("POST", "/v1/kernels/a/fork", 201, Node.Json("""{"newId":"c"}"""));
        Assert.Equal("1", await AddAsync(node, "0", "b"));
        Assert.Equal("2", await AddAsync(node, "0", "c"));
        await node.AskAsync("POST", "/v1/kernels/a/rollback", 200, Node.Json("""{"to":"one"}"""));
        Assert.Equal("1", await AddAsync(node, "0"));
        JsonElement list = await node.AskAsync("GET", "/v1/kernels/a/snapshots", 200);
        Assert.Contains("one", list.GetRawText(), StringComparison.Ordinal);
        JsonElement past = await node.AskAsync("GET", "/v1/kernels/a/state?at=one&prefix=646174612f", 200);
        Assert.Equal("1", past.GetProperty("items")[0].GetProperty("value").GetProperty("text").GetString());
    }

    [Fact]
    public async Task Ports_are_given_and_taken_away()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        JsonElement refused = await node.AskAsync(
            "PUT", "/v1/kernels/a/ports/next", 404, Node.Json("""{"target":"b"}"""));
        Assert.Equal("noSuchKernel", refused.GetProperty("code").GetString());
        await node.DeployAsync("b");
        await node.AskAsync("PUT", "/v1/kernels/a/ports/next", 200, Node.Json("""{"target":"b"}"""));
        JsonElement held = (await node.AskAsync("GET", "/v1/kernels/a/ports", 200)).GetProperty("items")[0];
        Assert.Equal("""{"name":"next","target":"b","grant":0}""", held.GetRawText());
        JsonElement state = await node.AskAsync("GET", "/v1/kernels/a/state?prefix=706f727473", 200);
        Assert.Contains("ports/next", state.GetRawText(), StringComparison.Ordinal);
        await node.AskAsync("DELETE", "/v1/kernels/a/ports/next", 200);
        state = await node.AskAsync("GET", "/v1/kernels/a/state?prefix=706f727473", 200);
        Assert.Equal(0, state.GetProperty("items").GetArrayLength());
        JsonElement none = await node.AskAsync("GET", "/v1/kernels/a/ports", 200);
        Assert.Equal(0, none.GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task A_bundle_leaves_is_verified_and_comes_back_under_another_id()
    {
        using TempFolder folder = new();
        await using Node node = await Node.StartAsync(o => o with { SpoolFolder = folder.Path });
        await node.DeployAsync("a");
        await AddAsync(node, "3");
        using HttpResponseMessage response = await node.SendAsync("GET", "/v1/kernels/a/bundle");
        Assert.Contains(".granary", response.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        byte[] bundle = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(response.Content.Headers.ContentLength, bundle.Length);
        JsonElement report = await node.AskAsync("POST", "/v1/verify", 200, Node.Bytes(bundle));
        Assert.True(report.GetProperty("accepted").GetBoolean());
        await node.AskAsync("POST", "/v1/kernels/import?id=b", 201, Node.Bytes(bundle));
        Assert.Equal("3", await AddAsync(node, "0", "b"));
        report = await node.AskAsync("POST", "/v1/kernels/b/verify", 200);
        Assert.True(report.GetProperty("accepted").GetBoolean());
        await node.AskAsync("POST", "/v1/kernels/import?id=c", 400, Node.Bytes(bundle[..^10]));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task A_machine_is_read_and_written_back()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        JsonElement machine = await node.AskAsync("GET", "/v1/kernels/a/machine", 200);
        await node.AskAsync("PUT", "/v1/kernels/a/machine", 200, Node.Json(machine.GetRawText()));
        string broken = machine.GetRawText().Replace("script@1", "mova@1", StringComparison.Ordinal);
        JsonElement refused = await node.AskAsync("PUT", "/v1/kernels/a/machine", 400, Node.Json(broken));
        Assert.Equal("badSnapshot", refused.GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_proof_comes_with_its_root()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await AddAsync(node, "3");
        string key = Convert.ToHexStringLower("data/n"u8);
        JsonElement evidence = await node.AskAsync("GET", $"/v1/kernels/a/proof?key={key}", 200);
        Assert.Equal("3", evidence.GetProperty("value").GetProperty("text").GetString());
        Kernels.StateProof proof = Kernels.StateProof.Parse(
            Convert.FromHexString(evidence.GetProperty("proof").GetString()!));
        Assert.True(Kernels.Hash.TryParse(evidence.GetProperty("root").GetString(), out Kernels.Hash root));
        Assert.True(proof.Verify(root, "data/n"u8, out ReadOnlyMemory<byte>? value));
        Assert.True(value!.Value.Span.SequenceEqual("3"u8));
        evidence = await node.AskAsync("GET", "/v1/kernels/a/proof?key=00", 200);
        Assert.Equal(JsonValueKind.Null, evidence.GetProperty("value").ValueKind);
    }

    [Fact]
    public async Task A_kernel_that_is_as_it_was_is_not_sent_again()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        using HttpResponseMessage first = await node.SendAsync("GET", "/v1/kernels/a");
        string tag = first.Headers.ETag!.Tag;
        await node.AskAsync("GET", "/v1/kernels/a", 304, null, ("If-None-Match", tag));
        await AddAsync(node, "1");
        await node.AskAsync("GET", "/v1/kernels/a", 200, null, ("If-None-Match", tag));
        // Ignored, it would let through what the client wanted stopped.
        await node.AskAsync("POST", "/v1/kernels/a/pause", 400, null, ("If-Match", tag));
    }

    [Fact]
    public async Task Health_and_figures_are_text()
    {
        await using Node node = await Node.StartAsync(o => o with { Metrics = () => "granary_kernels 1\n" });
        Assert.Equal("live\n", await node.Http.GetStringAsync(new Uri("/health/live", UriKind.Relative)));
        Assert.Equal("ready\n", await node.Http.GetStringAsync(new Uri("/health/ready", UriKind.Relative)));
        Assert.Equal("granary_kernels 1\n", await node.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative)));
        await using Node without = await Node.StartAsync();
        await without.AskAsync("GET", "/metrics", 404);
    }

    [Fact]
    public async Task A_node_that_stops_tells_who_waits()
    {
        Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        Task<HttpResponseMessage> call = node.SendAsync("POST", "/v1/kernels/a/calls?entry=add", Node.Bytes("1"));
        using HttpResponseMessage stream = await node.SendAsync("GET", "/v1/events");
        Task<string> rest = stream.Content.ReadAsStringAsync();
        await Wait.UntilAsync(() => node.App.WaitingCalls == 1, "the call to wait");
        await node.App.StopAsync().WaitAsync(TimeSpan.FromSeconds(5));
        using HttpResponseMessage answer = await call;
        await Node.ReadAsync(answer, 202);
        Assert.StartsWith("retry: 1000\n\n", await rest, StringComparison.Ordinal);
        await node.DisposeAsync();
    }

    private static async Task<string> AddAsync(Node node, string number, string kernel = "a")
    {
        JsonElement reply = await node.AskAsync(
            "POST", $"/v1/kernels/{kernel}/calls?entry=add", 200, Node.Bytes(number));
        return reply.GetProperty("payload").GetProperty("text").GetString()!;
    }

    private static async Task<string[]> WalkAsync(Node node, string path, string member)
    {
        List<string> seen = [];
        string after = "";
        while (true)
        {
            JsonElement page = await node.AskAsync("GET", path + after, 200);
            foreach (JsonElement item in page.GetProperty("items").EnumerateArray())
            {
                JsonElement value = item.GetProperty(member);
                seen.Add(value.ValueKind == JsonValueKind.Object
                    ? value.GetProperty("text").GetString()!
                    : value.ToString());
            }
            if (page.GetProperty("next").ValueKind == JsonValueKind.Null)
            {
                return [.. seen];
            }
            after = $"&after={page.GetProperty("next").GetString()}";
        }
    }
}
