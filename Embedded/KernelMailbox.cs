using System.Diagnostics;
using Granary.Kernels;
using Granary.Stores;

namespace Granary.Embedded;

/// <summary>
/// A kernel in memory, and what waits to be done with it. One thread at a time runs it; everyone else posts jobs.
/// </summary>
internal sealed partial class KernelMailbox(KernelId id, EmbeddedHost host) : IShellOwner
{
    /// <summary>Slices whose turns may wait for the store; a kernel that makes them faster waits too.</summary>
    private const int PendingCommitsMax = 64;

    /// <summary>Messages of clients that may wait to be looked at; what comes faster is refused.</summary>
    private const int JobsMax = 16_384;

    private readonly Lock _gate = new();
    private Queue<ShellJob> _jobs = new();
    private KernelShell? _shell;
    private bool _scheduled;
    private bool _gone;
    private int _pendingCommits;
    private bool _usedUpSlice;

    // Used by the running thread only.
    private Queue<ShellJob> _running = new();
    private long? _scheduledWake;

    public KernelId Id { get; } = id;

    public long Now => host.Now;

    /// <summary>When it last had something to do, on the host's clock.</summary>
    public long IdleSince { get; private set; } = host.Now;

    /// <summary>When it came into memory.</summary>
    public long ArrivedAt { get; } = host.Now;

    /// <summary>The status that watchers were told last; used by the commit writer only.</summary>
    public KernelStatus? LastStatus { get; set; }

    public bool IsGone
    {
        get
        {
            lock (_gate)
            {
                return _gone;
            }
        }
    }

    /// <summary>It runs, or waits for a thread.</summary>
    public bool IsRunnable
    {
        get
        {
            lock (_gate)
            {
                return _scheduled;
            }
        }
    }

