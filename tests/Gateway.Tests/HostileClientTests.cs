using System.Text;

namespace Granary.Gateway.Tests;

/// <summary>Clients that send nonsense, are slow, or go away.</summary>
public sealed class HostileClientTests
{
    [Theory]
    [InlineData("GET /v1/kernels/%2e%2e/%2e%2e/etc/passwd HTTP/1.1", 404)]
    [InlineData("GET /v1/kernels/..%2f..%2fetc HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels/../../etc HTTP/1.1", 404)]
    [InlineData("GET //v1//kernels HTTP/1.1", 404)]
    [InlineData("GET /v1/kernels/a%00b HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels/%00 HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels/a%0d%0aX:%20y HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels/%ff%fe HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels/%zz HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels/%E2%80%AE HTTP/1.1", 400)]
    [InlineData("GET /v1\\kernels HTTP/1.1", 404)]
    [InlineData("GET /v1/kernels/a/bundle%3f HTTP/1.1", 404)]
    [InlineData("GET /v1/kernels?after=%00 HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels?limit=%EF%BC%91 HTTP/1.1", 400)]
    [InlineData("GET v1/kernels HTTP/1.1", 400)]
    [InlineData("GET /v1/kernels HTTP/9.9", 505)]
    [InlineData("G\0T /v1/kernels HTTP/1.1", 400)]
    [InlineData("nonsense", 400)]
    [InlineData("CONNECT evil.example:443 HTTP/1.1", 400)]
    public async Task Tricks_with_the_request_line_are_client_errors(string line, int status)
    {
        await using Node node = await Node.StartAsync();
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync(line, "{host}", "Connection: close");
        (int got, string text) = await client.ReadAsync();
        Assert.True(got == status || (status != 505 && got is >= 400 and < 500), $"{got}, not {status}: {text}");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("%2e%2E")]
    [InlineData(".%2e")]
    [InlineData("x/..")]
    public async Task A_port_of_dots_is_not_its_kernel(string name)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync($"DELETE /v1/kernels/a/ports/{name} HTTP/1.1", "{host}");
        int status = (await client.ReadAsync()).Status;
        Assert.True(status is >= 400 and < 500, $"{status}");
        await node.AskAsync("GET", "/v1/kernels/a", 200);
    }

    [Theory]
    [InlineData(9_000, 0, 414)]
    [InlineData(10, 20_000, 431)]
    public async Task Long_lines_and_headers_are_cut_off(int pathChars, int headerChars, int status)
    {
        await using Node node = await Node.StartAsync();
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync(
            $"GET /v1/{new string('a', pathChars)} HTTP/1.1", "{host}", $"X: {new string('b', headerChars)}");
        Assert.Equal(status, (await client.ReadAsync()).Status);
    }

    [Theory]
    [InlineData("Content-Length: -1")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6")]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked")]
    [InlineData("Transfer-Encoding: nonsense")]
    [InlineData("Transfer-Encoding: chunked, chunked")]
    [InlineData("Host: evil.example")]
    [InlineData("X\0Y: z")]
    [InlineData(" folded")]
    public async Task Headers_that_could_smuggle_are_refused(string header)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync(
            "POST /v1/kernels/a/messages?entry=say HTTP/1.1", "{host}",
            "Content-Type: application/octet-stream", header);
        await client.SendTextAsync("0\r\n\r\n");
        (int status, string text) = await client.ReadAsync();
        // What has both lengths goes by chunks, and the connection ends, so that nothing can hide behind it.
        bool ends = text.Contains("Connection: close", StringComparison.Ordinal);
        Assert.True(status is 0 or (>= 400 and < 502) || (status == 202 && ends), text);
    }

    [Fact]
    public async Task A_body_that_dribbles_is_cut_off_with_a_problem()
    {
        await using Node node = await Node.StartAsync(Impatient);
        await node.DeployAsync("a");
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync(
            "POST /v1/kernels/a/messages HTTP/1.1", "{host}",
            "Content-Type: application/octet-stream", "Content-Length: 1000");
        Task<(int Status, string Text)> answer = client.ReadAsync();
        while (!answer.IsCompleted)
        {
            try
            {
                await client.SendTextAsync("x");
            }
            catch (IOException)
            {
                break;
            }
            await Task.Delay(100);
        }
        (int status, string text) = await answer;
        Assert.Equal(408, status);
        Assert.Contains("requestTimeout", text, StringComparison.Ordinal);
        await IsWellAsync(node);
    }

    [Fact]
    public async Task Headers_that_dribble_are_cut_off()
    {
        await using Node node = await Node.StartAsync(o => o with { HeadersTimeout = TimeSpan.FromSeconds(1) });
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendTextAsync("GET /v1/kernels HTTP/1.1\r\n");
        (int status, string _) = await client.ReadAsync();
        Assert.True(status is 408 or 0, $"{status}");
    }

    [Theory]
    [InlineData("/v1/kernels/a/messages?entry=say", "application/octet-stream", 50)]
    [InlineData("/v1/kernels?id=b&engine=script@1", "application/octet-stream", 50)]
    [InlineData("/v1/kernels/import", "application/octet-stream", 5_000)]
    [InlineData("/v1/verify", "application/octet-stream", 5_000)]
    [InlineData("/v1/kernels/a/fork", "application/json", 50)]
    public async Task A_body_that_is_cut_short_changes_nothing(string path, string type, int bytes)
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        string before = (await node.AskAsync("GET", "/v1/kernels/a", 200)).GetRawText();
        for (int i = 0; i < 6; i++)
        {
            using RawClient client = await RawClient.ConnectAsync(node);
            await client.SendAsync(
                $"POST {path} HTTP/1.1", "{host}", $"Content-Type: {type}", "Content-Length: 100000");
            await client.SendTextAsync(new string('x', bytes));
        }
        await Wait.UntilAsync(() => node.App.Core.Heavy.Used == 0 && node.App.Core.BufferedBytes.Used == 0, "the end");
        Assert.Equal(before, (await node.AskAsync("GET", "/v1/kernels/a", 200)).GetRawText());
        await IsWellAsync(node);
    }

    [Fact]
    public async Task A_chunked_body_over_the_limit_is_stopped_on_the_way()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        using RawClient client = await RawClient.ConnectAsync(node);
        await client.SendAsync(
            "POST /v1/kernels/a/messages HTTP/1.1", "{host}", "Content-Type: application/octet-stream",
            "Transfer-Encoding: chunked");
        Task<(int Status, string Text)> answer = client.ReadAsync();
        string chunk = $"10000\r\n{new string('x', 0x10000)}\r\n";
        try
        {
            for (int i = 0; i < 64 && !answer.IsCompleted; i++)
            {
                await client.SendTextAsync(chunk);
            }
        }
        catch (IOException)
        {
            // Cut off in the middle, as it should be.
            Assert.True(true);
        }
        (int status, string text) = await answer;
        Assert.Equal(413, status);
        Assert.Contains("messageTooLarge", text, StringComparison.Ordinal);
        Assert.Equal(0, node.App.Core.BufferedBytes.Used);
    }

    [Fact]
    public async Task Callers_that_vanish_free_their_slots_and_the_message_stays()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        List<RawClient> clients = [];
        for (int i = 0; i < 50; i++)
        {
            RawClient client = await RawClient.ConnectAsync(node);
            await client.SendAsync(
                "POST /v1/kernels/a/calls?entry=add HTTP/1.1", "{host}", "Content-Type: application/octet-stream",
                "Content-Length: 1");
            await client.SendTextAsync("1");
            clients.Add(client);
        }
        await Wait.UntilAsync(() => node.App.WaitingCalls == 50, "the calls to wait");
        clients.ForEach(c => c.Dispose());
        await Wait.UntilAsync(() => node.App.WaitingCalls == 0, "the slots");
        await node.AskAsync("POST", "/v1/kernels/a/resume", 200);
        string total = (await node.AskAsync("POST", "/v1/kernels/a/calls?entry=add", 200, Node.Bytes("0")))
            .GetProperty("payload").GetProperty("text").GetString()!;
        Assert.Equal("50", total);
    }

    [Fact]
    public async Task More_than_the_node_takes_at_a_time_is_told_to_come_back()
    {
        await using Node node = await Node.StartAsync(o => o with { WaitingCallsMax = 1, HeavyRequestsMax = 1 });
        await node.DeployAsync("a");
        await node.AskAsync("POST", "/v1/kernels/a/pause", 200);
        Task<HttpResponseMessage> first = node.SendAsync("POST", "/v1/kernels/a/calls?entry=add", Node.Bytes("1"));
        await Wait.UntilAsync(() => node.App.WaitingCalls == 1, "the call to wait");
        using HttpResponseMessage second = await node.SendAsync(
            "POST", "/v1/kernels/a/calls?entry=add", Node.Bytes("1"));
        await Node.ReadAsync(second, 429);
        Assert.NotNull(second.Headers.RetryAfter);
        using RawClient importing = await RawClient.ConnectAsync(node);
        await importing.SendAsync(
            "POST /v1/kernels/import HTTP/1.1", "{host}",
            "Content-Type: application/octet-stream", "Content-Length: 1000");
        await Wait.UntilAsync(() => node.App.Core.Heavy.Used == 1, "the import");
        await node.AskAsync("POST", "/v1/kernels/a/verify", 429);
        importing.Dispose();
        await Wait.UntilAsync(() => node.App.Core.Heavy.Used == 0, "the end of the import");
        await node.AskAsync("POST", "/v1/kernels/a/verify", 200);
        await node.AskAsync("POST", "/v1/kernels/a/resume", 200);
        (await first).Dispose();
    }

    [Fact]
    public async Task A_reader_that_stops_reading_is_cut_off()
    {
        await using Node node = await Node.StartAsync(Impatient);
        await node.DeployAsync("a");
        using RawClient client = await RawClient.ConnectAsync(node, receiveBytes: 4_096);
        await client.SendAsync("GET /v1/events HTTP/1.1", "{host}");
        await Wait.UntilAsync(() => node.App.EventStreams == 1, "the stream");
        byte[] payload = Encoding.ASCII.GetBytes(new string('x', 200_000));
        for (int i = 0; i < 100 && node.App.EventStreams > 0; i++)
        {
            await node.AskAsync("POST", "/v1/kernels/a/calls?entry=say", 200, Node.Bytes(payload));
        }
        await Wait.UntilAsync(() => node.App.EventStreams == 0, "the stream to be cut off");
    }

    private static GatewayOptions Impatient(GatewayOptions options) => options with
    {
        DataRateGrace = TimeSpan.FromSeconds(1.1), StalledStreamTimeout = TimeSpan.FromSeconds(1),
    };

    private static Task IsWellAsync(Node node) => node.AskAsync("GET", "/health/ready", 200);
}
