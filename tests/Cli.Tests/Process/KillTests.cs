using System.Globalization;
using System.Text;
using System.Text.Json;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Vms;
using Granary.Vms.Mova;
using Xunit.Abstractions;

namespace Granary.Cli.Tests;

/// <summary>
/// <c>kill -9</c> of the real process at random moments, while ten endless kernels run and others take numbered
/// messages. GRANARY_KILLS says how often (20), GRANARY_KILL_SEED repeats a run as far as timing can be repeated.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int InboxCount = 3;
    private const int MessagesInFlightMax = 16;

    private static readonly TimeSpan _startLimit = TimeSpan.FromMinutes(1);

    private const string Sleeper = "var i = 0; loop: i++; print(i); sleep(1); goto loop;";
    private const string Spinner = "var i = 0; loop: i++; goto loop;";
    private const string Ticker = """
        on start
        tick:
          add n 1
          put "n" n
          sleep 2
          goto tick
        """;

    private static readonly string[] _sleepers = ["sleeper-1", "sleeper-2", "sleeper-3", "sleeper-4"];
    private static readonly string[] _spinners = ["spinner-1", "spinner-2", "spinner-3"];
    private static readonly string[] _tickers = ["ticker-1", "ticker-2", "ticker-3"];

    /// <summary>Per inbox: numbers that were acknowledged, and the next one that was never sent.</summary>
    private readonly SortedSet<int>[] _acknowledged =
        [.. Enumerable.Range(0, InboxCount).Select(_ => new SortedSet<int>())];
    private readonly int[] _next = new int[InboxCount];
    private readonly Dictionary<string, long> _lastSeen = [];

    [Fact]
    public async Task Killing_the_process_loses_nothing_and_doubles_nothing()
    {
        int kills = ReadInt("GRANARY_KILLS", 20);
        int seed = ReadInt("GRANARY_KILL_SEED", Environment.TickCount);
        output.WriteLine($"seed {seed}, {kills} kills");
        Random random = new(seed);
        string folder = Directory.CreateTempSubdirectory("granary-kill-").FullName;
        try
        {
            await DeployAsync(folder);
            for (int kill = 1; kill <= kills; kill++)
            {
                // Most die at work, some while they recover: a machine under load takes long to get to work.
                await RunAndKillAsync(folder, random.Next(300, 1_200), isAtWork: kill % 4 != 0, random);
                if (kill % 2 == 0)
                {
                    // In between, the next process starts on what the killed one left, with no checkpoint of ours.
                    await InspectAsync(folder, verify: false);
                }
            }
            await RunUntilSpinnersAreSavedAsync(folder);
            await InspectAsync(folder, verify: true);
            int all = _acknowledged.Sum(a => a.Count);
            output.WriteLine($"{all} messages acknowledged; counters: "
                + string.Join(", ", _lastSeen.Select(p => $"{p.Key}={p.Value}")));
            Assert.True(all > kills, $"Only {all} messages were acknowledged: the test tested nothing.");
            Assert.All(_lastSeen.Values, v => Assert.True(v > 0));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task DeployAsync(string folder)
    {
        await using EmbeddedHost host = await OpenAsync(folder);
        string inbox = await File.ReadAllTextAsync(
            Path.Combine(Granary.Tests.VectorFolders.RepositoryRoot(), "samples", "script", "inbox.gscript"));
        for (int i = 0; i < InboxCount; i++)
        {
            await DeployAsync(host, InboxId(i), ".gscript", inbox);
        }
        foreach ((string[] ids, string extension, string source) in new[]
        {
            (_sleepers, ".mova", Sleeper), (_spinners, ".mova", Spinner), (_tickers, ".gscript", Ticker),
        })
        {
            foreach (string id in ids)
            {
                await DeployAsync(host, id, extension, source);
                await host.SendAsync(new MessageRequest
                {
                    To = KernelId.Parse(id), Entry = "start", Gas = GasMeter.Unlimited,
                });
            }
        }
    }

    private async Task RunAndKillAsync(string folder, int milliseconds, bool isAtWork, Random random)
    {
        using GranaryProcess process = new(folder);
        Queue<(int Inbox, int Number)> waiting = new();
        SemaphoreSlim room = new(MessagesInFlightMax);
        using CancellationTokenSource enough = new();
        enough.CancelAfter(isAtWork ? _startLimit : TimeSpan.FromMilliseconds(milliseconds));
        Task reading = Task.Run(async () =>
        {
            while (await process.ReadAsync() is { } answer)
            {
                (int inbox, int number) = Take(waiting);
                Assert.True(answer.GetProperty("ok").GetBoolean(), answer.ToString());
                Assert.Equal(InboxId(inbox), answer.GetProperty("to").GetString());
                _acknowledged[inbox].Add(number);
                room.Release();
                if (isAtWork)
                {
                    isAtWork = false;
                    enough.CancelAfter(milliseconds);
                }
            }
        });
        Task writing = Task.Run(async () =>
        {
            // What got no answer last time is sent again under its key, before anything new.
            Queue<(int Inbox, int Number)> again = new(Enumerable.Range(0, InboxCount).SelectMany(
                i => Enumerable.Range(0, _next[i]).Where(n => !_acknowledged[i].Contains(n)).Select(n => (i, n))));
            while (!enough.IsCancellationRequested)
            {
                await room.WaitAsync();
                if (!again.TryDequeue(out (int Inbox, int Number) message))
                {
                    int inbox = random.Next(InboxCount);
                    message = (inbox, _next[inbox]++);
                }
                lock (waiting)
                {
                    waiting.Enqueue(message);
                }
                string number = message.Number.ToString(CultureInfo.InvariantCulture);
                if (!await process.TryWriteAsync($"send {InboxId(message.Inbox)} put {number} key-{number}"))
                {
                    return;
                }
            }
        });
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (enough.Token.Register(over.SetResult))
        {
            await over.Task;
        }
        process.Kill();
        // Answers that were in the pipe count: whoever reads them relies on them.
        await reading.WaitAsync(TimeSpan.FromSeconds(30));
        room.Release(MessagesInFlightMax);
        await writing.WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>
    /// Programs that never commit are saved by the gas they used: on a slow machine that may take longer than the short
    /// lives above. They must have been saved in the middle of their turn before the last kill.
    /// </summary>
    private static async Task RunUntilSpinnersAreSavedAsync(string folder)
    {
        using GranaryProcess process = new(folder);
        using CancellationTokenSource tooLong = new(TimeSpan.FromSeconds(60));
        HashSet<string> saved = [];
        while (saved.Count < _spinners.Length)
        {
            await Task.Delay(100, tooLong.Token);
            Assert.True(await process.TryWriteAsync("ps"));
            JsonElement answer = (await process.ReadAsync())!.Value;
            foreach (JsonElement kernel in answer.GetProperty("kernels").EnumerateArray())
            {
                string id = kernel.GetProperty("id").GetString()!;
                if (_spinners.Contains(id) && kernel.GetProperty("gasSpent").GetInt64() > 0)
                {
                    saved.Add(id);
                }
            }
        }
        process.Kill();
    }

    /// <summary>Opens what the killed process left, without running anything.</summary>
    private async Task InspectAsync(string folder, bool verify)
    {
        await using EmbeddedHost host = await OpenAsync(folder);
        for (int i = 0; i < InboxCount; i++)
        {
            await InspectInboxAsync(host, i);
        }
        foreach (string id in _sleepers)
        {
            await InspectCounterAsync(host, id, await StackTopAsync(host, id));
        }
        foreach (string id in _tickers)
        {
            string n = await ValueAsync(host, id, "data/n");
            await InspectCounterAsync(host, id, n.Length == 0 ? 0 : long.Parse(n, CultureInfo.InvariantCulture));
        }
        foreach (string id in _spinners)
        {
            // Two gas a round, after one for the first instruction: what was counted and what was paid agree.
            long gas = (await host.GetAsync(KernelId.Parse(id))).GasSpent;
            Assert.Equal(unchecked((int)(gas / 2)), await StackTopAsync(host, id));
            Advance(id, gas);
        }
        if (verify)
        {
            await foreach (KernelInfo kernel in host.ListAsync())
            {
                VerifyReport report = await host.VerifyAsync(kernel.Id, null, null);
                Assert.True(report.Accepted, $"{kernel.Id}: entry {report.FirstDifference}: {report.Reason}");
            }
        }
    }

    private async Task InspectInboxAsync(EmbeddedHost host, int inbox)
    {
        HashSet<int> stored = [];
        StateQuery query = new()
        {
            Id = KernelId.Parse(InboxId(inbox)), Prefix = Encoding.UTF8.GetBytes("data/n/"), Limit = int.MaxValue,
        };
        await foreach (StateEntry entry in host.ReadStateAsync(query))
        {
            Assert.True(stored.Add(int.Parse(Encoding.UTF8.GetString(entry.Value.Span), CultureInfo.InvariantCulture)));
        }
        // The program refuses a number that comes twice and counts those that it takes: count and keys agree only when
        // nothing was doubled.
        string count = await ValueAsync(host, InboxId(inbox), "data/count");
        Assert.Equal(stored.Count, count.Length == 0 ? 0 : int.Parse(count, CultureInfo.InvariantCulture));
        Assert.Subset(stored, new HashSet<int>(_acknowledged[inbox]));
    }

    /// <summary>The state of a counter is the number of its commits: no gap, no repeat.</summary>
    private async Task InspectCounterAsync(EmbeddedHost host, string id, long value)
    {
        long commits = 0;
        await foreach (JournalItem item in host.ReadJournalAsync(KernelId.Parse(id), 0))
        {
            if (item.Kind == "ended")
            {
                Assert.Contains("exit=Slept", item.Text, StringComparison.Ordinal);
                commits++;
            }
        }
        // Woken and not yet run: the value is that of the last commit in either case.
        Assert.Equal(commits, value);
        Advance(id, value);
    }

    private void Advance(string id, long value)
    {
        long before = _lastSeen.GetValueOrDefault(id);
        Assert.True(value >= before, $"{id} went back to {value} from {before}.");
        _lastSeen[id] = value;
    }

    private static async Task<long> StackTopAsync(EmbeddedHost host, string id)
    {
        MachineState machine = await host.ReadMachineAsync(KernelId.Parse(id));
        MovaState state = MovaState.Parse(machine.Snapshot.Sections[MovaState.SectionName], topFirst: false);
        return state.Stack.Length == 0 ? 0 : state.Stack.Span[^1];
    }

    private static async Task<string> ValueAsync(EmbeddedHost host, string id, string key)
    {
        StateEvidence evidence = await host.ProveAsync(KernelId.Parse(id), Encoding.UTF8.GetBytes(key));
        Assert.True(evidence.Proof.Verify(evidence.Root, evidence.Key.Span, out _));
        return evidence.Value is { } value ? Encoding.UTF8.GetString(value.Span) : "";
    }

    private static async Task DeployAsync(EmbeddedHost host, string id, string extension, string source)
    {
        (IVmEngine engine, IVmLanguage language) = BuiltInEngines.All.FindLanguage(extension)!.Value;
        await host.DeployAsync(new DeployRequest
        {
            Id = KernelId.Parse(id), Engine = engine.Id, Code = language.Compile(source, VmLimits.Default),
        });
    }

    private static Task<EmbeddedHost> OpenAsync(string folder) =>
        EmbeddedHost.OpenAsync(folder, BuiltInEngines.All, new EmbeddedOptions { RunKernels = false });

    private static (int Inbox, int Number) Take(Queue<(int Inbox, int Number)> waiting)
    {
        lock (waiting)
        {
            return waiting.Dequeue();
        }
    }

    private static string InboxId(int number) => $"inbox-{number.ToString(CultureInfo.InvariantCulture)}";

    private static int ReadInt(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;
}
