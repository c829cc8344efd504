using System.Globalization;
using System.Text;
using Granary.Client;
using Granary.Kernels;
using Granary.Silo;
using Granary.Tests;
using Granary.Vms;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

/// <summary>Who watches at any silo sees what kernels do at all of them.</summary>
public sealed class EventTests
{
    private const string Ticker = """
        on tell
            get n "n"
            int n n
            add n 1
            put "n" n
            emit "told" n
            halt n
        """;

    [PostgresFact]
    public async Task A_stream_at_one_silo_has_the_events_of_a_kernel_that_goes_round_all_silos()
    {
        await using TestCluster cluster = await StartAsync(3);
        using CancellationTokenSource stop = new(Limit);
        await DeployTickerAsync(cluster[0].Host, "t");
        await using GranaryClient one = new(new Uri(cluster[0].Addresses[0]));
        await using GranaryClient two = new(new Uri(cluster[1].Addresses[0]));
        Task<List<KernelEvent>> oneSaw = ToldAsync(one.WatchAsync(Id("t"), null, stop.Token), 60);
        Task<List<KernelEvent>> allSaw = ToldAsync(two.WatchAsync(null, null, stop.Token), 60);
        // Whatever these clients send waits until their streams are open.
        await one.GetAsync(Id("t"));
        await two.GetAsync(Id("t"));
        await SendAsync(one, "t", "nothing");
        await SendAsync(two, "t", "nothing");
        for (int i = 0; i < 60; i++)
        {
            if (i % 10 == 9)
            {
                string here = (await cluster[0].Cluster.FindAsync(Id("t"))).Silo;
                string[] others = [.. cluster[0].Members.Active.Select(m => m.Name).Where(n => n != here)];
                await cluster[0].Cluster.MigrateAsync(Id("t"), others[i / 10 % 2]).WaitAsync(Limit);
            }
            await TellAsync(cluster[i % 3].Host, "t");
        }
        foreach (List<KernelEvent> saw in new[] { await oneSaw.WaitAsync(Limit), await allSaw.WaitAsync(Limit) })
        {
            Assert.Equal(Enumerable.Range(1, 60), saw.Select(Number));
            Assert.Equal(saw.Select(e => e.EventId), saw.Select(e => e.EventId).Order());
        }
    }

