using System.Collections.Concurrent;
using System.Diagnostics;
using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>
/// Hosts kernels in one process over one store. It picks up every kernel where it was, runs them on dedicated threads,
/// and writes what they do in shared transactions.
/// </summary>
public sealed partial class EmbeddedHost : IKernelHost
{
    private readonly ConcurrentDictionary<KernelId, KernelMailbox> _live = new();
    private readonly ConcurrentDictionary<KernelId, KernelHostException> _outOfOrder = new();
    private readonly IKernelStore _store;
    private readonly IDisposable? _ownedLock;
    private readonly ProgramCache _programs;
    private readonly EmbeddedRouter _router;
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>
    /// Held while a new kernel's tree refers to another's, so that nothing of it is collected in between.
    /// </summary>
    private readonly SemaphoreSlim _collecting = new(1);

    /// <summary>Recoveries at a time: most of each is waiting for the store, which may be far away.</summary>
    private readonly SemaphoreSlim _recovering = new(Math.Max(8, Environment.ProcessorCount));
    private Task _sweep = Task.CompletedTask;
    private int _disposed;

    /// <summary>Everything that was in memory has been let go: who comes late must go too.</summary>
    private volatile bool _isClosed;

    private EmbeddedHost(IKernelStore store, VmEngines engines, EmbeddedOptions options, IDisposable? ownedLock)
    {
        _store = store;
        _ownedLock = ownedLock;
        Options = options;
        ShellOptions = new ShellOptions
        {
            RunKernels = options.RunKernels, SliceGas = options.SliceGas, CheckpointGas = options.CheckpointGas,
            CheckpointGasPerByte = options.CheckpointGasPerByte, CheckpointBytes = options.CheckpointBytes,
            ConfirmsEpoch = options.Reach is not null,
        };
        Local = new LocalReach(this);
        Reach = options.Reach?.Invoke(this) ?? Local;
        Watchers = new Watchers(
            options.EventHistoryMax, options.Name is { } name ? EventIds.Beside(Now, name) : EventIds.Alone(Now),
            options.Clock);
        _programs = new ProgramCache(engines, store);
        _router = new EmbeddedRouter(this);
        Wakes = new WakeClock(options.Clock, WakeUp);
        Pool = new SlicePool(options.SliceThreads, options.SliceThreadNice);
        Metrics = new HostMetrics(CountKernels, () => Writer!.QueuedCount, () => store.Health.IsReachable);
        Writer = new CommitWriter(store, _router, Metrics);
    }

    public string Description => _store.Description;

    /// <summary>For whoever decides where kernels are: brings them into the memory of this very host.</summary>
    public IKernelReach Local { get; }

    internal IKernelReach Reach { get; }

    internal EmbeddedOptions Options { get; }

    private bool IsAlone => ReferenceEquals(Reach, Local);

    internal ShellOptions ShellOptions { get; }

    internal SlicePool Pool { get; }

    internal CommitWriter Writer { get; }

    internal HostMetrics Metrics { get; }

    internal WakeClock Wakes { get; }

    /// <summary>The events of kernels in this host's memory.</summary>
    public Watchers Watchers { get; }

    internal long Now => Options.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Kernels in memory.</summary>
    public int LiveCount => _live.Count;

    /// <summary>Kernels that run or wait for a thread, now.</summary>
    public int RunnableCount => Pool.Runnable;

    /// <summary>Threads that run machines.</summary>
    public int SliceThreads => Options.SliceThreads;

