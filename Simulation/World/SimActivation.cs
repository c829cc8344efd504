using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>A kernel in the memory of a node.</summary>
internal sealed class SimActivation(SimNode node, KernelId id) : IShellOwner
{
    private const int PendingCommitsMax = 64;

    private Queue<ShellJob> _jobs = new();
    private int _pendingCommits;
    private bool _isScheduled;
    private long? _dueAt;

    public KernelId Id => id;

    public KernelShell? Shell { get; private set; }

    public bool IsGone { get; private set; }

    public bool IsIdle => Shell is { CanRun: false, HasNoWaiters: true } && !_isScheduled && _jobs.Count == 0
        && _pendingCommits == 0;

    public bool IsSettled => IsIdle && Shell!.Kernel is { OutboxCount: 0, WakeAt: null };

    public void Post(ShellJob job)
    {
        _jobs.Enqueue(job);
        Kick();
    }

    public void Start(Kernel kernel, ulong epoch)
    {
        Shell = new KernelShell(kernel, epoch, this, node.World.Options.Shell, node.Time);
        PlanDue();
        Kick();
    }

    /// <summary>Does the jobs that wait, and runs the machine for a slice. True when a slice was used up.</summary>
    public void RunOnce()
    {
        _isScheduled = false;
        if (IsGone)
        {
            return;
        }
        Queue<ShellJob> jobs = _jobs;
        _jobs = new Queue<ShellJob>();
        try
        {
            Shell!.RunSlice(jobs, node.Time);
        }
        catch (StoreException error)
        {
            KernelHostException refusal = CommitErrors.Store(error);
            Drop(refusal);
            Shell!.Abort(jobs, refusal);
            return;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Drop(CommitErrors.Store(error));
            Shell!.Abort(jobs, CommitErrors.Store(error));
            node.Quarantine(id, Shell.Epoch, error);
            return;
        }
        PlanDue();
        Kick();
    }

    public bool Drop(Exception error)
    {
        if (IsGone)
        {
            return false;
        }
        node.World.Trace.Add(node.World.Now, SimEvent.KernelDropped, node.Index, id.Value);
        Leave();
        Queue<ShellJob> jobs = _jobs;
        _jobs = new Queue<ShellJob>();
        foreach (ShellJob job in jobs)
        {
            job.Fail(error);
        }
        Shell?.FailWaiters(error);
        return true;
    }

    public bool TryRetire(ulong position)
    {
        // The commit that calls this is still counted.
        if (IsGone || _isScheduled || _jobs.Count > 0 || !Shell!.HasNoWaiters || _pendingCommits > 1
            || Shell.Kernel.Position != position)
        {
            return false;
        }
        node.World.Trace.Add(node.World.Now, SimEvent.KernelRetired, node.Index, id.Value);
        Leave();
        return true;
    }

    /// <summary>With its node: nobody is told.</summary>
    public void Vanish() => IsGone = true;

    public bool Step(Kernel kernel, long sliceGas) => kernel.Step(sliceGas);

    public void Commit(ShellCommit commit)
    {
        _pendingCommits++;
        node.Enqueue(commit);
    }

    public void CommitDone(ShellCommit commit, Exception? error)
    {
        _pendingCommits--;
        Kick();
    }

    private void Leave()
    {
        IsGone = true;
        node.Forget(this);
    }

    private void Kick()
    {
        if (Shell is null || IsGone || _isScheduled || _pendingCommits > PendingCommitsMax
            || (_jobs.Count == 0 && !Shell.CanRun))
        {
            return;
        }
        _isScheduled = true;
        node.Schedule(this);
    }

    private void PlanDue()
    {
        if (Shell!.NextDue is not { } due || due == _dueAt)
        {
            return;
        }
        _dueAt = due;
        node.AtTime(due, () =>
        {
            if (!IsGone && _dueAt == due)
            {
                _dueAt = null;
                Post(new DueJob());
            }
        });
    }
}
