using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Granary.Gateway.Tests;

/// <summary>Event streams.</summary>
public sealed class EventTests
{
    [Fact]
    public async Task Events_arrive_with_id_name_and_data()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await using EventReader events = await EventReader.OpenAsync(node, "/v1/events?kernel=a");
        await node.AskAsync("POST", "/v1/kernels/a/calls?entry=say", 200, Node.Bytes("héllo"));
        await node.AskAsync("POST", "/v1/kernels/a/calls?entry=emit", 200, Node.Bytes("x"));
        await node.AskAsync("POST", "/v1/kernels/a/calls?entry=trap", 200, Node.Bytes("x"));
        SentEvent printed = await events.NextAsync("printed");
        Assert.Equal("héllo", printed.Data.GetProperty("content").GetProperty("text").GetString());
        Assert.Equal("a", printed.Data.GetProperty("kernel").GetString());
        Assert.Equal("printed", printed.Data.GetProperty("event").GetString());
        SentEvent emitted = await events.NextAsync("emitted");
        Assert.Equal("topic", emitted.Data.GetProperty("topic").GetString());
        Assert.True(emitted.Id > printed.Id);
        while ((await events.NextAsync("ended")).Data.GetProperty("topic").GetString() != "Trapped")
        {
        }
    }

    [Fact]
    public async Task A_stream_goes_on_behind_the_last_id()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        ulong first;
        await using (EventReader events = await EventReader.OpenAsync(node, "/v1/events?kernel=a"))
        {
            await SayAsync(node, "one");
            first = (await events.NextAsync("printed")).Id;
        }
        await SayAsync(node, "two");
        await SayAsync(node, "three");
        foreach ((string path, string last) in new[]
        {
            ($"/v1/events?kernel=a&after={first}", ""), ("/v1/events?kernel=a&after=1", $"{first}"),
        })
        {
            await using EventReader again = await EventReader.OpenAsync(node, path, last);
            Assert.Equal("two", (await again.NextAsync("printed")).Text);
            Assert.Equal("three", (await again.NextAsync("printed")).Text);
        }
    }

    [Fact]
    public async Task Who_comes_back_too_late_is_told()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        await SayAsync(node, "one");
        await using EventReader events = await EventReader.OpenAsync(node, "/v1/events?kernel=a&after=1");
        await events.NextAsync("dropped");
    }

    [Fact]
    public async Task A_quiet_stream_gives_signs_of_life()
    {
        await using Node node = await Node.StartAsync(o => o with { Heartbeat = TimeSpan.FromMilliseconds(50) });
        await using EventReader events = await EventReader.OpenAsync(node, "/v1/events");
        Assert.Equal("retry: 1000", await events.LineAsync());
        Assert.Equal("", await events.LineAsync());
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(":", await events.LineAsync());
            Assert.Equal("", await events.LineAsync());
        }
    }

    [Fact]
    public async Task A_slow_reader_misses_events_and_is_told_while_others_miss_none()
    {
        await using Node node = await Node.StartAsync();
        await node.DeployAsync("a");
        using RawClient slow = await RawClient.ConnectAsync(node, receiveBytes: 4_096);
        await slow.SendAsync("GET /v1/events?kernel=a HTTP/1.1", "{host}");
        await Wait.UntilAsync(() => node.App.EventStreams == 1, "the stream");
        string payload = new('x', 1_000);
        // More than its queue and every buffer on the way hold.
        for (int i = 0; i < 120; i++)
        {
            await node.AskAsync("POST", "/v1/kernels/a/calls?entry=loud", 200, Node.Bytes(payload));
        }
        await SayAsync(node, "the last");
        using StreamReader reader = new(slow.Stream, Encoding.UTF8);
        bool dropped = false;
        while (await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)) is { } line)
        {
            dropped |= line == "event: dropped";
            if (line.Contains("the last", StringComparison.Ordinal))
            {
                break;
            }
        }
        Assert.True(dropped);
    }

    [Fact]
    public async Task A_client_has_a_hundred_streams_and_no_more()
    {
        await using Node node = await Node.StartAsync(o => o with { EventStreamsPerClientMax = 3 });
        List<EventReader> open = [];
        for (int i = 0; i < 3; i++)
        {
            open.Add(await EventReader.OpenAsync(node, "/v1/events"));
        }
        using HttpResponseMessage response = await node.SendAsync("GET", "/v1/events");
        JsonElement problem = await Node.ReadAsync(response, 429);
        Assert.Equal("busy", problem.GetProperty("code").GetString());
        Assert.NotNull(response.Headers.RetryAfter);
        await open[0].DisposeAsync();
        await Wait.UntilAsync(() => node.App.EventStreams == 2, "the slot");
        await using EventReader again = await EventReader.OpenAsync(node, "/v1/events");
        foreach (EventReader one in open)
        {
            await one.DisposeAsync();
        }
    }

    [Fact]
    public async Task Two_thousand_streams_do_not_hurt_and_vanished_ones_free_their_slots()
    {
        const int Asked = 2_000;
        const int Max = 1_000;
        await using Node node = await Node.StartAsync(o => o with { EventStreamsPerClientMax = Max });
        await node.DeployAsync("a");
        List<RawClient> clients = [];
        for (int i = 0; i < Asked; i++)
        {
            RawClient client = await RawClient.ConnectAsync(node);
            await client.SendAsync("GET /v1/events HTTP/1.1", "{host}");
            clients.Add(client);
        }
        int[] statuses = await Task.WhenAll(clients.Select(StatusAsync));
        Assert.Equal(Max, statuses.Count(s => s == 200));
        Assert.Equal(Asked - Max, statuses.Count(s => s == 429));
        Assert.Equal(Max, node.App.EventStreams);
        await node.AskAsync("POST", "/v1/kernels/a/calls?entry=say", 200, Node.Bytes("to all"));
        RawClient reader = clients[Array.IndexOf(statuses, 200)];
        using StreamReader text = new(reader.Stream, Encoding.UTF8);
        string line = "";
        while (!line.Contains("to all", StringComparison.Ordinal))
        {
            line = (await text.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20)))!;
        }
        clients.ForEach(c => c.Dispose());
        await Wait.UntilAsync(() => node.App.EventStreams == 0, "the slots");
    }

    private static async Task<int> StatusAsync(RawClient client)
    {
        byte[] line = new byte[12];
        await client.Stream.ReadExactlyAsync(line).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        return int.Parse(Encoding.ASCII.GetString(line, 9, 3), CultureInfo.InvariantCulture);
    }

    private static Task<JsonElement> SayAsync(Node node, string text) =>
        node.AskAsync("POST", "/v1/kernels/a/calls?entry=say", 200, Node.Bytes(text));
}