    private (int Live, int Idle) CountKernels() => (_live.Count, _live.Values.Count(m => m.IsIdle));

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        if (!Options.RunKernels)
        {
            return;
        }
        if (Options.BeforeRun is { } beforeRun)
        {
            await beforeRun(this).ConfigureAwait(false);
        }
        if (IsAlone)
        {
            await ActivateAllAsync(cancellationToken).ConfigureAwait(false);
        }
        _sweep = Task.Run(() => SweepAsync(_stopping.Token), CancellationToken.None);
    }

    /// <summary>
    /// Stops at the next safe points, checkpoints every kernel in memory and closes the store.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        using CancellationTokenSource stopped = new();
        Task givingUp = Task.CompletedTask;
        try
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
            givingUp = GiveUpOnStoreAsync(stopped.Token);
            await _sweep.ConfigureAwait(false);
            Wakes.Dispose();
            Task[] checkpoints = [.. _live.Values.Select(CheckpointAtShutdownAsync)];
            await Task.WhenAll(checkpoints).ConfigureAwait(false);
            Pool.Dispose();
            await Writer.CompleteAsync().ConfigureAwait(false);
            _isClosed = true;
            foreach (KernelMailbox mailbox in _live.Values)
            {
                mailbox.Drop(EmbeddedErrors.ShuttingDown());
            }
            Watchers.Complete();
            Metrics.Dispose();
        }
        finally
        {
            await stopped.CancelAsync().ConfigureAwait(false);
            await givingUp.ConfigureAwait(false);
            // The semaphores are not disposed: calls that are under way release them and are told that the host is
            // closed.
            await _store.DisposeAsync().ConfigureAwait(false);
            _ownedLock?.Dispose();
            _stopping.Dispose();
        }
    }

    /// <summary>Brings a job to a kernel, which comes into memory for it. Never waits.</summary>
    internal void Post(KernelId id, ShellJob job)
    {
        while (true)
        {
            if (_disposed != 0)
            {
                job.Fail(EmbeddedErrors.ShuttingDown());
                return;
            }
            if (_outOfOrder.TryGetValue(id, out KernelHostException? refusal))
            {
                job.Fail(refusal);
                return;
            }
            if (GetMailbox(id).TryPost(job))
            {
                return;
            }
        }
    }

    internal void Forget(KernelMailbox mailbox) =>
        _live.TryRemove(new KeyValuePair<KernelId, KernelMailbox>(mailbox.Id, mailbox));

    /// <summary>
    /// Takes a kernel out of service for as long as this process lives; nothing of it is lost. False when the mailbox
    /// had left memory before: what went wrong there is no matter of the kernel any more.
    /// </summary>
    internal bool Quarantine(KernelMailbox mailbox, Exception error)
    {
        KernelHostException refusal = EmbeddedErrors.Quarantined(mailbox.Id, error.Message);
        // Before the drop, so that nobody brings the kernel back in between.
        _outOfOrder[mailbox.Id] = refusal;
        if (!mailbox.Drop(refusal))
        {
            _outOfOrder.TryRemove(new KeyValuePair<KernelId, KernelHostException>(mailbox.Id, refusal));
            return false;
        }
        mailbox.LastStatus = KernelStatus.Quarantined;
        Metrics.Quarantined();
        string reason = $"{error.GetType().Name}: {error.Message}";
        Watchers.Publish(
            mailbox.Id, KernelEventKind.StatusChanged, Now, "", System.Text.Encoding.UTF8.GetBytes(reason),
            KernelStatus.Quarantined);
        return true;
    }

    /// <summary>Brings a kernel that is due into memory, and tells it.</summary>
    private void WakeUp(KernelId id)
    {
        if (IsAlone)
        {
            Post(id, new WakeJob());
        }
        else if (!_live.TryGetValue(id, out KernelMailbox? mailbox) || !mailbox.TryPost(new WakeJob()))
        {
            Reach.WakeUp(id);
        }
    }

    private KernelMailbox GetMailbox(KernelId id, KernelDeparture? departure = null)
    {
        if (_live.TryGetValue(id, out KernelMailbox? mailbox))
        {
            return mailbox;
        }
        KernelMailbox fresh = new(id, this);
        mailbox = _live.GetOrAdd(id, fresh);
        if (ReferenceEquals(mailbox, fresh))
        {
            _ = Task.Run(() => RecoverAsync(fresh, departure));
        }
        return mailbox;
    }

    /// <summary>Checkpoint and re-execution. Every failure ends in the mailbox, which tells those who wait.</summary>
    private async Task RecoverAsync(KernelMailbox mailbox, KernelDeparture? departure)
    {
        KernelId id = mailbox.Id;
        KernelActivation? activation = null;
        await _recovering.WaitAsync().ConfigureAwait(false);
        try
        {
            if (departure is not null && await TryArriveAsync(mailbox, departure).ConfigureAwait(false))
            {
                return;
            }
            activation = await _store.ActivateAsync(id).ConfigureAwait(false);
            if (activation is null)
            {
                mailbox.Drop(EmbeddedErrors.NoSuchKernel(id));
                return;
            }
            long start = Stopwatch.GetTimestamp();
            StoredKernel stored = activation.Kernel;
            await _programs.FetchAsync(stored.Engine, stored.CodeHash, Options.Limits.Vm).ConfigureAwait(false);
            Kernel kernel = await KernelRecovery.RecoverAsync(_store, _programs, activation).ConfigureAwait(false);
            Metrics.Recovered(Stopwatch.GetElapsedTime(start));
            // Beside others, whoever watches has been told by the host that had it before.
            mailbox.LastStatus = IsAlone ? null : stored.Summary.Status;
            mailbox.Start(kernel, activation.Epoch);
            if (_isClosed)
            {
                mailbox.Drop(EmbeddedErrors.ShuttingDown());
                return;
            }
        }
        catch (ReplayDivergedException error)
        {
            await StoreQuarantineAsync(mailbox, activation!, error).ConfigureAwait(false);
        }
        catch (Exception error) when (error is NodeMissingException or StateTreeException or CborException
            or SnapshotFormatException or InvalidCodeException)
        {
            await StoreQuarantineAsync(mailbox, activation!, error).ConfigureAwait(false);
        }
        catch (ProgramUnavailableException error)
        {
            KernelHostException refusal = EmbeddedErrors.Refused(id, error.Message);
            _outOfOrder[id] = refusal;
            mailbox.Drop(refusal);
        }
        catch (Exception error)
        {
            // The medium failed, or a bug: those who wait are told, and the next message tries again.
            mailbox.Drop(_isClosed ? EmbeddedErrors.ShuttingDown() : CommitErrors.Store(error));
        }
        finally
        {
            _recovering.Release();
        }
    }

    private async Task StoreQuarantineAsync(KernelMailbox mailbox, KernelActivation activation, Exception error)
    {
        try
        {
            if (!await KernelRecovery.QuarantineAsync(_store, activation.Kernel, activation.Epoch)
                .ConfigureAwait(false))
            {
                mailbox.Drop(CommitErrors.NotAppended(mailbox.Id, AppendStatus.Fenced));
                return;
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // Only the note for listings is missing: the kernel itself is taken out of service below.
            Watchers.Publish(
                mailbox.Id, KernelEventKind.Logged, Now, "", System.Text.Encoding.UTF8.GetBytes(failure.Message),
                KernelStatus.Quarantined);
        }
        Quarantine(mailbox, error);
    }

    private async Task CheckpointAtShutdownAsync(KernelMailbox mailbox)
    {
        FunctionJob<bool> job = new(static (shell, kernel) =>
        {
            if (kernel.BytesSinceCheckpoint > 0 || kernel.GasSinceCheckpoint > 0)
            {
                shell.TakeCheckpoint(name: null);
            }
            return true;
        });
        if (!mailbox.TryPost(job))
        {
            return;
        }
        try
        {
            await job.Done.ConfigureAwait(false);
        }
        catch (KernelHostException error)
        {
            // The journal has everything that was acknowledged: recovery takes longer without this checkpoint, no more.
            Watchers.Publish(
                mailbox.Id, KernelEventKind.Logged, Now, "", System.Text.Encoding.UTF8.GetBytes(error.Message),
                KernelStatus.Idle);
        }
    }
}
