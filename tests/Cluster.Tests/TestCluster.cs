using System.Globalization;
using System.Text;
using Granary.Grains;
using Granary.Kernels;
using Granary.Silo;
using Granary.Stores;
using Granary.Tests;
using Granary.Vms;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Granary.Cluster.Tests;

/// <summary>Silos in this process over a schema of their own: real Orleans, real PostgreSQL, real TCP.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    /// <summary>The most that anything may take on a loaded machine.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static int s_count;

    private readonly List<SiloNode> _silos = [];
    private readonly KernelGrainOptions _options;

    private TestCluster(KernelGrainOptions options)
    {
        _options = options;
        Schema = "c" + Interlocked.Increment(ref s_count).ToString(CultureInfo.InvariantCulture);
    }

    public string Schema { get; }

    public string Url => PostgresServer.Shared.Url(Schema);

    public PostgresAddress Address => PostgresAddress.Parse(Url);

    public IReadOnlyList<SiloNode> Silos => _silos;

    public SiloNode this[int index] => _silos[index];

    /// <summary>Kernels move when a test moves them.</summary>
    public static KernelGrainOptions Still { get; } = new()
    {
        DwellMin = TimeSpan.FromMilliseconds(50), BalanceEvery = Timeout.InfiniteTimeSpan,
    };

    public static async Task<TestCluster> StartAsync(int silos, KernelGrainOptions? options = null)
    {
        TestCluster cluster = new(options ?? Still);
        await PostgresStore.MigrateAsync(cluster.Address);
        for (int i = 0; i < silos; i++)
        {
            await cluster.AddAsync();
        }
        return cluster;
    }

    /// <summary>Options of a silo of this cluster.</summary>
    public SiloOptions OptionsOf(string name) => new()
    {
        // The machine may be so busy that a silo does not get to answer for a while.
        Store = Address, Name = name, ProbeTimeout = TimeSpan.FromSeconds(2), Kernels = _options,
        LoggerFactory = NullLoggerFactory.Instance,
    };

    /// <param name="change">What is different about it.</param>
    public async Task<SiloNode> AddAsync(Func<SiloOptions, SiloOptions>? change = null)
    {
        string name = "silo-" + (_silos.Count + 1).ToString(CultureInfo.InvariantCulture);
        SiloOptions options = change is null ? OptionsOf(name) : change(OptionsOf(name));
        SiloNode silo = await SiloNode.StartAsync(options, BuiltInEngines.All).WaitAsync(Limit);
        _silos.Add(silo);
        int count = _silos.Count;
        await UntilAsync(
            $"all silos know {count}", () => Task.FromResult(_silos.All(s => s.Members.Active.Count >= count)));
        return silo;
    }

    /// <summary>Runs a statement beside the silos; gives its first value.</summary>
    public async Task<object?> RunAsync(string sql)
    {
        await using NpgsqlConnection connection = new(Address.ToConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        await using NpgsqlCommand command = new(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Stops a silo in order.</summary>
    public async Task StopAsync(SiloNode silo)
    {
        _silos.Remove(silo);
        await silo.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (SiloNode silo in Enumerable.Reverse(_silos))
        {
            await silo.DisposeAsync();
        }
    }

    /// <summary>Looks again and again, for as long as a loaded machine may need.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        using CancellationTokenSource limit = new(Limit);
        while (!await isSo())
        {
            Assert.False(limit.IsCancellationRequested, $"In {Limit.TotalSeconds} s it did not come that {what}.");
            await Task.Delay(5);
        }
    }

    public static KernelId Id(string id) => KernelId.Parse(id);

    /// <summary>A script that counts, and can be sent into an endless loop.</summary>
    public static Task<KernelInfo> DeployAsync(IKernelHost host, string id) => host.DeployAsync(new DeployRequest
    {
        Id = Id(id), Engine = new EngineId("script", 1), Code = Compile(
            """
            on add
                get n "n"
                int n n
                int d payload
                add n d
                put "n" n
                halt n
            on keep
                put "large" payload
            on spin
            loop:
                add i 1
                goto loop
            on doze
                sleep 300
                get n "n"
                int n n
                add n 1000
                put "n" n
            """),
    });

    public static async Task<long> AddAsync(IKernelHost host, string id, int number, string key = "")
    {
        CallResult result = await host.CallAsync(new MessageRequest
        {
            To = Id(id), Entry = "add", IdempotencyKey = key,
            Payload = Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)),
        }).WaitAsync(Limit);
        Assert.Equal(ReplyStatus.Ok, result.Status);
        return long.Parse(Encoding.UTF8.GetString(result.Payload.Span), CultureInfo.InvariantCulture);
    }

    public static Task<MessageAccepted> SendAsync(IKernelHost host, string id, string entry, byte[]? payload = null) =>
        host.SendAsync(new MessageRequest
        {
            To = Id(id), Entry = entry, Payload = payload ?? [], Gas = GasMeter.Unlimited,
        }).WaitAsync(Limit);

    /// <summary>
    /// Executes the whole journal again, in this process, and compares every entry and root: as long as all ran.
    /// </summary>
    public static async Task VerifyAsync(IKernelHost host, string id)
    {
        VerifyReport report = await host.VerifyAsync(Id(id), null, null).WaitAsync(TimeSpan.FromMinutes(30));
        Assert.True(report.Accepted, $"{report.FirstDifference}: {report.Reason}");
    }

    public static ReadOnlyMemory<byte> Compile(string source)
    {
        (IVmEngine _, IVmLanguage language) = BuiltInEngines.All.FindLanguage(".gscript")!.Value;
        return language.Compile(source, VmLimits.Default);
    }
}
