using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Granary.Client;
using Granary.Kernels;

namespace Granary.Cluster.Tests;

/// <summary>One client: a call at a time, each of which must come to an answer; keeps what was acknowledged.</summary>
internal sealed class ChaosCaller(GranaryClient client, int number, int seed)
{
    private const long NumbersPerCaller = 1_000_000;
    private const int RememberedMax = 16;

    private readonly Random _random = new(seed);
    private readonly List<(KernelId Inbox, long Number, string Answer)> _recent = [];
    private volatile bool _finishing;
    private int _acknowledged;
    private long _next;
    private string _how = "";

    /// <summary>Numbers that were stored, and the answers.</summary>
    public Dictionary<long, string>[] Stored { get; } =
        [.. Enumerable.Range(0, ChaosKernels.Inboxes).Select(_ => new Dictionary<long, string>())];

    /// <summary>How each number's answer came, for whoever must find out why it is wrong.</summary>
    public Dictionary<long, string> How { get; } = [];

    public long[] Added { get; } = new long[ChaosKernels.Sums];

    public long[] Given { get; } = new long[ChaosKernels.Pairs];

    /// <summary>Answers to keys of before that were compared.</summary>
    public int Compared { get; private set; }

    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>When each call began, by the steady clock, and what it took in milliseconds.</summary>
    public ConcurrentQueue<(long Start, double Milliseconds)> Took { get; } = new();

    public void Finish() => _finishing = true;

    public async Task RunAsync()
    {
        while (!_finishing)
        {
            long start = Stopwatch.GetTimestamp();
            await (_random.Next(10) switch
            {
                < 4 => StoreAsync(),
                < 7 => AddAsync(),
                < 9 => GiveAsync(),
                _ => CompareAsync(),
            });
            Took.Enqueue((start, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
            Interlocked.Increment(ref _acknowledged);
        }
    }

    private async Task StoreAsync()
    {
        int inbox = _random.Next(ChaosKernels.Inboxes);
        long value = NextNumber();
        string answer = await CallAsync(ChaosKernels.Inbox(inbox), "put", value, $"put-{value}");
        Stored[inbox].Add(value, answer);
        How.Add(value, _how);
        _recent.Add((ChaosKernels.Inbox(inbox), value, answer));
        if (_recent.Count > RememberedMax)
        {
            _recent.RemoveAt(0);
        }
    }

    private async Task AddAsync()
    {
        int sum = _random.Next(ChaosKernels.Sums);
        int amount = _random.Next(1, 10);
        await CallAsync(ChaosKernels.Sum(sum), "add", amount, $"add-{NextNumber()}");
        Added[sum] += amount;
    }

    private async Task GiveAsync()
    {
        int pair = _random.Next(ChaosKernels.Pairs);
        int amount = _random.Next(1, 10);
        await CallAsync(ChaosKernels.Pair(pair), "give", amount, $"give-{NextNumber()}");
        Given[pair] += amount;
    }

    /// <summary>A key of before, which the kernel still remembers: the very same answer, whoever was lost since.
    /// </summary>
    private async Task CompareAsync()
    {
        if (_recent.Count > 0)
        {
            (KernelId inbox, long value, string answer) = _recent[_random.Next(_recent.Count)];
            Assert.Equal(answer, await CallAsync(inbox, "put", value, $"put-{value}"));
            Compared++;
        }
    }

    private long NextNumber() => (number * NumbersPerCaller) + _next++;

    private async Task<string> CallAsync(KernelId to, string entry, long payload, string key)
    {
        DateTime asked = DateTime.UtcNow;
        CallResult result = await client.CallAsync(new MessageRequest
        {
            To = to, Entry = entry, IdempotencyKey = key,
            Payload = Encoding.UTF8.GetBytes(payload.ToString(CultureInfo.InvariantCulture)),
        });
        _how = string.Create(
            CultureInfo.InvariantCulture,
            $"asked {asked:HH:mm:ss.fff}, answered {DateTime.UtcNow:HH:mm:ss.fff},"
            + $" {(result.Duplicate ? "again" : "at first")}, input {result.Receipt?.Input},"
            + $" outcome {result.Receipt?.Outcome}");
        string answer = Encoding.UTF8.GetString(result.Payload.Span);
        Assert.True(result.Status == Vms.ReplyStatus.Ok, $"{to} {entry} {payload}: {result.Status} {answer}");
        return answer;
    }
}
