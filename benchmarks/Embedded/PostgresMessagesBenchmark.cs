using System.Text;
using Granary.Embedded;
using Granary.Kernels;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;

namespace Granary.Benchmarks;

/// <summary>
/// Durable messages from clients to kernels, through a host in this process, on a PostgreSQL server that flushes,
/// beside a bare batched insert of the very rows that they left.
/// </summary>
/// <remarks>
/// Each sender has a kernel of its own and one message under way, so a transaction holds at most as many rows as there
/// are senders, and the bare insert writes so many at once: more to a flush than the host can gather.
/// </remarks>
internal sealed class PostgresMessagesBenchmark : IBenchmark
{
    private const string Program = """
        on hit
            halt payload
        """;

    private static readonly byte[] s_payload = Encoding.ASCII.GetBytes("sixteen bytes ok");

    public string Name => "postgres-messages";

    public string Summary => "durable messages a second over PostgreSQL, beside a bare batched insert of the same rows";

    public async Task RunAsync(BenchmarkRun run)
    {
        if (PostgresPrograms.Missing is { } missing)
        {
            Console.WriteLine($"  NOT MEASURED: {missing}");
            return;
        }
        using PostgresServer server = new(isDurable: true);
        PostgresAddress address = PostgresAddress.Parse(server.Url());
        await PostgresStore.MigrateAsync(address);
        await using BarePostgres bare = await BarePostgres.OpenAsync(address.ToConnectionString());
        await using EmbeddedHost host = await EmbeddedHost.OpenAsync(
            address, folder: null, BuiltInEngines.All, Programs.QuietOptions);
        foreach ((int senders, int messages) in run.Pick<(int, int)[]>(
            [(1, 1_000), (16, 10_000), (256, 40_000)], [(1, 10), (16, 60)]))
        {
            await RunAsync(run, host, bare, senders, messages);
        }
    }

    private static async Task RunAsync(
        BenchmarkRun run, EmbeddedHost host, BarePostgres bare, int senders, int messages)
    {
        KernelId[] kernels = new KernelId[senders];
        for (int i = 0; i < senders; i++)
        {
            kernels[i] = await Programs.DeployAsync(
                host, FormattableString.Invariant($"s{senders}-{i}"), Programs.Script, Program);
        }
        List<BareRow> rows = [];
        List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
            async () =>
            {
                long before = await bare.CountAsync();
                Reading reading = await Reading.OfAsync(messages, () => SendAsync(host, kernels, messages));
                rows = await bare.ReadJournalAsync(before);
                BenchmarkRun.Check(
                    rows.Sum(r => r.Last - r.First + 1) >= messages, true, "that all messages are in the journal");
                return reading;
            },
            () => Reading.OfAsync(messages, () => bare.AppendAsync(rows, senders)));
        run.Report(
            $"send, {senders} senders", "k/s", "bare insert", readings, r => r.PerSecond / 1e3,
            s => [Goal.AtLeast("aim: ratio", 0.5, s.Ratio.Median)],
            FormattableString.Invariant(
                $"{(double)rows.Count / messages:0.00} rows for each message, ")
            + FormattableString.Invariant(
                $"{(double)rows.Count / rows.DistinctBy(r => r.Transaction).Count():0.0} rows in a transaction"));
        run.Report(
            $"send, {senders} senders, CPU", "us/msg", "bare insert", readings, r => r.ProcessorNanoseconds / 1e3,
            note: "processor time of this process for each message, without the server's");
    }

    /// <summary>Each sender waits until its message is durable, then sends the next.</summary>
    private static Task SendAsync(EmbeddedHost host, KernelId[] kernels, int messages) =>
        Task.WhenAll(kernels.Select(kernel => Task.Run(async () =>
        {
            for (int i = 0; i < messages / kernels.Length; i++)
            {
                await host.SendAsync(new MessageRequest { To = kernel, Entry = "hit", Payload = s_payload });
            }
        })));
}
