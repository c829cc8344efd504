using System.Net;
using System.Net.Sockets;
using System.Text;
using Granary.Kernels;

namespace Granary.Client.Tests;

/// <summary>A node that lies, babbles or says nothing gives a clear error, soon and in little memory.</summary>
public sealed class HostileNodeTests
{
    private static readonly GranaryClientOptions _strict = new()
    {
        RetryCount = 0,
        AnswerBytesMax = 1 << 20,
        EventBytesMax = 1 << 20,
        RequestTimeout = TimeSpan.FromSeconds(10),
    };

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":5}""")]
    [InlineData("<html>")]
    public async Task Garbage_is_named(string json)
    {
        using ScriptedHandler node = new();
        node.ThenJson(json);
        await AssertBadAsync(() => node.NewClient().GetAsync(Forms.Id));
    }

    [Theory]
    [InlineData("idle", "dancing", "status")]
    [InlineData(Forms.Zeros, "abcd", "codeHash")]
    [InlineData("script@1", "script", "engine")]
    [InlineData("counter", "../etc", "id")]
    [InlineData("\"inboxCount\":0", "\"inboxCount\":-1", "inboxCount")]
    public async Task A_member_that_does_not_fit_is_named(string good, string bad, string member)
    {
        using ScriptedHandler node = new();
        node.ThenJson(Forms.Kernel().Replace(good, bad, StringComparison.Ordinal));
        KernelHostException error = await AssertBadAsync(() => node.NewClient().GetAsync(Forms.Id));
        Assert.Contains($"'{member}'", error.What);
    }

    [Theory]
    [InlineData("\"number\":3", "\"number\":-3", "")]
    [InlineData("trapped", "tripped", "status")]
    [InlineData("\"tries\":1", "\"tries\":-1", "tries")]
    [InlineData("\"send\"", "\"shout\"", "kind")]
    [InlineData("\"to\":\"counter\"", "\"to\":\"\"", "to")]
    [InlineData("bank#3", "bank#", "ports")]
    [InlineData("\"hex\":\"35\"", "\"hex\":\"3\"", "payload")]
    [InlineData("\"callChain\":[]", "\"callChain\":[null]", "callChain")]
    public async Task A_dead_letter_that_does_not_fit_is_named(string good, string bad, string member)
    {
        using ScriptedHandler node = new();
        node.ThenJson(Forms.DeadLetters);
        DeadLetterInfo letter = Assert.Single(await node.NewClient().ListDeadLettersAsync(Forms.Id));
        Assert.Equal("bank#3", Assert.Single(letter.Letter.Message.Ports).ToString());
        node.ThenJson(Forms.DeadLetters.Replace(good, bad, StringComparison.Ordinal));
        KernelHostException error = await AssertBadAsync(() => node.NewClient().ListDeadLettersAsync(Forms.Id));
        Assert.Contains(member.Length == 0 ? "" : $"'{member}'", error.What);
    }

    [Fact]
    public async Task Another_content_type_is_named()
    {
        using ScriptedHandler node = new();
        node.Then(_ => ScriptedHandler.Answer(HttpStatusCode.OK, "hello", "text/html"));
        KernelHostException error = await AssertBadAsync(() => node.NewClient().GetAsync(Forms.Id));
        Assert.Contains("text/html", error.What);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        using RawServer server = new((_, _, stream, _) => RawServer.WriteAsync(
            stream,
            "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/steal\r\nContent-Length: 0\r\n\r\n").AsTask());
        await using GranaryClient client = new(server.Url, _strict with { Token = "secret" });
        KernelHostException error = await AssertBadAsync(() => client.GetAsync(Forms.Id));
        Assert.Contains("302", error.What);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        using RawServer server = new(async (_, _, stream, stop) =>
        {
            await RawServer.WriteAsync(stream, RawServer.Head("application/json") + "{\"id\":\"");
            await FloodAsync(stream, stop);
        });
        await using GranaryClient client = new(server.Url, _strict);
        long before = GC.GetTotalAllocatedBytes();
        KernelHostException error = await AssertBadAsync(() => client.GetAsync(Forms.Id));
        Assert.Contains("longer than 1048576 bytes", error.What);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Fact]
    public async Task A_length_that_is_not_kept_costs_nothing()
    {
        using RawServer server = new((_, _, stream, _) => RawServer.WriteAsync(
            stream, RawServer.Head("application/json", "Content-Length: 2000000000000\r\n") + "{\"id\"").AsTask());
        await using GranaryClient client = new(server.Url, _strict);
        long before = GC.GetTotalAllocatedBytes();
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(() => client.GetAsync(Forms.Id));
        Assert.Equal(KernelHostError.Unreachable, error.Error);
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 64 << 20);
    }

    [Fact]
    public async Task An_endless_problem_does_not_hide_the_refusal()
    {
        using RawServer server = new(async (_, _, stream, stop) =>
        {
            await RawServer.WriteAsync(
                stream, "HTTP/1.1 404 Not Found\r\nContent-Type: application/problem+json\r\n\r\n{\"title\":\"");
            await FloodAsync(stream, stop);
        });
        await using GranaryClient client = new(server.Url, _strict);
        KernelHostException error = await AssertBadAsync(() => client.GetAsync(Forms.Id));
        Assert.Contains("404", error.What);
    }

    [Fact]
    public async Task Lists_that_go_in_circles_end()
    {
        using ScriptedHandler node = new();
        string page = $$"""{"items":[{{Forms.Kernel("a")}},{{Forms.Kernel("b")}}],"next":"b"}""";
        node.ThenJson(page).ThenJson(page);
        await AssertBadAsync(async () =>
        {
            await foreach (KernelInfo _ in node.NewClient().ListAsync())
            {
            }
        });
        node.ThenJson("""{"items":[],"next":"b"}""");
        await AssertBadAsync(async () => await node.NewClient().ListAsync().GetAsyncEnumerator().MoveNextAsync());
    }

    [Fact]
    public async Task An_endless_event_is_cut_off()
    {
        using RawServer server = new(async (_, _, stream, stop) =>
        {
            await RawServer.WriteAsync(stream, RawServer.Head("text/event-stream") + "id: 1\ndata: ");
            await FloodAsync(stream, stop);
        });
        await using GranaryClient client = new(server.Url, _strict);
        await AssertBadAsync(async () => await client.WatchAsync(null).GetAsyncEnumerator().MoveNextAsync());
    }

    [Theory]
    [InlineData("GRANARY1\u0001")]
    [InlineData("NOTHING!")]
    [InlineData("")]
    public async Task A_bundle_that_is_none_or_cut_short_is_an_error(string bytes)
    {
        using ScriptedHandler node = new();
        node.Then(_ => ScriptedHandler.Answer(HttpStatusCode.OK, bytes, "application/octet-stream"));
        using MemoryStream output = new();
        await AssertBadAsync(() => node.NewClient().ExportAsync(Forms.Id, output));
    }

    [Fact]
    public async Task Silence_ends_with_the_time_limit()
    {
        using RawServer server = new((_, _, _, stop) => Task.Delay(Timeout.Infinite, stop));
        await using GranaryClient client = new(
            server.Url, _strict with { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(() => client.GetAsync(Forms.Id));
        Assert.Equal(KernelHostError.Unreachable, error.Error);
        Assert.Contains("too long", error.What);
    }

    [Theory]
    [InlineData("DELETE")]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task Neither_client_nor_runtime_sends_a_change_again_when_the_connection_breaks(string method)
    {
        using RawServer server = new((_, _, _, _) => Task.CompletedTask);
        await using GranaryClient client = new(server.Url, new GranaryClientOptions());
        Func<Task> change = method switch
        {
            "DELETE" => () => client.DeleteAsync(Forms.Id),
            "POST" => () => client.CancelAsync(Forms.Id),
            _ => () => client.SnapshotAsync(Forms.Id, "v1"),
        };
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(change);
        Assert.Contains("may have happened", error.Advice);
        Assert.Equal(1, server.Count);
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("http://user:pass@127.0.0.1:7411")]
    [InlineData("http://127.0.0.1:7411/?x=1")]
    [InlineData("http://node.example:7411")]
    public void A_url_that_is_none_or_would_show_the_token_is_refused(string url)
    {
        GranaryClientOptions options = new() { Token = "secret" };
        Assert.Throws<ArgumentException>(() => new GranaryClient(new Uri(url), options));
    }

    [Fact]
    public async Task The_token_goes_with_every_request()
    {
        using RawServer server = new((_, _, stream, _) => RawServer.WriteAsync(
            stream, RawServer.Head("application/json") + Forms.Kernel()).AsTask());
        await using GranaryClient client = new(new Uri(server.Url, "behind/proxy"), _strict with { Token = "secret" });
        await client.GetAsync(Forms.Id);
        string head = Assert.Single(server.Heads);
        Assert.StartsWith("GET /behind/proxy/v1/kernels/counter HTTP/1.1\r\n", head);
        Assert.Contains("Authorization: Bearer secret\r\n", head);
    }

    private static async Task<KernelHostException> AssertBadAsync(Func<Task> act)
    {
        KernelHostException error = await Assert.ThrowsAsync<KernelHostException>(act)
            .WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(KernelHostError.BadAnswer, error.Error);
        return error;
    }

    private static async Task FloodAsync(NetworkStream stream, CancellationToken stop)
    {
        byte[] block = Encoding.ASCII.GetBytes(new string('a', 1 << 16));
        while (true)
        {
            await stream.WriteAsync(block, stop);
        }
    }
}
