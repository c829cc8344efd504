using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Granary.Embedded;
using Granary.Grains;
using Granary.Kernels;
using Granary.Silo;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;
using static Granary.Cluster.Tests.TestCluster;

namespace Granary.Cluster.Tests;

/// <summary>What a cluster is given that is wrong, and what it must not do about it.</summary>
public sealed class BadInputTests
{
    [PostgresFact]
    public async Task A_kernel_that_migrates_is_not_sent_elsewhere()
    {
        // It stays for longer than the test takes: it is on its way, and not gone yet.
        await using TestCluster cluster = await StartAsync(
            2, Still with { DwellMin = TimeSpan.FromMinutes(5), DrainMax = TimeSpan.FromSeconds(1) });
        await DeployAsync(cluster[0].Host, "k");
        await AddAsync(cluster[0].Host, "k", 1);
        string there = (await cluster[0].Cluster.FindAsync(Id("k"))).Silo == "silo-1" ? "silo-2" : "silo-1";
        Task first = cluster[0].Cluster.MigrateAsync(Id("k"), there);
        KernelHostException? refused = null;
        await UntilAsync("the second is refused", async () =>
        {
            refused ??= await RefusalAsync(cluster[1].Cluster.MigrateAsync(Id("k"), there));
            return refused is not null;
        });
        Assert.Equal(KernelHostError.WrongStatus, refused!.Error);
        Assert.Contains("is migrating already", refused.Message, StringComparison.Ordinal);
        Assert.False(first.IsCompleted);
        Assert.Equal(3, await AddAsync(cluster[1].Host, "k", 2));
    }