    [PostgresFact]
    public async Task Watchers_at_all_silos_see_the_same_while_kernels_migrate_under_load()
    {
        const int callers = 6;
        const int calls = 60;
        await using TestCluster cluster = await StartAsync(3);
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(3));
        foreach (int k in Enumerable.Range(0, callers))
        {
            await DeployTickerAsync(cluster[0].Host, $"t{k}");
        }
        List<Task<List<KernelEvent>>> watchers = [];
        foreach (SiloNode silo in cluster.Silos)
        {
            await silo.Host.BeginWatchingAsync(stop.Token);
            watchers.Add(ToldAsync(silo.Host.WatchAsync(null, null, stop.Token), callers * calls));
        }
        Task[] load = [.. Enumerable.Range(0, callers).Select(k => Task.Run(async () =>
        {
            for (int i = 0; i < calls; i++)
            {
                await TellAsync(cluster[(k + i) % 3].Host, $"t{k}");
            }
        }))];
        for (int i = 0; !Task.WhenAll(load).IsCompleted; i++)
        {
            KernelId id = Id($"t{i % callers}");
            string here = (await cluster[0].Cluster.FindAsync(id)).Silo;
            string there = cluster[0].Members.Active.Select(m => m.Name).First(n => n != here);
            await cluster[0].Cluster.MigrateAsync(id, there).WaitAsync(Limit);
        }
        await Task.WhenAll(load);
        List<KernelEvent> first = await watchers[0].WaitAsync(Limit);
        foreach (int k in Enumerable.Range(0, callers))
        {
            Assert.Equal(Enumerable.Range(1, calls), first.Where(e => e.Id == Id($"t{k}")).Select(Number));
        }
        foreach (Task<List<KernelEvent>> other in watchers)
        {
            Assert.Equal(first.Select(e => e.EventId), (await other.WaitAsync(Limit)).Select(e => e.EventId));
        }
    }

    [PostgresFact]
    public async Task A_stream_goes_on_at_another_silo_behind_the_last_event_also_when_its_silo_left()
    {
        await using TestCluster cluster = await StartAsync(3);
        foreach (string id in new[] { "a", "b", "c", "d" })
        {
            await DeployTickerAsync(cluster[0].Host, id);
        }
        List<KernelEvent> saw = [];
        ulong? last = null;
        int told = 0;
        for (int round = 0; round < 3; round++)
        {
            SiloNode silo = cluster[round == 0 ? 2 : round - 1];
            using CancellationTokenSource stop = new(Limit);
            await silo.Host.BeginWatchingAsync(stop.Token);
            IAsyncEnumerable<KernelEvent> events = silo.Host.WatchAsync(null, last, stop.Token);
            for (int i = 0; i < 20; i++)
            {
                await TellAsync(cluster[i % cluster.Silos.Count].Host, ((char)('a' + (told++ % 4))).ToString());
            }
            saw.AddRange(await ToldAsync(events, told - saw.Count - 5));
            last = saw[^1].EventId;
            await stop.CancelAsync();
            if (round == 0)
            {
                // With kernels, and with events that nobody has read.
                await cluster.StopAsync(silo).WaitAsync(Limit);
            }
        }
        using CancellationTokenSource rest = new(Limit);
        saw.AddRange(await ToldAsync(cluster[0].Host.WatchAsync(null, last, rest.Token), told - saw.Count));
        foreach (string id in new[] { "a", "b", "c", "d" })
        {
            Assert.Equal(Enumerable.Range(1, told / 4), saw.Where(e => e.Id.Value == id).Select(Number));
        }
    }

    [PostgresFact]
    public async Task Who_watches_is_told_when_a_silo_is_lost_and_sees_what_its_kernels_do_then()
    {
        await using TestCluster cluster = await StartAsync(1);
        SiloNode survivor = cluster[0];
        await using SiloProcess killed = await SiloProcess.StartAsync(cluster, "silo-k");
        await UntilAsync("both are known", () => Task.FromResult(survivor.Members.Active.Count == 2));
        await DeployTickerAsync(survivor.Host, "t");
        if ((await survivor.Cluster.FindAsync(Id("t"))).Silo != "silo-k")
        {
            await survivor.Cluster.MigrateAsync(Id("t"), "silo-k").WaitAsync(Limit);
        }
        using CancellationTokenSource stop = new(TimeSpan.FromMinutes(3));
        await survivor.Host.BeginWatchingAsync(stop.Token);
        await using IAsyncEnumerator<KernelEvent> events =
            survivor.Host.WatchAsync(Id("t"), null, stop.Token).GetAsyncEnumerator(stop.Token);
        for (int i = 1; i <= 3; i++)
        {
            await TellAsync(survivor.Host, "t");
            Assert.Equal(i, Number(await NextAsync(events, KernelEventKind.Emitted)));
        }
        killed.Kill();
        Task fourth = TellAsync(survivor.Host, "t");
        KernelEvent dropped = await NextAsync(events, KernelEventKind.Dropped, KernelEventKind.Emitted);
        Assert.Equal((KernelEventKind.Dropped, 0, Id("t")), (dropped.Kind, dropped.Content.Length, dropped.Id));
        Assert.Equal(4, Number(await NextAsync(events, KernelEventKind.Dropped, KernelEventKind.Emitted)));
        await fourth;
    }

    private static Task<KernelInfo> DeployTickerAsync(IKernelHost host, string id) => host.DeployAsync(
        new DeployRequest { Id = Id(id), Engine = new EngineId("script", 1), Code = Compile(Ticker) });

    private static async Task TellAsync(IKernelHost host, string id) => Assert.Equal(
        ReplyStatus.Ok,
        (await host.CallAsync(new MessageRequest { To = Id(id), Entry = "tell" }).WaitAsync(Limit)).Status);

    private static int Number(KernelEvent told) =>
        int.Parse(Encoding.UTF8.GetString(told.Content.Span), CultureInfo.InvariantCulture);

    private static async Task<KernelEvent> NextAsync(
        IAsyncEnumerator<KernelEvent> events, params KernelEventKind[] kinds)
    {
        do
        {
            Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(Limit));
        }
        while (!kinds.Contains(events.Current.Kind));
        return events.Current;
    }

    /// <summary>So many emitted events; nothing may be dropped.</summary>
    private static async Task<List<KernelEvent>> ToldAsync(IAsyncEnumerable<KernelEvent> events, int count)
    {
        List<KernelEvent> told = [];
        await foreach (KernelEvent happened in events)
        {
            Assert.NotEqual(KernelEventKind.Dropped, happened.Kind);
            if (happened.Kind == KernelEventKind.Emitted)
            {
                told.Add(happened);
            }
            if (told.Count == count)
            {
                break;
            }
        }
        return told;
    }
}
