using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli.Tests;

/// <summary>
/// A host in memory whose programs do what the entry says: <c>start</c> greets, <c>echo</c> replies the payload,
/// <c>trap</c> traps, <c>revert</c> reverts, <c>sleep</c> sleeps until it is woken, <c>hang</c> runs for ever.
/// </summary>
internal sealed partial class FakeHost : IKernelHost
{
    public const long Now = 1_800_000_000_000;

    private readonly List<Channel<KernelEvent>> _watchers = [];

    public SortedDictionary<KernelId, FakeKernel> Kernels { get; } = [];

    public List<HostOptions> Opened { get; } = [];

    public List<string> Calls { get; } = [];

    public int DisposeCount { get; private set; }

    /// <summary>Completed when the host may end; completed from the start unless a test says otherwise.</summary>
    public Task MayDispose { get; set; } = Task.CompletedTask;

    /// <summary>Thrown by whatever is asked next.</summary>
    public Exception? Fault { get; set; }

    /// <summary>Awaited by each send before it answers.</summary>
    public Func<MessageRequest, Task>? BeforeAnswer { get; set; }

    /// <summary>Printed whenever a watcher asks for the next event, without end.</summary>
    public string? FloodsWith { get; set; }

    public VerifyReport? Report { get; set; }

    /// <summary>What a program that fails replies.</summary>
    public string FailureText { get; set; } = "out of gas at ip 3";

    public string Description => "a fake in memory";

    private bool Runs => Opened[^1].Access == HostAccess.Run;

    public async Task<IKernelHost> OpenAsync(HostOptions options)
    {
        Opened.Add(options);
        if (options.BeforeRun is { } prepare)
        {
            await prepare(this);
        }
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await MayDispose;
        DisposeCount++;
    }

    public FakeKernel Add(string id, string code = "code", KernelStatus status = KernelStatus.Idle)
    {
        KernelId kernelId = KernelId.Parse(id);
        FakeKernel kernel = new()
        {
            Info = new KernelInfo
            {
                Id = kernelId,
                Engine = new EngineId("fake", 2),
                CodeHash = Hash.Of(Encoding.UTF8.GetBytes(code)),
                Status = status,
                Generation = 1,
                CreatedAt = Now,
                Position = 0,
                Chain = default,
            },
        };
        kernel.Append("created", "fake@2");
        Kernels[kernelId] = kernel;
        return kernel;
    }

    public Task<IReadOnlyList<EngineInfo>> ListEnginesAsync(CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<EngineInfo>>("engines", () =>
            [.. FakeEngine.Registry.All.Select(e => new EngineInfo(
                e.Id, e.Summary, [.. e.Languages.Select(l => new LanguageInfo(l.Name, l.FileExtension))]))]);

    public Task<KernelInfo> DeployAsync(DeployRequest request, CancellationToken cancellationToken = default) =>
        Do($"deploy {request.Id} {request.Engine}", () =>
        {
            if (Kernels.ContainsKey(request.Id))
            {
                throw new KernelHostException(KernelHostError.NameTaken, $"'{request.Id}' exists.", "Choose another.");
            }
            FakeKernel kernel = Add(request.Id.Value, Encoding.UTF8.GetString(request.Code.Span));
            kernel.Info = kernel.Info with { Engine = request.Engine };
            foreach ((string name, KernelId target) in request.Ports)
            {
                kernel.Ports[name] = target;
            }
            return kernel.Info;
        });

    public async IAsyncEnumerable<KernelInfo> ListAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (FakeKernel kernel in await Do("list", () => Kernels.Values))
        {
            yield return kernel.Info;
        }
    }

    public Task<KernelInfo> GetAsync(KernelId id, CancellationToken cancellationToken = default) =>
        Do($"get {id}", () => Find(id).Info);

    public async Task<MessageAccepted> SendAsync(MessageRequest request, CancellationToken cancellationToken = default)
    {
        MessageAccepted accepted = await Do($"send {Words(request)}", () => Take(request));
        if (BeforeAnswer is not null)
        {
            await BeforeAnswer(request);
        }
        return accepted;
    }

    public async Task<CallResult> CallAsync(MessageRequest request, CancellationToken cancellationToken = default)
    {
        MessageAccepted accepted = await Do($"call {Words(request)}", () => Take(request));
        if (request.Entry is "hang" or "sleep")
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        ReplyStatus status = request.Entry switch
        {
            "trap" => ReplyStatus.Trapped,
            "revert" => ReplyStatus.Reverted,
            "late" => ReplyStatus.TimedOut,
            _ => ReplyStatus.Ok,
        };
        ReadOnlyMemory<byte> payload = status == ReplyStatus.Ok ? request.Payload : Encoding.UTF8.GetBytes(FailureText);
        ulong position = accepted.Position;
        Receipt receipt = new(
            request.To, 1, position, default, position + 1, default, 42, status, Hash.Of(payload.Span));
        return new CallResult(status, payload, 42, accepted.Duplicate, receipt);
    }

