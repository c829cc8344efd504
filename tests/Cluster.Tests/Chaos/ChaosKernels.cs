using System.Globalization;
using System.Text;
using Granary.Client;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Cluster.Tests;

/// <summary>Kernels of several kinds, and what must be true of them whatever became of the silos.</summary>
internal static class ChaosKernels
{
    public const int Inboxes = 3;
    public const int Sums = 3;
    public const int Pairs = 2;
    public const int Probes = 4;

    private const string Program =
        """
        on add
            get n "n"
            int n n
            int d payload
            add n d
            put "n" n
            halt n
        on give
            int d payload
            get n "given"
            int n n
            add n d
            put "given" n
            send "partner" "take" d gas 100000
            halt n
        on take
            int d payload
            get n "taken"
            int n n
            add n d
            put "taken" n
            halt n
        on read
            get n payload
            int n n
            halt n
        on tick
        turn:
            get n "ticks"
            int n n
            add n 1
            put "ticks" n
            sleep 100
            goto turn
        """;

    private const string Endless =
        """
        var i = 0;
        loop:
        i++;
        goto loop;
        """;

    private const string Printing =
        """
        var i = 0;
        loop:
        i++;
        print(i);
        sleep(200);
        goto loop;
        """;

    private static readonly string[] s_endless = ["mova-loop", "mova-count", "tick-0", "tick-1"];

    public static KernelId Inbox(int i) => KernelId.Parse($"inbox-{i}");

    public static KernelId Sum(int i) => KernelId.Parse($"sum-{i}");

    public static KernelId Pair(int i) => KernelId.Parse($"pair-{i}");

    public static KernelId Probe(int i) => KernelId.Parse($"probe-{i}");

    private static IEnumerable<KernelId> All =>
        [.. Enumerable.Range(0, Inboxes).Select(Inbox), .. Enumerable.Range(0, Sums).Select(Sum),
            .. Enumerable.Range(0, Pairs).Select(Pair), .. Enumerable.Range(0, Probes).Select(Probe),
            .. s_endless.Select(KernelId.Parse)];

    public static async Task DeployAsync(GranaryClient client)
    {
        string inbox = await File.ReadAllTextAsync(
            Path.Combine(VectorFolders.RepositoryRoot(), "samples", "script", "inbox.gscript"));
        foreach (KernelId id in All)
        {
            (string extension, string source) = id.Value.Split('-')[0] switch
            {
                "inbox" => (".gscript", inbox),
                "mova" => (".mova", id.Value == "mova-loop" ? Endless : Printing),
                _ => (".gscript", Program),
            };
            await client.DeploySourceAsync(BuiltInEngines.All, id, extension, source);
        }
        for (int i = 0; i < Pairs; i++)
        {
            await client.SetPortAsync(Pair(i), "partner", Pair((i + 1) % Pairs));
        }
        foreach (string id in s_endless)
        {
            await client.SendAsync(new MessageRequest
            {
                To = KernelId.Parse(id), Entry = id.StartsWith("tick", StringComparison.Ordinal) ? "tick" : "",
                Gas = GasMeter.Unlimited,
            });
        }
    }

    /// <summary>What only a cluster that runs can show.</summary>
    public static async Task CheckRunningAsync(GranaryClient client, IReadOnlyList<ChaosCaller> callers)
    {
        foreach (string name in s_endless)
        {
            KernelId id = KernelId.Parse(name);
            long before = (await client.GetAsync(id)).GasSpent;
            await TestCluster.UntilAsync(
                $"{id} gets on", async () => (await client.GetAsync(id)).GasSpent > before);
        }
        for (int i = 0; i < Pairs; i++)
        {
            int pair = i;
            long given = callers.Sum(c => c.Given[pair]);
            Assert.Equal(given, await ReadAsync(client, Pair(i), "given"));
            KernelId partner = Pair((i + 1) % Pairs);
            await TestCluster.UntilAsync(
                $"{partner} got all", async () => await ReadAsync(client, partner, "taken") >= given);
            Assert.Equal(given, await ReadAsync(client, partner, "taken"));
        }
        foreach (string id in s_endless)
        {
            await client.CancelAsync(KernelId.Parse(id));
        }
    }

    /// <summary>
    /// Each acknowledged message is there exactly once, and every journal, executed again in this process, gives every
    /// root and hash that is written in it.
    /// </summary>
    public static async Task<int> CheckStoredAsync(PostgresAddress store, IReadOnlyList<ChaosCaller> callers)
    {
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            store, null, BuiltInEngines.All, new EmbeddedOptions { RunKernels = false });
        for (int i = 0; i < Inboxes; i++)
        {
            await CheckInboxAsync(host, i, callers);
        }
        for (int i = 0; i < Sums; i++)
        {
            int sum = i;
            Assert.Equal(callers.Sum(c => c.Added[sum]), await StoredAsync(host, Sum(i), "n"));
        }
        foreach (KernelId id in All)
        {
            VerifyReport report = await host.VerifyAsync(id, null, null);
            Assert.True(report.Accepted, $"{id}: {report.FirstDifference}: {report.Reason}");
        }
        return All.Count();
    }

    private static async Task CheckInboxAsync(IKernelHost host, int inbox, IReadOnlyList<ChaosCaller> callers)
    {
        HashSet<long> stored = [];
        StateQuery query = new() { Id = Inbox(inbox), Prefix = "data/n/"u8.ToArray(), Limit = int.MaxValue };
        await foreach (StateEntry entry in host.ReadStateAsync(query))
        {
            Assert.True(stored.Add(Number(entry.Value)));
        }
        // Each answer is how many were stored by then: every number was given to exactly one call.
        (long Number, string Answer)[] acknowledged =
            [.. callers.SelectMany(c => c.Stored[inbox]).Select(a => (a.Key, a.Value))];
        Assert.Equal(stored.Order(), acknowledged.Select(a => a.Number).Order());
        string[] twice = [.. acknowledged.GroupBy(a => a.Answer).Where(g => g.Count() > 1).SelectMany(g => g.Select(
            a => $"{g.Key}: {a.Number}, {callers.First(c => c.How.ContainsKey(a.Number)).How[a.Number]}"))];
        if (twice.Length > 0)
        {
            VerifyReport report = await host.VerifyAsync(Inbox(inbox), null, null);
            Assert.Fail($"{Inbox(inbox)} gave answers twice; its journal is {(report.Accepted ? "" : "not ")}accepted"
                + $" {report.Reason}; its count is {await StoredAsync(host, Inbox(inbox), "count")} of"
                + $" {stored.Count}:\n"
                + string.Join('\n', twice));
        }
    }

    private static async Task<long> ReadAsync(GranaryClient client, KernelId id, string name)
    {
        CallResult result = await client.CallAsync(new MessageRequest
        {
            To = id, Entry = "read", Payload = Encoding.UTF8.GetBytes(name),
        });
        return Number(result.Payload);
    }

    private static async Task<long> StoredAsync(IKernelHost host, KernelId id, string name)
    {
        await foreach (StateEntry entry in host.ReadStateAsync(
            new StateQuery { Id = id, Prefix = Encoding.UTF8.GetBytes("data/" + name) }))
        {
            return Number(entry.Value);
        }
        return 0;
    }

    private static long Number(ReadOnlyMemory<byte> text) =>
        long.Parse(Encoding.UTF8.GetString(text.Span), CultureInfo.InvariantCulture);
}
