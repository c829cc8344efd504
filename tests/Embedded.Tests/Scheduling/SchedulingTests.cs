using System.Diagnostics;
using Granary.Kernels;
using static Granary.Embedded.Tests.HostCalls;

namespace Granary.Embedded.Tests;

/// <summary>
/// Who runs when: short before long, long all the same, sleepers in time, idle ones out of memory and back.
/// </summary>
public sealed class SchedulingTests() : HostTest(MediumKind.Memory)
{
    private readonly FakeClock _clock = new();

    protected override EmbeddedOptions Options => new()
    {
        SliceThreads = 1, Clock = _clock, LiveKernelsMax = 3, SweepEvery = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task A_short_call_does_not_wait_behind_long_runs_and_those_move_under_a_flood()
    {
        for (int i = 0; i < 10; i++)
        {
            await Host.DeployMovaAsync($"long{i}", Programs.Endless);
            await Host.StartAsync($"long{i}");
        }
        await Host.DeployScriptAsync("short", Programs.Adder);
        await Host.AskAsync("short", "add", "1");
        long start = Stopwatch.GetTimestamp();
        await Host.AskAsync("short", "add", "1");
        // Behind all ten it would be more than a minute.
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10));

        using CancellationTokenSource done = new();
        Task[] flood = [.. Enumerable.Range(0, 4).Select(_ => FloodAsync(done.Token))];
        int before = await Host.CountAsync("long7");
        await UntilAsync("a long run moves", async () => await Host.CountAsync("long7") > before);
        await done.CancelAsync();
        await Task.WhenAll(flood);
    }

    [Fact]
    public async Task Kernels_leave_memory_and_come_back_with_their_state()
    {
        for (int i = 0; i < 12; i++)
        {
            await Host.DeployScriptAsync($"k{i}", Programs.Adder);
        }
        for (int round = 1; round <= 4; round++)
        {
            for (int i = 0; i < 12; i++)
            {
                Assert.Equal($"{round * i}", await Host.AskAsync($"k{i}", "add", $"{i}"));
            }
            await UntilAsync("they leave", () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(Host.LiveCount <= 3);
            });
        }
        await Host.VerifiesAsync("k7");
    }

    [Fact]
    public async Task Sleepers_wake_live_evicted_and_after_a_restart_and_in_their_order()
    {
        for (int i = 0; i < 6; i++)
        {
            await Host.DeployMovaAsync($"s{i}",
                $"var n = {i};\nsleep({100_000 * (i + 1)});\nprint(n);\nsleep(16000000);");
        }
        for (int i = 5; i >= 0; i--)
        {
            await Host.StartAsync($"s{i}");
            await UntilAsync("asleep", async () => (await Host.GetAsync(Id($"s{i}"))).Status == KernelStatus.Sleeping);
        }
        await UntilAsync("some leave", () =>
        {
            _clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(Host.LiveCount <= 3);
        });
        await ReopenAsync();
        List<string> woken = [];
        using CancellationTokenSource done = new();
        Task watching = Task.Run(async () =>
        {
            await foreach (KernelEvent happened in Host.WatchAsync(id: null))
            {
                if (happened.Kind == KernelEventKind.Printed)
                {
                    lock (woken)
                    {
                        woken.Add(happened.Id.Value);
                    }
                }
            }
        });
        await Task.Delay(20);
        for (int i = 0; i < 6; i++)
        {
            await UntilAsync($"s{i} wakes", () =>
            {
                lock (woken)
                {
                    if (woken.Count > i)
                    {
                        return Task.FromResult(true);
                    }
                }
                _clock.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(false);
            });
        }
        await Host.DisposeAsync();
        await watching;
        Assert.Equal(["s0", "s1", "s2", "s3", "s4", "s5"], woken);
        await ReopenAsync();
    }

    [Fact]
    public async Task A_slow_watcher_is_told_what_it_lost()
    {
        await Host.DeployMovaAsync("p", "var i = 0;\nloop:\ni++;\nprint(i);\ngoto loop;\n");
        await using IAsyncEnumerator<KernelEvent> events = Host.WatchAsync(Id("p")).GetAsyncEnumerator();
        for (int i = 0; i < 40; i++)
        {
            await Host.SendAsync("p", "start", gas: 2_000_000);
        }
        await UntilAsync("it ends", async () =>
            await Host.GetAsync(Id("p")) is { Status: KernelStatus.Idle, InboxCount: 0 });
        Assert.True(await events.MoveNextAsync());
        Assert.Equal(KernelEventKind.Dropped, events.Current.Kind);
        Assert.True(int.Parse(System.Text.Encoding.UTF8.GetString(events.Current.Content.Span)) > 0);
    }

    private async Task FloodAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Host.AskAsync("short", "add", "1");
        }
    }
}