    public Task<CallResult?> AwaitReplyAsync(
        KernelId id, string idempotencyKey, CancellationToken cancellationToken = default) =>
        Task.FromResult<CallResult?>(null);

    public async IAsyncEnumerable<KernelEvent> WatchAsync(
        KernelId? id, ulong? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Channel<KernelEvent> events = Channel.CreateUnbounded<KernelEvent>();
        lock (_watchers)
        {
            _watchers.Add(events);
        }
        try
        {
            await foreach (KernelEvent e in events.Reader.ReadAllAsync(cancellationToken))
            {
                if (FloodsWith is { } text)
                {
                    Publish(e.Id, KernelEventKind.Printed, text);
                }
                if (id is null || id == e.Id)
                {
                    yield return e;
                }
            }
        }
        finally
        {
            lock (_watchers)
            {
                _watchers.Remove(events);
            }
        }
    }

    public async IAsyncEnumerable<StateEntry> ReadStateAsync(
        StateQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string prefix = Encoding.Latin1.GetString(query.Prefix.Span);
        string after = Encoding.Latin1.GetString(query.After.Span);
        FakeKernel kernel = await Do($"state {query.Id} at {query.At}", () => Find(query.Id));
        foreach ((string key, byte[] value) in kernel.State
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Where(pair => after.Length == 0 || string.CompareOrdinal(pair.Key, after) > 0)
            .Take(query.Limit))
        {
            yield return new StateEntry(Encoding.Latin1.GetBytes(key), value);
        }
    }

    public Task<StateEvidence> ProveAsync(
        KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default) =>
        Do("prove", () =>
        {
            bool found = Find(id).State.TryGetValue(Encoding.Latin1.GetString(key.Span), out byte[]? value);
            StateProof proof = new([new byte[] { 1, 2 }]);
            ReadOnlyMemory<byte>? held = found ? new ReadOnlyMemory<byte>(value) : default(ReadOnlyMemory<byte>?);
            return new StateEvidence(Hash.Of("root"u8), key, held, proof);
        });

    public Task<SnapshotInfo> SnapshotAsync(KernelId id, string name, CancellationToken cancellationToken = default) =>
        Do("snapshot", () =>
        {
            FakeKernel kernel = Find(id);
            bool halfDone = kernel.Info.Status != KernelStatus.Idle;
            SnapshotInfo snapshot = new(
                name, kernel.Info.Position, 1, Hash.Of("root"u8), kernel.Info.Chain, halfDone, Now);
            kernel.Snapshots.Add(snapshot);
            return snapshot;
        });

    public Task<IReadOnlyList<SnapshotInfo>> ListSnapshotsAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        Do<IReadOnlyList<SnapshotInfo>>("snapshots", () => Find(id).Snapshots);

    public Task<KernelInfo> ForkAsync(
        KernelId id, KernelId newId, CheckpointRef? from, CancellationToken cancellationToken = default) =>
        Do($"fork {id} {newId} from {from?.ToString() ?? "now"}", () =>
        {
            KernelInfo original = Find(id).Info;
            FakeKernel copy = Add(newId.Value);
            copy.Info = original with { Id = newId, Generation = 1 };
            return copy.Info;
        });

    public Task<KernelInfo> RollbackAsync(
        KernelId id, CheckpointRef to, CancellationToken cancellationToken = default) =>
        Do($"rollback {id} {to}", () =>
        {
            FakeKernel kernel = Find(id);
            if (to.Name is { } name && kernel.Snapshots.All(s => s.Name != name))
            {
                throw new KernelHostException(
                    KernelHostError.NoSuchCheckpoint, $"'{id}' has no snapshot '{name}'.", "See: granary snapshots.");
            }
            kernel.Info = kernel.Info with { Generation = kernel.Info.Generation + 1 };
            return kernel.Info;
        });

    public Task<KernelInfo> PauseAsync(KernelId id, CancellationToken cancellationToken = default) =>
        SetStatus(id, KernelStatus.Paused);

    public Task<KernelInfo> ResumeAsync(KernelId id, CancellationToken cancellationToken = default) =>
        SetStatus(id, KernelStatus.Idle);

    public Task<KernelInfo> CancelAsync(
        KernelId id, ulong? message = null, CancellationToken cancellationToken = default) =>
        message is null ? SetStatus(id, KernelStatus.Idle) : Do($"cancel {id} {message}", () => Find(id).Info);

    public Task<KernelInfo> SetPortAsync(
        KernelId id, string name, KernelId? target, CancellationToken cancellationToken = default) =>
        Do($"port {id} {name} {target?.Value ?? "revoked"}", () => Find(id).Info);

