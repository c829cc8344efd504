using System.Globalization;
using System.Text.Json;

namespace Granary.Gateway.Tests;

/// <summary>What comes later, and what comes to nothing.</summary>
public sealed class TimerAndLetterTests
{
    [Fact]
    public async Task A_timer_is_set_listed_fires_and_is_removed()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("PUT", "/v1/kernels/a/timers/one?entry=add", 200, Node.Bytes("5"));
        await Wait.UntilAsync(async () => await CountAsync(node, "a") == "5", "the timer to fire");
        Assert.Equal(0, (await ListAsync(node, "timers")).GetArrayLength());

        await node.AskAsync(
            "PUT", "/v1/kernels/a/timers/nightly?entry=add&gas=none&due=2000000000000&delay=0.25&period=86400", 200,
            Node.Bytes("7"));
        await node.AskAsync("PUT", "/v1/kernels/a/timers/other?delay=3600", 200, Node.Bytes(""));
        JsonElement timer = (await ListAsync(node, "timers"))[0];
        Assert.Equal(
            """
            {"name":"nightly","due":2000000000250,"period":86400000,"entry":"add","payload":{"hex":"37","text":"7"},
            "gas":null}
            """.ReplaceLineEndings(""), timer.GetRawText());
        JsonElement page = await node.AskAsync("GET", "/v1/kernels/a/timers?limit=1", 200);
        Assert.Equal("nightly", page.GetProperty("next").GetString());
        page = await node.AskAsync("GET", "/v1/kernels/a/timers?after=nightly", 200);
        Assert.Equal("other", page.GetProperty("items")[0].GetProperty("name").GetString());

        JsonElement kernel = await node.AskAsync("DELETE", "/v1/kernels/a/timers/other", 200);
        Assert.Equal(2_000_000_000_250, kernel.GetProperty("wakeAt").GetInt64());
        await node.AskAsync("DELETE", "/v1/kernels/a/timers/other", 400);
    }

    [Theory]
    [InlineData("one?delay=-1")]
    [InlineData("one?delay=1e3")]
    [InlineData("one?period=315360001")]
    [InlineData("one?due=-1")]
    [InlineData("one?due=9223372036854775807&delay=315360000")]
    [InlineData("one?due=9223372036854775808")]
    [InlineData("one?gas=-1")]
    [InlineData("one?entry=a%20b")]
    [InlineData("o%20e")]
    public async Task A_timer_that_cannot_be_is_refused(string timer)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("PUT", $"/v1/kernels/a/timers/{timer}", 400, Node.Bytes(""));
    }

    [Fact]
    public async Task Dead_letters_are_listed_sent_again_and_dropped()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.BuryAsync("a", 3);
        JsonElement letters = await ListAsync(node, "dead-letters");
        Assert.Equal([1, 2, 3], letters.EnumerateArray().Select(l => l.GetProperty("number").GetInt32()));
        JsonElement letter = letters[0];
        Assert.Equal("trapped", letter.GetProperty("status").GetString());
        Assert.Equal(1, letter.GetProperty("tries").GetInt32());
        Assert.Contains("BadOperand", letter.GetProperty("reason").GetString(), StringComparison.Ordinal);
        JsonElement message = letter.GetProperty("message");
        Assert.Equal(("send", "", "a", "trap", "a"), (
            Text(message, "kind"), Text(message, "from"), Text(message, "to"), Text(message, "entry"),
            message.GetProperty("payload").GetProperty("text").GetString()));
        JsonElement page = await node.AskAsync("GET", "/v1/kernels/a/dead-letters?limit=1&after=1", 200);
        Assert.Equal(2, page.GetProperty("items")[0].GetProperty("number").GetInt32());
        Assert.Equal("2", page.GetProperty("next").GetString());

        await node.AskAsync("DELETE", "/v1/kernels/a/dead-letters/2", 200);
        await node.AskAsync("POST", "/v1/kernels/a/dead-letters/1/resend", 200);
        await Wait.UntilAsync(
            async () => Numbers(await ListAsync(node, "dead-letters")).SequenceEqual([3, 4]),
            "the letter to be dead again");
        await node.AskAsync("DELETE", "/v1/kernels/a/dead-letters/2", 400);
        await node.AskAsync("POST", "/v1/kernels/a/dead-letters/0/resend", 400);
        await node.AskAsync("POST", "/v1/kernels/a/dead-letters/x/resend", 400);
        await node.AskAsync("DELETE", "/v1/kernels/none/dead-letters/1", 404);
    }

    [Fact]
    public async Task A_call_that_is_not_begun_in_time_is_answered_so()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        // The first message is in the kernel's hands at once; what is behind it waits.
        await node.AskAsync("POST", "/v1/kernels/a/messages?entry=add", 202, Node.Bytes("1"));
        Task<JsonElement> call = node.AskAsync(
            "POST", "/v1/kernels/a/calls?entry=add&within=0.01", 200, Node.Bytes("5"));
        await Wait.UntilAsync(
            async () => (await node.AskAsync("GET", "/v1/kernels/a", 200)).GetProperty("inboxCount").GetInt32() == 1,
            "the call to be in the inbox");
        await Task.Delay(20);
        await node.AskAsync("POST", "/v1/kernels/a/resume", 200);
        Assert.Equal("timedOut", (await call).GetProperty("status").GetString());
        await node.AskAsync("POST", "/v1/kernels/a/calls?within=-1", 400, Node.Bytes("5"));
    }

    [Fact]
    public async Task One_message_of_those_that_wait_is_cancelled()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        long[] positions = new long[3];
        for (int i = 0; i < positions.Length; i++)
        {
            JsonElement sent = await node.AskAsync("POST", "/v1/kernels/a/messages?entry=add", 202, Node.Bytes($"{i}"));
            positions[i] = sent.GetProperty("position").GetInt64();
        }
        string second = positions[2].ToString(CultureInfo.InvariantCulture);
        await node.AskAsync("POST", $"/v1/kernels/a/cancel?message={second}", 200);
        await node.AskAsync("POST", $"/v1/kernels/a/cancel?message={second}", 400);
        await node.AskAsync("POST", "/v1/kernels/a/resume", 200);
        Assert.Equal("1", await AddAsync(node, "0"));
    }

    private static async Task<JsonElement> ListAsync(Node node, string what) =>
        (await node.AskAsync("GET", $"/v1/kernels/a/{what}", 200)).GetProperty("items");

    private static async Task<string> CountAsync(Node node, string kernel)
    {
        JsonElement state = await node.AskAsync("GET", $"/v1/kernels/{kernel}/state?prefix=646174612f", 200);
        return state.GetProperty("items") is { } items && items.GetArrayLength() > 0
            ? items[0].GetProperty("value").GetProperty("text").GetString()!
            : "";
    }

    private static async Task<string> AddAsync(Node node, string number)
    {
        JsonElement reply = await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes(number));
        return reply.GetProperty("payload").GetProperty("text").GetString()!;
    }

    private static IEnumerable<int> Numbers(JsonElement letters) =>
        letters.EnumerateArray().Select(l => l.GetProperty("number").GetInt32());

    private static string Text(JsonElement json, string member) => json.GetProperty(member).GetString()!;
}