    /// <summary>True when a sweep may ask it to leave memory.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _shell is { HasNoWaiters: true } && !_gone && !_scheduled && _jobs.Count == 0
                    && _pendingCommits == 0;
            }
        }
    }

    /// <summary>Queues a job. False when the mailbox has left memory: get the new one.</summary>
    public bool TryPost(ShellJob job)
    {
        bool schedule = false;
        bool full = false;
        bool leaving;
        lock (_gate)
        {
            if (_gone)
            {
                return false;
            }
            leaving = _leaving is not null;
            full = job is ClientMessageJob && _jobs.Count >= JobsMax;
            if (!full && !leaving)
            {
                _jobs.Enqueue(job);
                schedule = TryClaimSchedule();
            }
        }
        if (leaving)
        {
            job.Fail(EmbeddedErrors.Moved(Id));
        }
        else if (full)
        {
            job.Fail(EmbeddedErrors.InboxFull(Id));
        }
        if (schedule)
        {
            host.Pool.Enqueue(this, usedUpSlice: false);
        }
        return true;
    }

    /// <summary>Gives the mailbox its recovered kernel; it begins to run.</summary>
    public void Start(Kernel kernel, ulong epoch) =>
        Start(new KernelShell(kernel, epoch, this, host.ShellOptions, Now));

    /// <summary>
    /// Takes the mailbox out of memory because something went wrong; who waits, is told. False when it had left before.
    /// </summary>
    public bool Drop(Exception error) => Drop(error, isToldOf: true);

    private bool Drop(Exception error, bool isToldOf)
    {
        Queue<ShellJob> jobs;
        List<ShellCommit>? held;
        lock (_gate)
        {
            if (_gone)
            {
                return false;
            }
            _gone = true;
            jobs = _jobs;
            _jobs = new Queue<ShellJob>();
            (held, _held) = (_held, null);
        }
        host.Forget(this);
        foreach (ShellCommit commit in held ?? [])
        {
            commit.Fail(error);
        }
        foreach (ShellJob job in jobs)
        {
            job.Fail(error);
        }
        _shell?.FailWaiters(error);
        _leaving?.Gone();
        if (isToldOf)
        {
            host.Options.Left?.Invoke(Id, error);
        }
        return true;
    }

    /// <summary>Takes the mailbox out of memory if it has nothing to do. Its kernel must be checkpointed.</summary>
    public bool TryRetire(ulong position)
    {
        lock (_gate)
        {
            // The commit that calls this is still counted.
            if (_gone || _scheduled || _jobs.Count > 0 || !_shell!.HasNoWaiters || _pendingCommits > 1
                || _shell.Kernel.Position != position)
            {
                return false;
            }
            _gone = true;
        }
        host.Forget(this);
        host.Options.Left?.Invoke(Id, null);
        return true;
    }

    public bool Step(Kernel kernel, long sliceGas)
    {
        long before = kernel.GasSinceCheckpoint;
        using Activity? span = EmbeddedTelemetry.Start("vm.run", ActivityKind.Internal, kernel.Trace);
        bool ended = kernel.Step(sliceGas);
        span?.SetTag("granary.kernel", Id.Value).SetTag("vm.engine", kernel.Engine.Name)
            .SetTag("vm.exit", ended ? kernel.LastExit?.ToString() : "SliceEnded")
            .SetTag("vm.gas", kernel.GasSinceCheckpoint - before);
        return ended;
    }

    public void Commit(ShellCommit commit)
    {
        lock (_gate)
        {
            _pendingCommits++;
            if (_held is not null)
            {
                _held.Add(commit);
                return;
            }
        }
        host.Writer.Enqueue(commit);
    }

    public void CommitDone(ShellCommit commit, Exception? error)
    {
        KernelStatus status = commit.Turn.Summary.Status;
        if (error is null && LastStatus != status)
        {
            LastStatus = status;
            host.Watchers.PublishStatus(Id, Now, status);
        }
        bool schedule;
        lock (_gate)
        {
            _pendingCommits--;
            schedule = TryClaimSchedule();
        }
        if (schedule)
        {
            // It may have waited for the store after a used up slice: that makes it no new work.
            host.Pool.Enqueue(this, _usedUpSlice);
        }
        FinishLeaving();
    }

    /// <summary>Does the jobs that wait and runs the machine for a slice. Called by the pool.</summary>
    public void RunOnce()
    {
        Queue<ShellJob> jobs;
        lock (_gate)
        {
            jobs = _jobs;
            (_jobs, _running) = (_running, jobs);
        }
        KernelShell shell = _shell!;
        int jobCount = jobs.Count;
        long gasBefore = shell.Kernel.GasSpent;
        try
        {
            _usedUpSlice = shell.RunSlice(jobs, Now);
        }
        catch (StoreException error)
        {
            // The medium refused to read: nothing is wrong with the kernel, and it is recovered for the next message.
            KernelHostException refusal = CommitErrors.Store(error);
            Drop(refusal);
            shell.Abort(jobs, refusal);
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            if (IsUnconfirmed)
            {
                // Perhaps what arrived is at fault: the host looks at what is stored, and begins again from there.
                shell.Abort(jobs, EmbeddedErrors.Moved(Id));
                Revoke();
                return;
            }
            // An engine's or the core's bug, or a damaged store. What this slice did is not made durable: the journal
            // stands where it stood, and so does everyone who was not told otherwise.
            host.Quarantine(this, error);
            shell.Abort(jobs, EmbeddedErrors.Quarantined(Id, error.Message));
            return;
        }
        host.Metrics.Slice(jobCount, shell.Kernel.GasSpent - gasBefore, shell.Kernel.Engine.Name);
        bool again;
        bool usedUpSlice;
        lock (_gate)
        {
            ScheduleWake();
            IdleSince = Now;
            _scheduled = false;
            usedUpSlice = _usedUpSlice;
            again = TryClaimSchedule();
        }
        if (again)
        {
            host.Pool.Enqueue(this, usedUpSlice);
        }
        foreach (ShellJob late in jobs)
        {
            late.Fail(EmbeddedErrors.Moved(Id));
        }
        jobs.Clear();
        FinishLeaving();
    }

    private void Start(KernelShell shell)
    {
        bool schedule;
        lock (_gate)
        {
            _shell = shell;
            ScheduleWake();
            schedule = TryClaimSchedule();
        }
        if (schedule)
        {
            host.Pool.Enqueue(this, usedUpSlice: false);
        }
    }

    /// <summary>The next wake-up must be set again, whatever it is.</summary>
    public void ForgetWake() => _scheduledWake = null;

    /// <summary>Under the gate. Only what has changed is set: most messages have no wake-up before or after.</summary>
    private void ScheduleWake()
    {
        long? due = _shell!.NextDue;
        if (host.Options.RunKernels && !_gone && due != _scheduledWake)
        {
            _scheduledWake = due;
            host.Wakes.Schedule(Id, due);
        }
    }

    /// <summary>True when the caller must hand the mailbox to the pool. Under the gate.</summary>
    private bool TryClaimSchedule()
    {
        // While it is scheduled, the kernel belongs to the running thread: nobody else looks into it.
        if (_shell is null || _gone || _scheduled || _shell.HasLeft || _pendingCommits > PendingCommitsMax)
        {
            return false;
        }
        return _scheduled = _jobs.Count > 0 || _shell.CanRun;
    }
}
