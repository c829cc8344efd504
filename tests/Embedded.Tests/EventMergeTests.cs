using System.Globalization;
using Granary.Kernels;

namespace Granary.Embedded.Tests;

/// <summary>Events of several hosts become one stream, whoever merges them.</summary>
public sealed class EventMergeTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Events_of_hosts_whose_clocks_differ_come_once_each_in_one_order_that_all_see()
    {
        // The last host's clock is a minute behind.
        Watchers[] hosts = [Host("a", 60_000), Host("b", 60_003), Host("c", 0)];
        await using Merged one = new(hosts);
        await using Merged two = new(hosts);
        await Task.WhenAll(one.Begun, two.Begun).WaitAsync(s_limit);
        Random random = new(7);
        for (int i = 0; i < 3_000; i++)
        {
            Say(hosts[random.Next(hosts.Length)], i);
        }
        List<KernelEvent> seen = await one.TakeAsync(3_000);
        Assert.Equal(Enumerable.Range(0, 3_000), seen.Select(Number).Order());
        Assert.Equal(seen.Select(e => e.EventId), (await two.TakeAsync(3_000)).Select(e => e.EventId));
        Assert.Equal(seen.Select(e => e.EventId), seen.Select(e => e.EventId).Order().Distinct());
    }

    [Fact]
    public async Task A_cursor_of_one_reader_goes_on_at_another_with_nothing_lost_or_doubled()
    {
        Watchers[] hosts = [Host("a", 60_000), Host("b", 0)];
        List<int> seen = [];
        ulong cursor = hosts.Max(h => h.LastId);
        int said = 0;
        for (int round = 0; round <= 20; round++)
        {
            await using Merged reader = new(hosts, cursor);
            await reader.Begun.WaitAsync(s_limit);
            for (int i = 0; i < 10; i++)
            {
                Say(hosts[(said + round) % 2], said++);
            }
            // All but some: the next reader goes on there.
            List<KernelEvent> events = await reader.TakeAsync(said - seen.Count - (round < 20 ? round % 4 : 0));
            seen.AddRange(events.Select(Number));
            cursor = events[^1].EventId;
        }
        Assert.Equal(Enumerable.Range(0, said), seen.Order());
    }

    [Fact]
    public async Task What_a_host_kept_is_read_at_the_one_that_adopts_it()
    {
        Watchers goes = Host("a", 5_000);
        Watchers stays = Host("b", 0);
        Say(stays, 1);
        for (int i = 2; i < 6; i++)
        {
            Say(goes, i);
        }
        (EventPage page, ulong evicted) = goes.Keep();
        stays.Adopt(page, evicted);
        stays.Adopt(page, evicted);
        Say(stays, 6);
        EventPage all = await stays.ReadAsync(null, 0, 0, TimeSpan.Zero, CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, 6), all.Events.Select(Number));
        Assert.False(all.Missed);
    }

    [Fact]
    public async Task Who_comes_too_late_is_told_that_events_are_missing()
    {
        Watchers host = Host("a", 1_000, historyMax: 10);
        ulong before = host.LastId;
        for (int i = 0; i < 30; i++)
        {
            Say(host, i);
        }
        EventPage page = await host.ReadAsync(null, before, 0, TimeSpan.Zero, CancellationToken.None);
        Assert.True(page.Missed);
        Assert.Equal(Enumerable.Range(20, 10), page.Events.Select(Number));
        EventPage rest = await host.ReadAsync(
            null, page.Events[3].EventId, 0, TimeSpan.Zero, CancellationToken.None);
        Assert.False(rest.Missed);
        Assert.Equal(6, rest.Events.Count);
    }

    private static Watchers Host(string name, long startTime, int historyMax = 4_096) =>
        new(historyMax, EventIds.Beside(startTime, name), TimeProvider.System);

    private static void Say(Watchers host, int number) => host.Publish(
        KernelId.Parse("k"), KernelEventKind.Printed, 0, number.ToString(CultureInfo.InvariantCulture), default,
        KernelStatus.Idle);

    private static int Number(KernelEvent said) => int.Parse(said.Topic, CultureInfo.InvariantCulture);

    /// <summary>One who merges.</summary>
    private sealed class Merged : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly EventMerge _merge;
        private readonly Task _run;
        private readonly IAsyncEnumerator<KernelEvent> _events;

        public Merged(Watchers[] hosts, ulong? from = null)
        {
            Watchers log = new(4_096, EventIds.From(from ?? hosts.Max(h => h.LastId)), TimeProvider.System);
            _events = log.Watch(null, null, _stop.Token).GetAsyncEnumerator(_stop.Token);
            _merge = new EventMerge([.. hosts.Select(h => new Source(h))], log);
            _run = _merge.RunAsync(_stop.Token);
        }

        public Task Begun => _merge.Begun;

        public async Task<List<KernelEvent>> TakeAsync(int count)
        {
            List<KernelEvent> taken = [];
            while (taken.Count < count)
            {
                Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(s_limit));
                taken.Add(_events.Current);
            }
            return taken;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _events.DisposeAsync();
            _stop.Dispose();
        }
    }

    private sealed class Source(Watchers host) : IEventSource
    {
        public Task<EventPage> ReadAsync(
            ulong after, ulong atLeast, TimeSpan wait, CancellationToken cancellationToken) =>
            host.ReadAsync(null, after, atLeast, wait, cancellationToken);

        public void Advance(ulong to) => host.Advance(to);
    }
}