    public Task DeleteAsync(KernelId id, CancellationToken cancellationToken = default) =>
        Do($"delete {id}", () => Kernels.Remove(Find(id).Info.Id));

    public async Task<BundleInfo> ExportAsync(KernelId id, Stream output, CancellationToken cancellationToken = default)
    {
        FakeKernel kernel = await Do("export", () => Find(id));
        byte[] bundle = Encoding.UTF8.GetBytes("bundle " + id);
        await output.WriteAsync(bundle, cancellationToken);
        return new BundleInfo(id, kernel.Info.Position, Hash.Of("root"u8), kernel.Info.Chain, bundle.Length);
    }

    public async Task<KernelInfo> ImportAsync(
        Stream bundle, KernelId? newId, CancellationToken cancellationToken = default)
    {
        using StreamReader reader = new(bundle);
        string[] words = (await reader.ReadToEndAsync(cancellationToken)).Split(' ');
        return await Do("import", () => words[0] == "bundle"
            ? Add(newId?.Value ?? words[1]).Info
            : throw new KernelHostException(KernelHostError.BadBundle, "That is no bundle."));
    }

    public async IAsyncEnumerable<JournalItem> ReadJournalAsync(
        KernelId id, ulong after, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (JournalItem item in await Do("journal", () => Find(id).Journal.Where(i => i.Position > after)))
        {
            yield return item;
        }
    }

    public async IAsyncEnumerable<TraceStep> TraceAsync(
        TraceQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Do($"trace {query.Id} {query.Message} after {query.After}", () => Find(query.Id));
        for (ulong n = query.After + 1; n <= 3; n++)
        {
            yield return new TraceStep(n, (long)n * 10, new VmStep(1, (long)n, $"OP{n}", [new("stack", $"0x{n}")]));
        }
    }

    public Task<VerifyReport> VerifyAsync(
        KernelId id, CheckpointRef? from, IProgress<VerifyProgress>? progress,
        CancellationToken cancellationToken = default) =>
        Do($"verify {id} from {from?.ToString() ?? "beginning"}", () =>
        {
            progress?.Report(new VerifyProgress(1, 2));
            return Report ?? Accepted(Find(id).Info.Id);
        });

    public Task<VerifyReport> VerifyBundleAsync(
        Stream bundle, IProgress<VerifyProgress>? progress, CancellationToken cancellationToken = default) =>
        Do("verify bundle", () => Report ?? Accepted(KernelId.Parse("bundled")));

    public Task<MachineState> ReadMachineAsync(KernelId id, CancellationToken cancellationToken = default) =>
        Do($"rstate {id}", () =>
        {
            SnapshotBuffer snapshot = new();
            snapshot.WriteSection("stack", [5]);
            snapshot.WriteMemory("ram", [1, 2, 3], []);
            KernelInfo info = Find(id).Info;
            return new MachineState(info.Engine, info.Status, snapshot, $"ip 2 of {id}\nstack [5]\n");
        });

    public Task<KernelInfo> WriteMachineAsync(
        KernelId id, MachineState machine, CancellationToken cancellationToken = default) =>
        Do($"wstate {id} {machine.Text.Split('\n')[0]}", () =>
        {
            FakeKernel kernel = Find(id);
            kernel.Machine = machine;
            return kernel.Info;
        });

    private static string Words(MessageRequest request) =>
        $"{request.To} {request.Entry} {Convert.ToHexStringLower(request.Payload.Span)} "
        + $"gas {(request.Gas == GasMeter.Unlimited ? "none" : request.Gas.ToString())} key {request.IdempotencyKey}"
        + (request.Timeout is { } timeout ? $" within {timeout.TotalMilliseconds}" : "");

    private static VerifyReport Accepted(KernelId id) =>
        new(id, true, 1, 9, null, "", Hash.Of("chain"u8), Hash.Of("root"u8), 1_234);

    private Task<KernelInfo> SetStatus(KernelId id, KernelStatus status) => Do($"{status} {id}", () =>
    {
        Publish(Find(id).Info.Id, KernelEventKind.StatusChanged, status: status);
        return Find(id).Info;
    });

    private Task<T> Do<T>(string call, Func<T> action)
    {
        lock (Calls)
        {
            Calls.Add(call);
        }
        if (Fault is not null)
        {
            return Task.FromException<T>(Fault);
        }
        try
        {
            return Task.FromResult(action());
        }
        catch (KernelHostException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private FakeKernel Find(KernelId id) => Kernels.TryGetValue(id, out FakeKernel? kernel)
        ? kernel
        : throw new KernelHostException(
            KernelHostError.NoSuchKernel, $"There is no kernel '{id}'.", "See which there are with: granary ps");
}
