using System.Net.Sockets;
using System.Text;
using Granary.Kernels;

namespace Granary.Client.Tests;

/// <summary>Event streams: their syntax, and that they go on where they broke.</summary>
public sealed class EventTests
{
    private static readonly GranaryClientOptions _quick = new()
    {
        RetryDelay = TimeSpan.FromMilliseconds(1), EventIdleTimeout = TimeSpan.FromSeconds(20),
    };

    [Fact]
    public async Task A_stream_that_breaks_goes_on_behind_the_last_event()
    {
        using RawServer server = new((number, _, stream, _) => SendAsync(
            stream, $"id: {number * 10}\nevent: printed\ndata: {Forms.Event($"e{number}")}\n\nid: 99\ndata: cut sho"));
        await using GranaryClient client = new(server.Url, _quick);
        Assert.Equal(["e1@10", "e2@20", "e3@30"], await TakeAsync(client.WatchAsync(Forms.Id, after: 5), 3));
        Assert.Equal(
            ["?kernel=counter&after=5", "?kernel=counter&after=10", "?kernel=counter&after=20"],
            server.Heads.Select(h => h.Split(' ')[1]["/v1/events".Length..]).Take(3));
    }

    [Fact]
    public async Task A_stream_that_breaks_before_its_first_event_says_that_some_may_be_missing()
    {
        using RawServer server = new((number, _, stream, _) => number == 1
            ? SendAsync(stream, ": welcome\n\n")
            : SendAsync(stream, $"id: 7\ndata: {Forms.Event("x")}\n\n"));
        await using GranaryClient client = new(server.Url, _quick);
        List<KernelEvent> events = await ToListAsync(client.WatchAsync(null), 2);
        Assert.Equal([KernelEventKind.Dropped, KernelEventKind.Printed], events.Select(e => e.Kind));
    }

    [Fact]
    public async Task An_id_without_an_event_is_where_to_go_on()
    {
        using RawServer server = new((number, _, stream, _) => number == 1
            ? SendAsync(stream, "id: 41\n\n")
            : SendAsync(stream, $"id: 42\ndata: {Forms.Event("x")}\n\n"));
        await using GranaryClient client = new(server.Url, _quick);
        Assert.Equal(["x@42"], await TakeAsync(client.WatchAsync(null), 1));
        Assert.Contains("after=41", server.Heads.Last());
    }

    [Fact]
    public async Task A_silent_stream_is_opened_again()
    {
        using RawServer server = new(async (number, _, stream, stop) =>
        {
            await SendAsync(stream, $"id: {number}\ndata: {Forms.Event("x")}\n\n");
            await Task.Delay(Timeout.Infinite, stop);
        });
        await using GranaryClient client = new(
            server.Url, _quick with { EventIdleTimeout = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(["x@1", "x@2"], await TakeAsync(client.WatchAsync(null), 2));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData("\r")]
    public async Task Lines_may_end_as_they_like_and_come_in_pieces(string lineEnd)
    {
        string json = Forms.Event("x");
        string text = $"\uFEFF: comment\nretry: 5\nid:3\ndata:{json[..9]}\ndata: {json[9..]}\nunknown\n\n"
            .Replace("\n", lineEnd, StringComparison.Ordinal);
        using RawServer server = new(async (_, _, stream, stop) =>
        {
            await RawServer.WriteAsync(stream, RawServer.Head("text/event-stream"));
            foreach (byte b in Encoding.UTF8.GetBytes(text))
            {
                await stream.WriteAsync(new[] { b }, stop);
            }
            await Task.Delay(Timeout.Infinite, stop);
        });
        await using GranaryClient client = new(server.Url, _quick);
        Assert.Equal(["x@3"], await TakeAsync(client.WatchAsync(null), 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancelling_and_disposing_end_the_stream(bool isAnswered)
    {
        SemaphoreSlim asked = new(0);
        using RawServer server = new(async (_, _, stream, stop) =>
        {
            if (isAnswered)
            {
                await SendAsync(stream, ": hello\n\n");
            }
            asked.Release();
            await Task.Delay(Timeout.Infinite, stop);
        });
        using CancellationTokenSource stop = new();
        GranaryClient client = new(server.Url, _quick);
        Task<List<KernelEvent>> cancelled = ToListAsync(client.WatchAsync(null, null, stop.Token), 1);
        Task<List<KernelEvent>> disposed = ToListAsync(client.WatchAsync(null), 1);
        await asked.WaitAsync();
        await asked.WaitAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await client.DisposeAsync();
        Assert.Empty(await disposed.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task A_message_waits_until_a_stream_that_was_asked_for_before_is_there()
    {
        List<string> order = [];
        using RawServer server = new(async (_, head, stream, stop) =>
        {
            if (head.StartsWith("GET /v1/events", StringComparison.Ordinal))
            {
                await Task.Delay(100, stop);
                lock (order)
                {
                    order.Add("watching");
                }
                await SendAsync(stream, ": hello\n\n");
                await Task.Delay(Timeout.Infinite, stop);
            }
            lock (order)
            {
                order.Add("message");
            }
            await RawServer.WriteAsync(stream, RawServer.Head("application/json") + Forms.Accepted);
        });
        await using GranaryClient client = new(server.Url, _quick);
        using CancellationTokenSource stop = new();
        IAsyncEnumerable<KernelEvent> events = client.WatchAsync(null, null, stop.Token);
        await client.SendTextAsync(Forms.Id, "add", "1");
        Assert.Equal(["watching", "message"], order);
        Assert.NotNull(events);
        await stop.CancelAsync();
    }

    private static async Task SendAsync(NetworkStream stream, string text) =>
        await RawServer.WriteAsync(stream, RawServer.Head("text/event-stream") + text);

    private static async Task<IEnumerable<string>> TakeAsync(IAsyncEnumerable<KernelEvent> events, int count) =>
        (await ToListAsync(events, count)).Select(e => $"{Encoding.UTF8.GetString(e.Content.Span)}@{e.EventId}");

    private static async Task<List<KernelEvent>> ToListAsync(IAsyncEnumerable<KernelEvent> events, int count)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(20));
        List<KernelEvent> all = [];
        await foreach (KernelEvent happened in events.WithCancellation(limit.Token))
        {
            all.Add(happened);
            if (all.Count == count)
            {
                break;
            }
        }
        return all;
    }
}
