namespace Granary.Kernels;

/// <summary>
/// Hosts one live kernel: does jobs with it, runs it slice by slice, decides when to checkpoint, when to wake it and
/// what to send again, and hands over what it did as commits. Every host does it with this code, and with
/// <see cref="ShellCommit"/> and the jobs beside it, because that is what makes messages take effect exactly once.
/// </summary>
/// <remarks>
/// Pure: one thread at a time, no clock. Only <see cref="Waiters"/> may be used at any time. After an exception out of
/// <see cref="RunSlice"/>, call <see cref="Abort"/> and drop it.
/// </remarks>
public sealed class KernelShell
{
    /// <summary>What of the stored state a kernel takes along at most, so that it need not be read again.</summary>
    private const long KnownBytesMax = 4 << 20;

    private readonly ShellOptions _options;
    private readonly ResendSchedule _resends;
    private List<ShellJob> _executed = [];
    private IReadOnlyList<Envelope> _again = [];
    private KernelCheckpoint? _checkpoint;
    private string? _checkpointName;
    private long _checkpointGas;

    /// <param name="kernel">Recovered, with nothing to drain.</param>
    /// <param name="epoch">Of this activation: what it commits is refused once there is a higher one. 0 when it is not
    /// known yet; see <see cref="ActivatedAs"/>.</param>
    public KernelShell(Kernel kernel, ulong epoch, IShellOwner owner, ShellOptions options, long now)
    {
        (Kernel, Epoch, Owner, _options, Now) = (kernel, epoch, owner, options, now);
        _resends = new ResendSchedule(options);
        _checkpointGas = options.CheckpointGas;
        if (kernel.OutboxCount > 0)
        {
            _resends.Recovered(kernel.Unacknowledged(), now);
        }
    }

    public Kernel Kernel { get; }

    public KernelId Id => Kernel.Id;

    public ulong Epoch { get; private set; }

    public IShellOwner Owner { get; }

    /// <summary>The time of the slice under way, or of the last one.</summary>
    public long Now { get; private set; }

    /// <summary>There is something to run.</summary>
    public bool CanRun => _options.RunKernels && !HasLeft && Kernel.CanStep;

    /// <summary>It goes on in another host: here it does nothing more.</summary>
    public bool HasLeft { get; private set; }

    /// <summary>When it must be given a <see cref="DueJob"/>; null for never.</summary>
    public long? NextDue => !_options.RunKernels || HasLeft ? null
        : Kernel.WakeAt is { } wake && !(_resends.Next < wake) ? wake : _resends.Next;

    /// <summary>No client waits for a reply.</summary>
    public bool HasNoWaiters => Waiters.IsEmpty;

    internal bool ConfirmsEpoch => _options.ConfirmsEpoch;

    internal ReplyWaiters Waiters { get; } = new();

    /// <summary>
    /// Does jobs, runs the machine for a slice in all, and hands the result to the owner. True when the slice was used
    /// up.
    /// </summary>
    public bool RunSlice(Queue<ShellJob> jobs, long now)
    {
        Now = now;
        long budget = _options.SliceGas;
        while (!HasLeft && jobs.TryDequeue(out ShellJob? job))
        {
            if (job.IsAwaited)
            {
                _executed.Add(job);
            }
            job.Execute(this, Kernel);
            if (_checkpoint is not null)
            {
                Flush();
            }
            Run(ref budget);
        }
        Run(ref budget);
        if (!HasLeft && (Kernel.GasSinceCheckpoint >= _checkpointGas
            || Kernel.BytesSinceCheckpoint >= _options.CheckpointBytes))
        {
            TakeCheckpoint(name: null);
        }
        Flush();
        if (Kernel.Program is Vms.IVmCompilingProgram { WantsCompiling: true } program)
        {
            program.CompileMore(_options.CompileMicroseconds);
        }
        return budget <= 0;
    }

    /// <summary>A slice has thrown: what it did is not made durable, and who waits is told.</summary>
    public void Abort(Queue<ShellJob> jobs, Exception error)
    {
        foreach (ShellJob job in _executed)
        {
            job.Fail(error);
        }
        foreach (ShellJob job in jobs)
        {
            job.Fail(error);
        }
    }

    /// <summary>The activation has ended: clients that wait for a reply are told to ask again.</summary>
    public void FailWaiters(Exception error)
    {
        foreach (ClientMessageJob waiter in Waiters.TakeAll())
        {
            waiter.Fail(error);
        }
    }

