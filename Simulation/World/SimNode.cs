using Granary.Kernels;
using Granary.Stores;

namespace Granary.Simulation;

/// <summary>
/// One process: kernels in memory, one thread that runs them, one writer, a clock, and its own idea of which kernel
/// belongs where. All of it is lost in a crash.
/// </summary>
internal sealed partial class SimNode : IShellEffects
{
    private const long SliceMicroseconds = 8;
    private const long GatherMicroseconds = 1_000;
    private const long SweepMicroseconds = 1_000_000;
    private const long LetGoMicroseconds = 2_000_000;

    private readonly SortedDictionary<KernelId, SimActivation> _live = [];
    private readonly Dictionary<KernelId, int> _places = [];
    private readonly Queue<ShellCommit> _commits = new();
    private bool _isWriting;
    private long _busyUntil;

    public SimNode(SimWorld world, int index)
    {
        (World, Index) = (world, index);
    }

    public SimWorld World { get; }

    public int Index { get; }

    public bool IsUp { get; private set; }

    /// <summary>Raised by each crash: what was planned before does not happen.</summary>
    public int Incarnation { get; private set; }

    /// <summary>Its clock is so many milliseconds ahead.</summary>
    public long Skew { get; private set; }

    /// <summary>Its clock, in Unix milliseconds.</summary>
    public long Time => SimWorld.StartTime + (World.Now / 1_000) + Skew;

    public IEnumerable<SimActivation> Live => _live.Values;

    public bool IsSettled
    {
        get
        {
            if (_isWriting || _commits.Count > 0)
            {
                return false;
            }
            foreach (SimActivation activation in _live.Values)
            {
                if (!activation.IsSettled)
                {
                    return false;
                }
            }
            return true;
        }
    }

    public void Start()
    {
        IsUp = true;
        _busyUntil = World.Now;
        World.Trace.Add(World.Now, SimEvent.NodeStarted, Index, "", Incarnation);
        foreach ((KernelId kernel, int place) in World.Directory)
        {
            _places[kernel] = place;
        }
        After(World.Random.Between(0, SweepMicroseconds / 50), Sweep);
    }

    public void Crash()
    {
        if (!IsUp)
        {
            return;
        }
        World.Trace.Add(World.Now, SimEvent.NodeCrashed, Index, "", Incarnation);
        IsUp = false;
        Incarnation++;
        foreach (SimActivation activation in _live.Values)
        {
            activation.Vanish();
        }
        _live.Clear();
        _places.Clear();
        _commits.Clear();
        _isWriting = false;
        World.NodeIsDown(this);
    }

    /// <summary>Plans something that does not happen when the node crashes before.</summary>
    public void After(long microseconds, Action run) => World.Plan(microseconds, run, this);

    /// <summary>As <see cref="After"/>, at a time of its own clock.</summary>
    public void AtTime(long time, Action run)
    {
        long wait = Math.Max(0, (time - Time) * 1_000);
        After(wait, () =>
        {
            if (Time < time)
            {
                AtTime(time, run);
            }
            else
            {
                run();
            }
        });
    }

    public void SetSkew(long skew)
    {
        Skew = skew;
        World.Trace.Add(World.Now, SimEvent.ClockSet, Index, "", skew);
    }

    /// <summary>From now on it believes that the kernel belongs to a node.</summary>
    public void Hear(KernelId kernel, int place)
    {
        _places[kernel] = place;
        World.Trace.Add(World.Now, SimEvent.PlacementHeard, Index, kernel.Value, place);
        if (place != Index && _live.ContainsKey(kernel))
        {
            // One that never writes is never fenced: a host must let go of what is not its own any more. It may take
            // its time.
            After(World.Random.Between(1, LetGoMicroseconds), () => LetGo(kernel));
        }
    }

    public SimActivation? Find(KernelId kernel) => _live.GetValueOrDefault(kernel);

    public void Forget(SimActivation activation)
    {
        if (_live.TryGetValue(activation.Id, out SimActivation? live) && live == activation)
        {
            _live.Remove(activation.Id);
        }
    }

