namespace Granary.Kernels;

/// <summary>
/// What a kernel has produced: to be made durable, then performed and told. Whatever the host, exactly one of
/// <see cref="Complete"/> and <see cref="Fail"/> is called, in the order of a kernel's commits, and after one that
/// failed none completes.
/// </summary>
public sealed class ShellCommit
{
    private readonly KernelShell _shell;
    private readonly IReadOnlyList<Envelope> _again;
    private readonly IReadOnlyList<ShellJob> _jobs;

    internal ShellCommit(
        KernelShell shell, Turn turn, KernelCheckpoint? checkpoint, string? checkpointName,
        IReadOnlyList<Envelope> again, IReadOnlyList<ShellJob> jobs)
    {
        _shell = shell;
        _again = again;
        _jobs = jobs;
        Turn = turn;
        Checkpoint = checkpoint;
        CheckpointName = checkpointName;
    }

    public IShellOwner Owner => _shell.Owner;

    public KernelId Id => _shell.Id;

    public ulong Epoch => _shell.Epoch;

    public Turn Turn { get; }

    public KernelCheckpoint? Checkpoint { get; }

    public string? CheckpointName { get; }

    /// <summary>
    /// Something must be written, or the epoch confirmed; otherwise it only keeps its place in the order.
    /// </summary>
    public bool Writes => Turn.Entries.Count > 0 || _shell.ConfirmsEpoch;

    /// <summary>It is durable, and so is every commit before it: tells who waits, and lets the effects out.</summary>
    public void Complete(IShellEffects effects)
    {
        // By index: enumerators of interfaces are objects, and this is done for every turn.
        for (int i = 0; i < _jobs.Count; i++)
        {
            _jobs[i].Complete();
        }
        for (int i = 0; i < Turn.Effects.Count; i++)
        {
            switch (Turn.Effects[i])
            {
                case Effect.Send send:
                    effects.Send(send.Message);
                    break;
                case Effect.Acknowledge acknowledge:
                    // The sender waits for this before it forgets the message.
                    effects.Acknowledge(
                        acknowledge.From, Id, acknowledge.Generation, acknowledge.Number, Vms.ReplyStatus.Ok);
                    break;
                case Effect.Answer answer:
                    foreach (ClientMessageJob waiter in _shell.Waiters.Take(answer.Input))
                    {
                        waiter.Answer(answer);
                    }
                    break;
                default:
                    effects.Publish(this, Turn.Effects[i]);
                    break;
            }
        }
        for (int i = 0; i < _again.Count; i++)
        {
            effects.Send(_again[i]);
        }
    }

    /// <summary>It is not durable, or nobody knows: nothing of it is let out.</summary>
    public void Fail(Exception error)
    {
        foreach (ShellJob job in _jobs)
        {
            job.Fail(error);
        }
    }
}
