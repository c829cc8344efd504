using Granary.Stores;
using Granary.Tests;

namespace Granary.Benchmarks;

/// <summary>Fenced appends of many kernels in one batch, beside a bare batched insert of the same rows.</summary>
internal sealed class PostgresBatchBenchmark : IBenchmark
{
    private const int BytesPerEntry = 120;
    private const int EntriesPerAppend = 2;

    public string Name => "postgres-batch";

    public string Summary => "fenced appends of many kernels on PostgreSQL, beside a bare batched insert";

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
        await using PostgresStore store = await PostgresStore.OpenAsync(address);
        await using BarePostgres bare = await BarePostgres.OpenAsync(address.ToConnectionString());
        foreach ((int kernels, int batches) in run.Pick<(int, int)[]>(
            [(1, 1_000), (16, 500), (256, 200), (4_000, 20)], [(1, 3), (16, 3)]))
        {
            List<BenchKernel> writers = [];
            for (int i = 0; i < kernels; i++)
            {
                writers.Add(await BenchKernel.CreateAsync(store, $"b{kernels}-{i}"));
            }
            List<BareRow> rows = [];
            List<(Reading Ours, Reading Theirs)> readings = await run.PairAsync(
                async () =>
                {
                    List<KernelAppend[]> appends = [.. Enumerable.Range(0, batches).Select(
                        _ => writers.Select(w => w.Next(EntriesPerAppend, BytesPerEntry)).ToArray())];
                    rows = BenchKernel.ToRows(appends);
                    return await Reading.OfAsync((long)kernels * batches, async () =>
                    {
                        foreach (KernelAppend[] batch in appends)
                        {
                            IReadOnlyList<AppendStatus> statuses = await store.AppendAsync(batch);
                            BenchmarkRun.Check(statuses.All(s => s == AppendStatus.Done), true, "that all are done");
                        }
                    });
                },
                () => Reading.OfAsync((long)kernels * batches, () => bare.AppendAsync(rows, kernels)));
            run.Report(
                $"batches of {kernels} kernels", "k rows/s", "bare insert", readings, r => r.PerSecond / 1e3,
                s => [Goal.AtLeast("aim: ratio", 0.5, s.Ratio.Median)]);
        }
    }
}