    [PostgresTheory]
    [InlineData("INSERT INTO schema VALUES (99, 'later', 'x', now())", StoreFault.TooNew, "layout version 99")]
    [InlineData("DELETE FROM schema WHERE version > 1", StoreFault.NotMigrated, "layout version 1")]
    public async Task A_silo_refuses_tables_of_another_version(string change, StoreFault fault, string says)
    {
        await using TestCluster cluster = await StartAsync(0);
        await cluster.RunAsync(change);
        StoreException refused = await Assert.ThrowsAsync<StoreException>(
            () => SiloNode.StartAsync(cluster.OptionsOf("silo"), BuiltInEngines.All).WaitAsync(Limit));
        Assert.Equal(fault, refused.Fault);
        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task A_kernel_whose_state_is_stored_in_another_version_is_refused_and_the_others_run()
    {
        await using TestCluster cluster = await StartAsync(1);
        foreach (string id in new[] { "bad", "good" })
        {
            await DeployAsync(cluster[0].Host, id);
            await AddAsync(cluster[0].Host, id, 1);
            await cluster[0].Host.SnapshotAsync(Id(id), "kept");
        }
        await cluster.StopAsync(cluster[0]);
        // The first byte says the version.
        await cluster.RunAsync(
            "UPDATE nodes SET bytes = overlay(bytes PLACING '\\xff' FROM 1 FOR 1) WHERE hash = (SELECT root FROM"
            + " heads h JOIN kernels k ON k.key = h.kernel WHERE id = 'bad' ORDER BY position DESC LIMIT 1)");
        await cluster.AddAsync();
        await cluster.AddAsync();
        foreach (SiloNode silo in cluster.Silos)
        {
            KernelHostException refused = await Assert.ThrowsAsync<KernelHostException>(
                () => AddAsync(silo.Host, "bad", 1));
            Assert.Contains("'bad'", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal(3, await AddAsync(cluster[0].Host, "good", 2));
        Assert.Equal(6, await AddAsync(cluster[1].Host, "good", 3));
    }

    [PostgresFact]
    public async Task What_came_damaged_is_as_if_it_had_not_come()
    {
        await using TestCluster cluster = await StartAsync(1);
        SiloKernels kernels = cluster[0].Kernels;
        await DeployAsync(cluster[0].Host, "k");
        await AddAsync(cluster[0].Host, "k", 4);
        KernelDeparture? departure = await kernels.Host.LeaveAsync(Id("k"), _ => true);
        byte[] otherVersion = departure!.ToBytes();
        otherVersion[1] = 9;
        foreach (byte[] damaged in new byte[][] { [], [0xff], otherVersion, departure.ToBytes()[..^1] })
        {
            IGrainContext context = Stub.Of<IGrainContext>("get_GrainId", GrainId.Create("granary.kernel", "k"));
            KernelGrain grain = new(context, kernels, Stub.Of<ILocalSiloDetails>());
            // Orleans swallows what is thrown here, and would go on with a grain that is half there.
            grain.OnRehydrate(new Carried(damaged));
            await grain.OnActivateAsync(CancellationToken.None);
            kernels.Remove(Id("k"), grain);
        }
        Assert.Equal(0, kernels.Arrivals);
        Assert.Equal(5, await AddAsync(cluster[0].Host, "k", 1));
        await VerifyAsync(cluster[0].Host, "k");
    }

    /// <summary>As a silo that is cut off from the others, and still has the database: two have the same kernel.
    /// </summary>
    [PostgresFact]
    public async Task A_silo_that_does_not_know_that_it_lost_a_kernel_writes_nothing()
    {
        await using TestCluster cluster = await StartAsync(2);
        await DeployAsync(cluster[0].Host, "k");
        IKernelReach before = cluster[0].Kernels.Host.Local;
        IKernelReach after = cluster[1].Kernels.Host.Local;
        Assert.NotNull(await before.CallAsync(Add("1", "a"), onlyIfKnown: false, CancellationToken.None));
        Assert.NotNull(await after.CallAsync(Add("2", "b"), onlyIfKnown: false, CancellationToken.None));
        // It is still in the first one's memory, which goes by an older epoch.
        KernelHostException fenced = await Assert.ThrowsAsync<KernelHostException>(
            () => before.CallAsync(Add("4", "c"), onlyIfKnown: false, CancellationToken.None));
        Assert.IsType<KernelMovedException>(fenced.InnerException);
        Assert.Equal(11, await AddAsync(cluster[0].Host, "k", 8));
        await VerifyAsync(cluster[0].Host, "k");
    }

    /// <summary>A gateway that gave up waiting before the kernel had the call sends it again: it is still a call.
    /// </summary>
    [PostgresFact]
    public async Task A_call_that_nobody_waits_for_keeps_its_reply()
    {
        await using TestCluster cluster = await StartAsync(2);
        await DeployAsync(cluster[0].Host, "k");
        for (int i = 1; i <= 4; i++)
        {
            IKernelHost host = cluster[i % 2].Host;
            MessageRequest call = new()
            {
                To = Id("k"), Entry = "add", Payload = "1"u8.ToArray(), IdempotencyKey = $"key-{i}",
                ExpectsReply = true,
            };
            Assert.False((await host.SendAsync(call)).Duplicate);
            Assert.True((await host.SendAsync(call)).Duplicate);
            CallResult? reply = await host.AwaitReplyAsync(Id("k"), $"key-{i}").WaitAsync(Limit);
            Assert.Equal($"{i}", System.Text.Encoding.UTF8.GetString(reply!.Payload.Span));
        }
    }

    /// <summary>As two halves of a cluster that do not see each other: each takes the kernel from the other.</summary>
    [PostgresFact]
    public async Task Silos_that_fight_for_a_kernel_answer_each_call_once_and_truly()
    {
        const int callers = 6;
        const int calls = 60;
        int seed = Environment.TickCount;
        await using TestCluster cluster = await StartAsync(2);
        await DeployAsync(cluster[0].Host, "k");
        IKernelReach[] silos = [cluster[0].Kernels.Host.Local, cluster[1].Kernels.Host.Local];
        string[][] answers = await Task.WhenAll(Enumerable.Range(0, callers).Select(c => Task.Run(async () =>
        {
            Random random = new(seed + c);
            List<string> got = [];
            for (int i = 0; i < calls; i++)
            {
                got.Add(await AnywhereAsync(silos, Add("1", $"{c}-{i}"), random));
            }
            return got.ToArray();
        }))).WaitAsync(Limit);
        Assert.Equal(
            Enumerable.Range(1, callers * calls),
            answers.SelectMany(a => a).Select(a => int.Parse(a, System.Globalization.CultureInfo.InvariantCulture))
                .Order());
        await VerifyAsync(cluster[0].Host, "k");
    }

    /// <summary>
    /// Kernels are rows of their own tables, by their id: nothing of them is in Orleans' tables, whose keys do not tell
    /// one kind of grain from another.
    /// </summary>
    [PostgresFact]
    public async Task Orleans_has_tables_for_membership_only()
    {
        await using TestCluster cluster = await StartAsync(1);
        await DeployAsync(cluster[0].Host, "k");
        await AddAsync(cluster[0].Host, "k", 1);
        Assert.Equal(
            "orleansquery",
            await cluster.RunAsync(
                "SELECT string_agg(table_name, ' ') FROM information_schema.tables WHERE table_schema = current_schema"
                + " AND (table_name ILIKE '%orleans%' OR table_name ILIKE '%storage%' OR table_name ILIKE"
                + " '%reminder%')"));
        Assert.Equal(
            0L, await cluster.RunAsync(
                "SELECT count(*) FROM OrleansQuery WHERE QueryKey ILIKE '%storage%' OR QueryKey ILIKE '%reminder%'"));
        Assert.Equal(1L, await cluster.RunAsync("SELECT count(*) FROM kernels WHERE id = 'k'"));
    }

    /// <summary>Orleans puts all that go to one silo into one message, and loses it when it is too long.</summary>
    [PostgresFact]
    public async Task Many_large_kernels_leave_at_once_and_none_is_lost()
    {
        const int kernels = 24;
        byte[] content = new byte[200_000];
        new Random(7).NextBytes(content);
        await using TestCluster cluster = await StartAsync(2, Still with { TransferBytesMax = 1 << 20 });
        for (int i = 0; i < kernels; i++)
        {
            await DeployAsync(cluster[0].Host, $"k{i}");
            content[0] = (byte)i;
            await SendAsync(cluster[0].Host, $"k{i}", "keep", [.. content]);
        }
        await cluster.StopAsync(cluster[1]).WaitAsync(Limit);
        for (int i = 0; i < kernels; i++)
        {
            content[0] = (byte)i;
            StateEvidence evidence = await cluster[0].Host.ProveAsync(Id($"k{i}"), "data/large"u8.ToArray());
            Assert.True(evidence.Value!.Value.Span.SequenceEqual(content));
            Assert.Equal(i, await AddAsync(cluster[0].Host, $"k{i}", i));
        }
    }

    private static Envelope Add(string number, string key) => new()
    {
        To = Id("k"), Kind = MessageKind.Call, Entry = "add", Gas = GasMeter.Unlimited, IdempotencyKey = key,
        Payload = System.Text.Encoding.UTF8.GetBytes(number),
    };

    /// <summary>Asks any silo, and another one when that has lost the kernel or takes long.</summary>
    private static async Task<string> AnywhereAsync(IKernelReach[] silos, Envelope message, Random random)
    {
        while (true)
        {
            using CancellationTokenSource patience = new(TimeSpan.FromMilliseconds(random.Next(1, 200)));
            try
            {
                CallResult? result = await silos[random.Next(silos.Length)].CallAsync(
                    message, onlyIfKnown: false, patience.Token);
                return System.Text.Encoding.UTF8.GetString(result!.Payload.Span);
            }
            catch (Exception error) when (error is OperationCanceledException
                or KernelHostException { InnerException: KernelMovedException })
            {
                // Under its key it is taken once.
                continue;
            }
        }
    }

    private static async Task<KernelHostException?> RefusalAsync(Task<KernelPlace> migration)
    {
        try
        {
            await migration.WaitAsync(TimeSpan.FromMilliseconds(100));
            return null;
        }
        catch (KernelHostException error)
        {
            return error;
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private sealed class Carried(byte[] bytes) : IRehydrationContext
    {
        public IEnumerable<string> Keys => ["granary.departure.bytes"];

        public bool TryGetBytes(string key, out System.Buffers.ReadOnlySequence<byte> value)
        {
            value = new(bytes);
            return true;
        }

        public bool TryGetValue<T>(string key, [NotNullWhen(true)] out T? value)
        {
            value = default;
            return false;
        }
    }

    /// <summary>An object of Orleans that is asked for nothing but one property.</summary>
    public class Stub : DispatchProxy
    {
        private string _name = "";
        private object? _value;

        public static T Of<T>(string name = "", object? value = null)
            where T : class
        {
            T made = Create<T, Stub>();
            ((Stub)(object)made)._name = name;
            ((Stub)(object)made)._value = value;
            return made;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            targetMethod!.Name == _name ? _value : null;
    }
}