    /// <summary>Hands the activation to the thread that runs kernels.</summary>
    public void Schedule(SimActivation activation)
    {
        long begin = Math.Max(World.Now, _busyUntil);
        After(begin - World.Now + World.Random.Between(1, SliceMicroseconds), () =>
        {
            long gasBefore = activation.Shell!.Kernel.GasSpent;
            World.Trace.Add(World.Now, SimEvent.SliceRun, Index, activation.Id.Value, gasBefore);
            activation.RunOnce();
            // A unit of gas is about a nanosecond.
            long gas = activation.Shell.Kernel.GasSpent - gasBefore;
            _busyUntil = Math.Max(_busyUntil, World.Now) + SliceMicroseconds + (gas / 1_000);
        });
    }

    public void Enqueue(ShellCommit commit)
    {
        _commits.Enqueue(commit);
        if (World.Options.Sabotage == SimSabotage.EffectsBeforeDurable)
        {
            commit.Complete(this);
        }
        if (!_isWriting)
        {
            _isWriting = true;
            After(World.Random.Between(1, GatherMicroseconds), Write);
        }
    }

    /// <summary>Has a job done with a kernel that is here or belongs here; false when it is neither.</summary>
    public bool TryAsk(KernelId kernel, ShellJob job)
    {
        if (!IsUp || (!_live.ContainsKey(kernel) && _places.GetValueOrDefault(kernel, -1) != Index))
        {
            return false;
        }
        Activate(kernel).Post(job);
        return true;
    }

    private void LetGo(KernelId kernel)
    {
        if (_places.GetValueOrDefault(kernel, -1) != Index && _live.TryGetValue(kernel, out SimActivation? live))
        {
            live.Drop(CommitErrors.NotAppended(kernel, AppendStatus.Fenced));
        }
    }

    private void Write()
    {
        CommitBatch batch = new();
        while (_commits.TryPeek(out ShellCommit? commit) && batch.TryAdd(commit))
        {
            _commits.Dequeue();
        }
        IReadOnlyList<KernelAppend> appends = batch.Begin();
        if (appends.Count == 0)
        {
            Finish(batch);
            return;
        }
        World.Store.Append(
            this, appends,
            statuses =>
            {
                batch.Settle(statuses);
                World.Trace.Add(World.Now, SimEvent.AppendAnswered, Index, appends[0].Id.Value, appends.Count);
                Finish(batch);
            },
            error =>
            {
                batch.Fail(error);
                World.Trace.Add(World.Now, SimEvent.AppendFailed, Index, appends[0].Id.Value, appends.Count);
                Finish(batch);
            });
    }

    private void Finish(CommitBatch batch)
    {
        batch.Finish(World.Options.Sabotage == SimSabotage.EffectsBeforeDurable ? SilentEffects.Instance : this);
        _isWriting = _commits.Count > 0;
        if (_isWriting)
        {
            After(World.Random.Between(1, GatherMicroseconds), Write);
        }
    }

    /// <summary>
    /// Brings into memory what belongs here and has something to do, as every host does now and then.
    /// </summary>
    private void Sweep()
    {
        if (World.Network.CanReach(Index, SimNetwork.StoreEnd))
        {
            long soon = Time + (SweepMicroseconds / 1_000);
            foreach (StoredKernel kernel in Sync(
                World.Store.Medium.ListAsync(new KernelQuery { DueAt = soon })))
            {
                TryAskIfMine(kernel.Id);
            }
            foreach (StoredKernel kernel in Sync(
                World.Store.Medium.ListAsync(new KernelQuery { WithWorkOnly = true })))
            {
                TryAskIfMine(kernel.Id);
            }
        }
        After(SweepMicroseconds, Sweep);
    }

    private void TryAskIfMine(KernelId kernel)
    {
        if (_live.TryGetValue(kernel, out SimActivation? live))
        {
            if (live.IsSettled)
            {
                // The store says that it has work, and it knows of none: is it still the newest?
                live.Post(new ConfirmJob());
            }
        }
        else if (_places.GetValueOrDefault(kernel, -1) == Index)
        {
            Activate(kernel);
        }
    }

    private static T Sync<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
}
