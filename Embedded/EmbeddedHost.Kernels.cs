using System.Runtime.CompilerServices;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <content>Kernels: making, listing, commanding.</content>
public sealed partial class EmbeddedHost
{
    public Task<IReadOnlyList<EngineInfo>> ListEnginesAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<IReadOnlyList<EngineInfo>>([.. _programs.Engines.All.Select(e => new EngineInfo(
            e.Id, e.Summary, [.. e.Languages.Select(l => new LanguageInfo(l.Name, l.FileExtension))]))]);

    public async Task<KernelInfo> DeployAsync(DeployRequest request, CancellationToken cancellationToken = default)
    {
        IVmEngine engine = _programs.Engines.Find(request.Engine) ?? throw EmbeddedErrors.NoSuchEngine(
            request.Engine.ToString(), _programs.Engines.All.Select(e => e.Id.ToString()));
        CheckId(request.Id);
        CheckPorts(request.Ports);
        await CheckTargetsAsync(request.Id, request.Ports, cancellationToken).ConfigureAwait(false);
        // A copy: the program and the store keep it, and the caller may use its buffer again.
        ReadOnlyMemory<byte> code = request.Code.ToArray();
        Hash codeHash = Hash.Of(code.Span);
        IVmProgram program;
        try
        {
            program = _programs.Add(engine, code, codeHash, Options.Limits.Vm);
        }
        catch (InvalidCodeException error)
        {
            throw new KernelHostException(
                KernelHostError.InvalidCode, $"Engine {engine.Id} refuses the code: {error.Message}.",
                "Check that the file is for this engine.", error);
        }
        await StoreAsync(() => _store.PutCodeAsync(codeHash, code, cancellationToken)).ConfigureAwait(false);
        KernelInfo info = await CreateAsync(
            new KernelBirth
            {
                Id = request.Id, Engine = engine.Id, CodeHash = codeHash, Limits = Options.Limits,
                    Ports = request.Ports,
            },
            moreNodes: [], cancellationToken).ConfigureAwait(false);
        GC.KeepAlive(program);
        return info;
    }

