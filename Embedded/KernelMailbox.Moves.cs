using Granary.Kernels;

namespace Granary.Embedded;

/// <content>Coming from another host, and going to one.</content>
internal sealed partial class KernelMailbox
{
    private LeaveJob? _leaving;

    /// <summary>What may not be written yet, because nobody knows whether the store agrees with what arrived; null when
    /// it does.</summary>
    private List<ShellCommit>? _held;

    private bool IsUnconfirmed
    {
        get
        {
            lock (_gate)
            {
                return _held is not null;
            }
        }
    }

    /// <summary>
    /// Gives the mailbox a kernel as it left another host; it begins to run. Nothing that it does is written or told
    /// until <see cref="Confirm"/> says that it may.
    /// </summary>
    public void Start(KernelArrival arrival)
    {
        lock (_gate)
        {
            _held = [];
        }
        KernelShell shell = new(arrival.Kernel, epoch: 0, this, host.ShellOptions, Now);
        shell.Arrive(arrival);
        Start(shell);
    }

    /// <summary>This activation is the kernel's newest, and what arrived is the very next of what is stored.</summary>
    public void Confirm(ulong epoch)
    {
        lock (_gate)
        {
            _shell!.ActivatedAs(epoch);
            // Under the gate: what is committed from now on comes behind.
            foreach (ShellCommit commit in _held ?? [])
            {
                host.Writer.Enqueue(commit);
            }
            _held = null;
        }
    }

    /// <summary>What arrived is not what the store says: the kernel comes into memory again, from there.</summary>
    public void Revoke() => Drop(EmbeddedErrors.Moved(Id), isToldOf: false);

    /// <summary>
    /// Stops at the next safe point; done when all that it did is durable and it has left memory. What waits to be done
    /// with it is told to go elsewhere.
    /// </summary>
    public Task<KernelDeparture?> LeaveAsync(Func<long, bool> mayCarry)
    {
        LeaveJob job = new(mayCarry);
        Queue<ShellJob> turnedAway;
        bool schedule;
        lock (_gate)
        {
            if (_gone || _leaving is not null)
            {
                return Task.FromResult<KernelDeparture?>(null);
            }
            _leaving = job;
            turnedAway = _jobs;
            _jobs = new Queue<ShellJob>([job]);
            schedule = TryClaimSchedule();
        }
        KernelHostException moved = EmbeddedErrors.Moved(Id);
        foreach (ShellJob waiting in turnedAway)
        {
            waiting.Fail(moved);
        }
        _shell?.FailWaiters(moved);
        if (schedule)
        {
            host.Pool.Enqueue(this, usedUpSlice: false);
        }
        return job.Done;
    }

    /// <summary>Leaves memory when the kernel has left and all of it is durable.</summary>
    private void FinishLeaving()
    {
        lock (_gate)
        {
            if (_gone || _leaving is null || _shell is not { HasLeft: true } || _pendingCommits > 0)
            {
                return;
            }
            _gone = true;
        }
        host.Forget(this);
        _shell.FailWaiters(EmbeddedErrors.Moved(Id));
        _leaving.Finished();
    }
}
