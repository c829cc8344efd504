using System.IO.Pipelines;
using System.Text;
using Granary.Kernels;

namespace Granary.Gateway.Tests;

/// <summary>What event streams send, and when.</summary>
public class EventWriterTests
{
    private static readonly TimeSpan s_stalled = TimeSpan.FromSeconds(10);

    [Fact]
    public void The_bytes_of_an_event_are_made_once()
    {
        EventTexts texts = new();
        KernelEvent happened = Event(7, "hello");
        ReadOnlyMemory<byte> first = texts.Of(happened);
        Assert.StartsWith("id: 7\nevent: printed\ndata: {", Encoding.UTF8.GetString(first.Span));
        Assert.EndsWith("}\n\n", Encoding.UTF8.GetString(first.Span));
        Assert.True(first.Equals(texts.Of(happened)));
    }

    [Fact]
    public void Another_event_of_the_same_id_has_its_own_bytes()
    {
        EventTexts texts = new();
        Assert.Contains("hello", Encoding.UTF8.GetString(texts.Of(Event(7, "hello")).Span));
        Assert.Contains("other", Encoding.UTF8.GetString(texts.Of(Event(7, "other")).Span));
        Assert.Contains("far", Encoding.UTF8.GetString(texts.Of(Event(7 + 256, "far")).Span));
        Assert.Contains("hello", Encoding.UTF8.GetString(texts.Of(Event(7, "hello")).Span));
    }

    [Fact]
    public async Task Many_streams_gather_events_and_few_do_not()
    {
        SetClock clock = new();
        Pipe pipe = new();
        EventWriter writer = new(pipe.Writer, new EventTexts(), s_stalled, clock);
        writer.Begin();
        Assert.Equal(TimeSpan.Zero, writer.PauseBeforeFlush(1_000));
        await writer.FlushAsync(default);
        Assert.Equal(TimeSpan.Zero, writer.PauseBeforeFlush(1_000));
        writer.Write(Event(1, "hello"));
        Assert.Equal(TimeSpan.Zero, writer.PauseBeforeFlush(10));
        Assert.Equal(TimeSpan.FromMilliseconds(50), writer.PauseBeforeFlush(1_000));
        clock.Now += TimeSpan.FromMilliseconds(20);
        Assert.Equal(TimeSpan.FromMilliseconds(30), writer.PauseBeforeFlush(1_000));
        clock.Now += TimeSpan.FromMilliseconds(30);
        Assert.Equal(TimeSpan.Zero, writer.PauseBeforeFlush(1_000));
    }

    private static KernelEvent Event(ulong id, string text) => new(
        KernelId.Parse("a"), KernelEventKind.Printed, 1, "", Encoding.UTF8.GetBytes(text), KernelStatus.Idle, id);

    private sealed class SetClock : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;
    }
}