    public async IAsyncEnumerable<KernelInfo> ListAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        KernelQuery query = new();
        while (true)
        {
            IReadOnlyList<StoredKernel> page = await StoreAsync(() => _store.ListAsync(query, cancellationToken))
                .ConfigureAwait(false);
            foreach (StoredKernel kernel in page)
            {
                yield return Describe(kernel);
            }
            if (page.Count < query.Limit)
            {
                yield break;
            }
            query = query with { After = page[^1].Id };
        }
    }

    public async Task<KernelInfo> GetAsync(KernelId id, CancellationToken cancellationToken = default) =>
        Describe(await FindAsync(id, cancellationToken).ConfigureAwait(false));

    public Task<KernelInfo> PauseAsync(KernelId id, CancellationToken cancellationToken = default) =>
        CommandAsync(id, new KernelCommand.Pause(), cancellationToken);

    public Task<KernelInfo> ResumeAsync(KernelId id, CancellationToken cancellationToken = default) =>
        CommandAsync(id, new KernelCommand.Resume(), cancellationToken);

    public Task<KernelInfo> CancelAsync(
        KernelId id, ulong? message = null, CancellationToken cancellationToken = default) => CommandAsync(
            id, message is { } input ? new KernelCommand.CancelMessage(input) : new KernelCommand.Cancel(),
            cancellationToken);

    public Task<IReadOnlyList<TimerInfo>> ListTimersAsync(
        KernelId id, CancellationToken cancellationToken = default) => Reach.ListTimersAsync(id, cancellationToken);

    public Task<KernelInfo> SetTimerAsync(
        KernelId id, string name, KernelTimer timer, CancellationToken cancellationToken = default) =>
        CommandAsync(id, new KernelCommand.SetTimer(name, timer), cancellationToken);

    public Task<KernelInfo> ClearTimerAsync(
        KernelId id, string name, CancellationToken cancellationToken = default) =>
        CommandAsync(id, new KernelCommand.SetTimer(name, null), cancellationToken);

    public Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
        KernelId id, CancellationToken cancellationToken = default) =>
        Reach.ListDeadLettersAsync(id, cancellationToken);

    public Task<KernelInfo> ResendDeadLetterAsync(
        KernelId id, ulong number, CancellationToken cancellationToken = default) =>
        CommandAsync(id, new KernelCommand.ResendDeadLetter(number), cancellationToken);

    public Task<KernelInfo> DropDeadLetterAsync(
        KernelId id, ulong number, CancellationToken cancellationToken = default) =>
        CommandAsync(id, new KernelCommand.DropDeadLetter(number), cancellationToken);

    public async Task<KernelInfo> SetPortAsync(
        KernelId id, string name, KernelId? target, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<KeyValuePair<string, KernelId>> ports = [new(name, target ?? id)];
        CheckPorts(ports);
        await CheckTargetsAsync(id, ports, cancellationToken).ConfigureAwait(false);
        return await CommandAsync(id, new KernelCommand.SetPort(name, target), cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task DeleteAsync(KernelId id, CancellationToken cancellationToken = default)
    {
        StoredKernel kernel = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        // A kernel that cannot be recovered must be deletable too, so this does not go through its mailbox: raising the
        // epoch fences whoever has it.
        if (_live.TryGetValue(id, out KernelMailbox? mailbox))
        {
            mailbox.Drop(EmbeddedErrors.NoSuchKernel(id));
        }
        AppendStatus status;
        do
        {
            KernelActivation activation = await StoreAsync(() => _store.ActivateAsync(id, cancellationToken))
                .ConfigureAwait(false) ?? throw EmbeddedErrors.NoSuchKernel(id);
            KernelAppend deletion = new()
            {
                Id = id, Epoch = activation.Epoch, Entries = [],
                Summary = kernel.Summary with
                {
                    Status = KernelStatus.Deleted, WakeAt = null, HasWork = false, InboxCount = 0,
                },
            };
            status = (await StoreAsync(() =>
                _store.AppendAsync([deletion], cancellationToken)).ConfigureAwait(false))[0];
        }
        // A message brought it back into memory in between: that activation is fenced by the next.
        while (status == AppendStatus.Fenced);
        if (status != AppendStatus.Done)
        {
            throw CommitErrors.NotAppended(id, status);
        }
        DropDeleted(id);
        if (!IsAlone)
        {
            Reach.Drop(id);
        }
    }

    /// <summary>Lets go of a kernel that is no more.</summary>
    internal void DropDeleted(KernelId id)
    {
        Wakes.Schedule(id, due: null);
        if (_live.TryGetValue(id, out KernelMailbox? mailbox))
        {
            mailbox.Drop(EmbeddedErrors.NoSuchKernel(id));
        }
        _outOfOrder.TryRemove(id, out _);
    }

    public async Task<MachineState> ReadMachineAsync(KernelId id, CancellationToken cancellationToken = default)
    {
        (EngineId engine, KernelStatus phase, SnapshotBuffer machine) =
            await Reach.ReadMachineAsync(id, cancellationToken).ConfigureAwait(false);
        return new MachineState(engine, phase, machine, _programs.Engines.Find(engine)!.Describe(machine));
    }

    public async Task<KernelInfo> WriteMachineAsync(
        KernelId id, MachineState machine, CancellationToken cancellationToken = default)
    {
        if (machine.Status > KernelStatus.Awaiting)
        {
            throw new KernelHostException(
                KernelHostError.BadSnapshot, $"{machine.Status} is nothing that a machine does.",
                "Say what it was doing: idle, running, sleeping, receiving or awaiting.");
        }
        StoredKernel kernel = await FindAsync(id, cancellationToken).ConfigureAwait(false);
        if (kernel.Engine != machine.Engine)
        {
            throw new KernelHostException(
                KernelHostError.BadSnapshot,
                $"The machine is one of {machine.Engine}, kernel '{id}' runs {kernel.Engine}.",
                "Write it to a kernel of the same engine.");
        }
        return await CommandAsync(
            id, new KernelCommand.WriteMachine(machine.Status, machine.Snapshot), cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<KernelInfo> CommandAsync(
        KernelId id, KernelCommand command, CancellationToken cancellationToken)
    {
        await Reach.CommandAsync(id, command, cancellationToken).ConfigureAwait(false);
        return await GetAsync(id, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores a new kernel: born, checkpointed, nothing run.</summary>
    private async Task<KernelInfo> CreateAsync(
        KernelBirth birth, IReadOnlyList<StoredNode> moreNodes, CancellationToken cancellationToken)
    {
        long now = Now;
        Kernel kernel = Kernel.Create(birth, _programs, _store, now);
        KernelCheckpoint checkpoint = kernel.Checkpoint(now);
        Turn turn = kernel.Drain();
        CheckId(birth.Id);
        KernelCreation creation = new(birth.Engine, birth.CodeHash, now, new KernelAppend
        {
            Id = birth.Id, Epoch = 1, Entries = turn.Entries, Summary = turn.Summary,
            Checkpoint = new CheckpointWrite(checkpoint.Head, [.. moreNodes, .. checkpoint.Nodes], Name: null),
        });
        if (!await StoreAsync(() => _store.CreateAsync(creation, cancellationToken)).ConfigureAwait(false))
        {
            throw EmbeddedErrors.NameTaken(birth.Id);
        }
        if (Options.RunKernels && turn.Summary.HasWork)
        {
            Reach.WakeUp(birth.Id);
        }
        else if (Options.RunKernels && turn.Summary.WakeAt is { } due)
        {
            Wakes.Schedule(birth.Id, due);
        }
        return await GetAsync(birth.Id, cancellationToken).ConfigureAwait(false);
    }

    private async Task<StoredKernel> FindAsync(KernelId id, CancellationToken cancellationToken)
    {
        StoredKernel? kernel = await StoreAsync(() => _store.FindAsync(id, cancellationToken)).ConfigureAwait(false);
        return kernel is null || kernel.Summary.Status == KernelStatus.Deleted
            ? throw EmbeddedErrors.NoSuchKernel(id)
            : kernel;
    }

    private KernelInfo Describe(StoredKernel kernel)
    {
        bool lacksEngine = _programs.Engines.Find(kernel.Engine) is null;
        string reason = lacksEngine
            ? $"this binary has no engine {kernel.Engine}"
            : _outOfOrder.TryGetValue(kernel.Id, out KernelHostException? refusal) ? refusal.What : "";
        KernelStatus status = lacksEngine ? KernelStatus.Refused
            : reason.Length > 0 ? KernelStatus.Quarantined : kernel.Summary.Status;
        if (status == KernelStatus.Quarantined && reason.Length == 0)
        {
            reason = "its journal could not be executed again as recorded; 'granary verify' says where";
        }
        return new KernelInfo
        {
            Id = kernel.Id, Engine = kernel.Engine, CodeHash = kernel.CodeHash, Status = status,
            Generation = kernel.Summary.Generation, CreatedAt = kernel.CreatedAt, Position = kernel.Position,
            Chain = kernel.Chain, WakeAt = kernel.Summary.WakeAt, InboxCount = kernel.Summary.InboxCount,
            GasSpent = kernel.Summary.GasSpent, Reason = reason,
        };
    }

    private static void CheckId(KernelId id)
    {
        if (id.IsClient)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, "The kernel has no id.",
                $"Use 1 to {KernelId.CharsMax} of a-z 0-9 . _ -, beginning with a letter or digit.");
        }
    }

    private void CheckPorts(IReadOnlyList<KeyValuePair<string, KernelId>> ports)
    {
        if (ports.Count > Options.Limits.PortsMax)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest,
                    $"{ports.Count} ports are more than the {Options.Limits.PortsMax} allowed.");
        }
        foreach ((string name, KernelId target) in ports)
        {
            if (target.IsClient)
            {
                throw new KernelHostException(
                    KernelHostError.BadRequest, $"The port '{name}' leads to no kernel.",
                        "Name the kernel that it leads to.");
            }
            if (!VmName.IsValid(name, Options.Limits.Vm))
            {
                throw new KernelHostException(
                    KernelHostError.BadRequest, $"'{name}' is no port name.",
                    $"Use 1 to {Options.Limits.Vm.NameBytesMax} of A-Z a-z 0-9 . _ -.");
            }
        }
    }

    /// <summary>
    /// A port leads to a kernel that is there, or was: so "no such kernel" is said of those that never come back only,
    /// and no copy of a refused message can be taken later.
    /// </summary>
    private async Task CheckTargetsAsync(
        KernelId self, IReadOnlyList<KeyValuePair<string, KernelId>> ports, CancellationToken cancellationToken)
    {
        foreach ((string name, KernelId target) in ports)
        {
            if (target != self
                && await StoreAsync(() => _store.FindAsync(target, cancellationToken)).ConfigureAwait(false) is not
                    { Summary.Status: not KernelStatus.Deleted })
            {
                throw new KernelHostException(
                    KernelHostError.NoSuchKernel, $"The port '{name}' leads to '{target}', which does not exist.",
                    "Deploy that kernel first; a port between two that need each other is bound when both are there.");
            }
        }
    }

    private async Task<T> StoreAsync<T>(Func<ValueTask<T>> call)
    {
        if (_disposed != 0)
        {
            throw EmbeddedErrors.ShuttingDown();
        }
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (StoreException error)
        {
            throw CommitErrors.Store(error);
        }
        catch (ObjectDisposedException) when (_disposed != 0)
        {
            throw EmbeddedErrors.ShuttingDown();
        }
    }

    private Task<bool> StoreAsync(Func<ValueTask> call) => StoreAsync(async () =>
    {
        await call().ConfigureAwait(false);
        return true;
    });
}
