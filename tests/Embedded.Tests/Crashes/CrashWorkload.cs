using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded.Tests;

/// <summary>
/// A fixed piece of work with everything that a host makes durable, done by a client that asks again what was not
/// acknowledged, over a store that may fail as planned.
/// </summary>
internal sealed class CrashWorkload(Medium medium, FaultPlan plan) : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Kernels = ["inbox", "left", "right", "counter", "twin"];

    private const int OpensMax = 5;

    private readonly FakeClock _clock = new();
    private FaultStore? _store;
    private EmbeddedHost? _host;
    private int _opens;

    /// <summary>Writes that the first store saw.</summary>
    public long Boundaries { get; private set; }

    public bool WasHit { get; private set; }

    /// <summary>Does everything and returns what the kernels hold in the end, as text.</summary>
    public async Task<string> RunAsync()
    {
        using CancellationTokenSource done = new();
        Task pump = PumpAsync(done.Token);
        try
        {
            await WorkAsync();
            string result = await DescribeAsync();
            await RecoversTwiceAsync();
            return result;
        }
        finally
        {
            await done.CancelAsync();
            await pump;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <summary>Retries and sweeps live on the clock, so it moves on; far less than the counter sleeps.</summary>
    private async Task PumpAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(1, CancellationToken.None);
            _clock.Advance(TimeSpan.FromMilliseconds(150));
        }
    }

    private async Task WorkAsync()
    {
        await DeployAsync("inbox", h => h.DeployScriptAsync("inbox", Programs.Inbox));
        await DeployAsync("left", h => h.DeployScriptAsync("left", Programs.Peer));
        await DeployAsync("right", h => h.DeployScriptAsync("right", Programs.Peer, ("peer", "left")));
        await DoAsync(h => h.SetPortAsync(HostCalls.Id("left"), "peer", HostCalls.Id("right")));
        await DeployAsync("counter", h => h.DeployMovaAsync("counter", Programs.Sleeper));
        await DoAsync(h => h.SendAsync("counter", "start", key: "go", gas: Granary.Vms.GasMeter.Unlimited));
        await CountsAsync("counter", 1);
        await PutAsync(1, 3);
        await DoAsync(h => h.AskAsync("left", "put", "5", "l1"));
        await SnapshotAsync("inbox", "early");
        await PutAsync(4, 5);
        await SleepOverAsync();
        await CountsAsync("counter", 2);
        await DeployAsync("twin", h => h.ForkAsync(HostCalls.Id("counter"), HostCalls.Id("twin"), null));
        await DoAsync(h => h.AskAsync("right", "put", "7", "r1"));
        await RollbackAsync("inbox", "early");
        await PutAsync(6, 7);
        await SleepOverAsync();
        await CountsAsync("counter", 3);
        await CountsAsync("twin", 3);
        await DoAsync(h => h.AskAsync("left", "put", "9", "l2"));
    }

    private async Task PutAsync(int first, int last)
    {
        for (int i = first; i <= last; i++)
        {
            string number = i.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await DoAsync(h => h.AskAsync("inbox", "put", number, $"n{number}"));
        }
    }

    private Task DeployAsync(string id, Func<IKernelHost, Task<KernelInfo>> make) => DoAsync(async h =>
    {
        try
        {
            return await make(h);
        }
        catch (KernelHostException error) when (error.Error == KernelHostError.NameTaken)
        {
            return await h.GetAsync(HostCalls.Id(id));
        }
    });

    private Task SnapshotAsync(string id, string name) => DoAsync(async h =>
    {
        try
        {
            return await h.SnapshotAsync(HostCalls.Id(id), name);
        }
        catch (KernelHostException error) when (error.Error == KernelHostError.NameTaken)
        {
            return (await h.ListSnapshotsAsync(HostCalls.Id(id))).Single(s => s.Name == name);
        }
    });

    /// <summary>A rollback is no message and has no key, but its generation shows whether it was done.</summary>
    private Task RollbackAsync(string id, string name) => DoAsync(async h =>
    {
        KernelInfo info = await h.GetAsync(HostCalls.Id(id));
        return info.Generation == 1
            ? await h.RollbackAsync(HostCalls.Id(id), new CheckpointRef { Name = name })
            : info;
    });

    private async Task SleepOverAsync()
    {
        await Task.Yield();
        _clock.Advance(TimeSpan.FromSeconds(1_001));
    }

    private Task CountsAsync(string id, int count) => DoAsync(async h =>
    {
        await HostCalls.UntilAsync($"{id} counts {count}", async () =>
            (await h.GetAsync(HostCalls.Id(id))).Status == KernelStatus.Sleeping && await h.CountAsync(id) == count);
        return count;
    });

    /// <summary>Asks until it is acknowledged. A dead host is opened again over what survived.</summary>
    private async Task<T> DoAsync<T>(Func<IKernelHost, Task<T>> operation)
    {
        for (int attempt = 1; ; attempt++)
        {
            bool isDead = false;
            try
            {
                Task<T> asked = operation(await HostAsync());
                while (!asked.IsCompleted && !_store!.IsCrashed)
                {
                    await Task.WhenAny(asked, Task.Delay(2));
                }
                isDead = !asked.IsCompleted;
                if (isDead)
                {
                    // Nobody is left who could answer.
                    await DieAsync();
                }
                return await asked;
            }
            catch (Exception error) when (error is StoreCrashedException
                or KernelHostException { Error: KernelHostError.Store or KernelHostError.ShuttingDown }
                || (error is KernelHostException && (isDead || _store!.IsCrashed)))
            {
                Assert.True(attempt < 8, $"given up after {attempt} attempts: {error}");
                await SettleAsync();
            }
        }
    }

    private async Task SettleAsync()
    {
        if (_store is { IsCrashed: true })
        {
            await DieAsync();
        }
        else
        {
            await Task.Delay(1);
        }
    }

    private async Task DieAsync()
    {
        NoteFirst();
        FaultStore dead = _store!;
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
        await RecoverAsync(dead);
        _host = null;
    }

    private async Task<EmbeddedHost> HostAsync()
    {
        if (_host is null)
        {
            Assert.True(++_opens <= OpensMax, "opened too often");
            _store ??= new FaultStore(medium.Open, plan);
            _host = await EmbeddedHost.OpenAsync(_store, Engines.All, new EmbeddedOptions
            {
                Clock = _clock, SliceThreads = 1, EvictAfter = TimeSpan.FromSeconds(100),
            });
        }
        return _host;
    }

    private async Task<string> DescribeAsync()
    {
        List<string> parts = [];
        foreach (string id in Kernels)
        {
            await DoAsync(async h =>
            {
                await h.VerifiesAsync(id);
                return true;
            });
            KernelInfo info = await DoAsync(h => h.GetAsync(HostCalls.Id(id)));
            string data = await DoAsync(h => h.StateAsync(id, "data/"));
            string machine = await DoAsync(h => h.StateAsync(id, "vm/"));
            parts.Add($"{id} generation {info.Generation}\n{data}{machine}");
        }
        return string.Join('\n', parts);
    }

    /// <summary>The same store gives the same kernels, however often it is recovered from.</summary>
    private async Task RecoversTwiceAsync()
    {
        NoteFirst();
        List<string> seen = [];
        for (int time = 0; time < 2; time++)
        {
            // Killed, not closed: nothing is checkpointed on the way out.
            await KillAsync();
            await using EmbeddedHost looking = await EmbeddedHost.OpenAsync(
                _store!, Engines.All, new EmbeddedOptions { Clock = _clock, SliceThreads = 1, RunKernels = false });
            string all = "";
            foreach (string id in Kernels)
            {
                KernelInfo info = await looking.GetAsync(HostCalls.Id(id));
                StateEvidence evidence = await looking.ProveAsync(HostCalls.Id(id), "code"u8.ToArray());
                all += $"{id} {info.Position} {info.Chain} {evidence.Root}\n";
            }
            seen.Add(all);
            await RecoverAsync(_store!);
        }
        Assert.Equal(seen[0], seen[1]);
        _host = null;
    }

    private async Task KillAsync()
    {
        if (_host is not null)
        {
            FaultStore dead = _store!;
            await RecoverAsync(dead);
            await _host.DisposeAsync();
            _host = null;
        }
    }

    /// <summary>What reached the medium is opened anew; nothing fails any more.</summary>
    private async Task RecoverAsync(FaultStore dead)
    {
        await (await dead.RecoverAsync()).DisposeAsync();
        _store = new FaultStore(medium.Open, FaultPlan.None);
    }

    private void NoteFirst()
    {
        if (Boundaries == 0)
        {
            Boundaries = _store!.Boundaries;
            WasHit = Boundaries >= plan.Boundary && plan.Boundary > 0;
        }
    }
}