    /// <summary>Checkpoints at the present safe point; for jobs.</summary>
    public KernelHead TakeCheckpoint(string? name)
    {
        _checkpoint = Kernel.Checkpoint(Now);
        _checkpointName = name;
        _checkpointGas = _options.CheckpointGas + (_options.CheckpointGasPerByte * SizeOf(_checkpoint.Nodes));
        return _checkpoint.Head;
    }

    /// <summary>
    /// Ends this activation at the present safe point; for jobs. What came before is handed over as ever. Null when the
    /// checkpoint is handed over too, because it may not be carried, or when there is nothing to carry.
    /// </summary>
    /// <param name="mayCarry">Whether so many bytes may be carried.</param>
    public KernelDeparture? Leave(Func<long, bool> mayCarry)
    {
        Flush();
        HasLeft = true;
        if (Kernel.BytesSinceCheckpoint == 0 && Kernel.GasSinceCheckpoint == 0)
        {
            return null;
        }
        Hash chainBefore = Kernel.Chain;
        KernelCheckpoint checkpoint = Kernel.Checkpoint(Now);
        long bytes = SizeOf(checkpoint.Nodes);
        IReadOnlyList<StoredNode> known = Kernel.LoadedNodes(checkpoint, KnownBytesMax);
        bool takesKnown = known.Count > 0 && mayCarry(bytes + SizeOf(known));
        if (!takesKnown && !mayCarry(bytes))
        {
            _checkpoint = checkpoint;
            Flush();
            return null;
        }
        Turn turn = Kernel.Drain();
        return new KernelDeparture(
            Kernel.Engine, Kernel.CodeHash, Kernel.Generation, Kernel.Position, Kernel.Chain, chainBefore,
            [.. turn.Entries.Select(e => e.Bytes)], [.. checkpoint.Nodes.Select(n => n.Bytes)],
            takesKnown ? [.. known.Select(n => n.Bytes)] : []);
    }

    /// <summary>The epoch is known now; before that, nothing that was handed over may be written.</summary>
    public void ActivatedAs(ulong epoch) => Epoch = epoch;

    /// <summary>Stores what a kernel brought along from another host, before anything else.</summary>
    public void Arrive(KernelArrival arrival) =>
        Owner.Commit(new ShellCommit(this, arrival.Turn, arrival.Checkpoint, checkpointName: null, [], []));

    internal void Acknowledge(KernelId receiver, ulong generation, ulong number, Vms.ReplyStatus status)
    {
        ulong before = Kernel.Position;
        Kernel.Acknowledge(receiver, generation, number, status, Now);
        if (Kernel.Position != before)
        {
            _resends.Settled(receiver, Now);
        }
    }

    internal void Refused(KernelId receiver) => _resends.Refused(receiver, Now);

    internal void DoWhatIsDue()
    {
        if (_options.RunKernels)
        {
            Kernel.Wake(Now);
            _again = [.. _again, .. _resends.TakeDue(Kernel, Now)];
        }
    }

    private static long SizeOf(IReadOnlyList<StoredNode> nodes)
    {
        long bytes = 0;
        foreach (StoredNode node in nodes)
        {
            bytes += node.Bytes.Length;
        }
        return bytes;
    }

    private void Run(ref long budget)
    {
        while (budget > 0 && CanRun)
        {
            long before = Kernel.GasSinceCheckpoint;
            Owner.Step(Kernel, budget);
            budget -= Kernel.GasSinceCheckpoint - before + _options.TurnOverheadGas;
        }
    }

    /// <summary>Hands over what was produced, in order.</summary>
    private void Flush()
    {
        if (_executed.Count == 0 && _checkpoint is null && _again.Count == 0 && !Kernel.HasFresh)
        {
            return;
        }
        Turn turn = Kernel.Drain();
        for (int i = 0; i < turn.Effects.Count; i++)
        {
            if (turn.Effects[i] is Effect.Send send)
            {
                _resends.Sent(send.Message.To, Now);
            }
        }
        // Each commit has lists of its own: what comes later must not leave with an earlier commit, which is durable
        // first.
        ShellCommit commit = new(this, turn, _checkpoint, _checkpointName, _again, _executed);
        _executed = [];
        _again = [];
        (_checkpoint, _checkpointName) = (null, null);
        Owner.Commit(commit);
    }
}
