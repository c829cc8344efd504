using System.Diagnostics;
using Granary.Client;
using Granary.Kernels;
using Granary.Silo;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;
using Xunit.Abstractions;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

/// <summary>Machines whose time of day is wrong by ten minutes.</summary>
public sealed class ClockTests(ITestOutputHelper output)
{
    private const int Sleep = 3_000;
    private const string Dozer = "sleep 3000";

    private static readonly TimeSpan s_wrong = TimeSpan.FromMinutes(10);

    [PostgresFact]
    public async Task Silos_go_by_the_time_of_the_database()
    {
        PostgresAddress address = PostgresAddress.Parse(PostgresServer.Shared.Url("clock"));
        foreach (TimeSpan wrong in new[] { TimeSpan.Zero, s_wrong, -s_wrong })
        {
            await using StoreClock clock = await StoreClock.StartAsync(
                address, new WrongClock(wrong), CancellationToken.None);
            TimeSpan apart = clock.GetUtcNow() - DateTimeOffset.UtcNow;
            Assert.InRange(apart.Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(30));
            DateTimeOffset last = clock.GetUtcNow();
            for (int i = 0; i < 1_000; i++)
            {
                DateTimeOffset now = clock.GetUtcNow();
                Assert.True(now >= last);
                last = now;
            }
        }
    }

    [PostgresFact]
    public async Task A_sleeper_that_migrates_between_wrong_clocks_sleeps_as_long_as_it_asked_to()
    {
        await using TestCluster cluster = await StartAsync(1);
        await cluster.AddAsync(o => o with { Kernels = o.Kernels with { Clock = new WrongClock(s_wrong) } });
        await cluster.AddAsync(o => o with { Kernels = o.Kernels with { Clock = new WrongClock(-s_wrong) } });
        Task[] sleeps = [.. Enumerable.Range(0, 3).Select(i => SleepAsync(
            cluster[i].Host, cluster[i].Cluster, $"dozer-{i}", $"silo-{((i + 1) % 3) + 1}"))];
        await Task.WhenAll(sleeps);
    }

    /// <summary>Processes that the system itself tells a wrong time, which Orleans reads too.</summary>
    [PostgresFact]
    public async Task Silos_with_wrong_clocks_stay_a_cluster()
    {
        if (FakeTime() is not { } library)
        {
            output.WriteLine("LEFT OUT: libfaketime is not installed (Debian: apt-get install faketime).");
            return;
        }
        const string schema = "faketime";
        await PostgresStore.MigrateAsync(PostgresAddress.Parse(PostgresServer.Shared.Url(schema)));
        using NetworkHosts hosts = NetworkHosts.Create(3);
        List<SiloMachine> silos = [];
        try
        {
            foreach (string offset in new[] { "+0", "+600", "-600" })
            {
                SiloMachine silo = new(
                    hosts, silos.Count, PostgresServer.Shared.LocalSettings(schema), probeMilliseconds: 700,
                    [("LD_PRELOAD", library), ("FAKETIME", offset), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
                        ("DONT_FAKE_MONOTONIC", "1")]);
                silos.Add(silo);
                await silo.StartAsync();
            }
            await using GranaryClient client = SiloMachine.NewClient(hosts, silos);
            await UntilAsync("all are active", async () =>
                (await client.ListSilosAsync()).Count(s => s.Status == "Active") == 3);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(
                i => SleepAsync(client, client, $"dozer-{i}", silos[i].Name)));
            // One that is gone is found out, whatever the time is.
            silos[0].Kill();
            await using GranaryClient others = SiloMachine.NewClient(hosts, silos[1], silos[2]);
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < 3; i++)
            {
                Assert.Equal("1", await others.CallTextAsync(Id($"dozer-{i}"), "count", "").WaitAsync(Limit));
            }
            output.WriteLine($"after a kill all answered in {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
            // On a machine that is busy enough, one may be taken for dead: no fault of the clocks.
            output.WriteLine($"{silos.Skip(1).Count(s => s.HasFallen)} silos fell that nothing was done to");
        }
        finally
        {
            foreach (SiloMachine silo in silos)
            {
                await silo.DisposeAsync();
            }
        }
    }

    /// <summary>Has a kernel fall asleep, and go elsewhere meanwhile: it wakes when it should.</summary>
    private static async Task SleepAsync(IKernelHost host, IKernelCluster cluster, string id, string elsewhere)
    {
        await host.DeploySourceAsync(
            BuiltInEngines.All, Id(id), ".gscript",
            $"""
            on doze
                {Dozer}
                get n "n"
                int n n
                add n 1
                put "n" n
                halt n
            on count
                get n "n"
                halt n
            """);
        long start = Stopwatch.GetTimestamp();
        Task<CallResult> woken = host.CallAsync(new MessageRequest { To = Id(id), Entry = "doze" });
        if ((await cluster.FindAsync(Id(id))).Silo != elsewhere)
        {
            await cluster.MigrateAsync(Id(id), elsewhere);
        }
        Assert.Equal(ReplyStatus.Ok, (await woken.WaitAsync(Limit)).Status);
        // A tenth for the time between two looks at the database's clock.
        Assert.True(Stopwatch.GetElapsedTime(start).TotalMilliseconds > Sleep * 0.9);
    }

    private static string? FakeTime() => !OperatingSystem.IsLinux()
        ? null
        : new[] { "/usr/lib", "/usr/local/lib" }.Where(Directory.Exists)
            .SelectMany(d => Directory.GetFiles(d, "libfaketimeMT.so.1", new EnumerationOptions
            {
                RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true,
            })).FirstOrDefault();

    private sealed class WrongClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
