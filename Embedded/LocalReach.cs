using Granary.Kernels;
using Granary.Vms;

namespace Granary.Embedded;

/// <summary>Kernels whose activation is in this process, or may be: they come into memory when asked.</summary>
internal sealed class LocalReach(EmbeddedHost host) : IKernelReach
{
    public async Task<MessageAccepted> SendAsync(Envelope message, CancellationToken cancellationToken)
    {
        AwaitedMessageJob job = new(message);
        if (message.Kind == MessageKind.Call)
        {
            // Its reply is asked for by somebody else.
            job.Abandon(CancellationToken.None);
        }
        host.Post(message.To, job);
        return await job.Accepted.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<CallResult?> CallAsync(
        Envelope message, bool onlyIfKnown, CancellationToken cancellationToken)
    {
        AwaitedMessageJob job = new(message, onlyIfKnown);
        host.Post(message.To, job);
        if (!cancellationToken.CanBeCanceled)
        {
            return await job.Answered.ConfigureAwait(false);
        }
        using CancellationTokenRegistration registration = cancellationToken.Register(
            () => job.Abandon(cancellationToken));
        return await job.Answered.ConfigureAwait(false);
    }

    public Task CommandAsync(KernelId id, KernelCommand command, CancellationToken cancellationToken) => AskAsync(
        id,
        (shell, kernel) =>
        {
            Carry(kernel, command, shell.Now);
            if (command is KernelCommand.Rollback)
            {
                // With the command in one transaction: recovery never needs the checkpoint gone back to.
                shell.TakeCheckpoint(name: null);
            }
            return true;
        },
        cancellationToken);

    public Task<KernelHead> CheckpointAsync(KernelId id, string? name, CancellationToken cancellationToken) =>
        name is null
            ? AskAsync(id, static (shell, _) => shell.TakeCheckpoint(name: null), cancellationToken)
            : host.NameAsync(
                id, name, () => AskAsync(id, (shell, _) => shell.TakeCheckpoint(name), CancellationToken.None));

    public async Task<IReadOnlyList<TimerInfo>> ListTimersAsync(
        KernelId id, CancellationToken cancellationToken) => await AskAsync(
            id, static (_, kernel) => kernel.Timers.Select(t => new TimerInfo(t.Key, t.Value)).ToList(),
            cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<DeadLetterInfo>> ListDeadLettersAsync(
        KernelId id, CancellationToken cancellationToken) => await AskAsync(
            id, static (_, kernel) => kernel.DeadLetters.Select(d => new DeadLetterInfo(d.Key, d.Value)).ToList(),
            cancellationToken).ConfigureAwait(false);

    public Task<SavedMachine> ReadMachineAsync(KernelId id, CancellationToken cancellationToken) => AskAsync(
        id,
        (_, kernel) => new SavedMachine(kernel.Engine, kernel.Phase, kernel.SaveMachine()), cancellationToken);

    public async Task<IReadOnlyList<StateEntry>> ReadStateAsync(StateQuery query, CancellationToken cancellationToken)
    {
        StateTree tree = await CommittedTreeAsync(query.Id, cancellationToken).ConfigureAwait(false);
        return [.. StateReading.Read(tree, query, cancellationToken)];
    }

    public async Task<StateEvidence> ProveAsync(
        KernelId id, ReadOnlyMemory<byte> key, CancellationToken cancellationToken)
    {
        StateTree tree = await CommittedTreeAsync(id, cancellationToken).ConfigureAwait(false);
        return StateReading.Prove(tree, id, key);
    }

    public Task BeginWatchingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public IAsyncEnumerable<KernelEvent> Watch(KernelId? id, ulong? after, CancellationToken cancellationToken) =>
        host.Watchers.Watch(id, after, cancellationToken);

    public void WakeUp(KernelId id) => host.Post(id, new WakeJob());

    public void Drop(KernelId id) => host.DropDeleted(id);

    public void Send(Envelope message) => host.Post(message.To, new TracedMessageJob(host.Reach, message));

    public void Acknowledge(
        KernelId sender, KernelId receiver, ulong generation, ulong number, ReplyStatus status) =>
        host.Post(sender, new AcknowledgeJob(receiver, generation, number, status));

    public void Refuse(KernelId sender, KernelId receiver) => host.Post(sender, new RefusedJob(receiver));

    private Task<StateTree> CommittedTreeAsync(KernelId id, CancellationToken cancellationToken) =>
        AskAsync(id, static (_, kernel) => kernel.CommittedTree, cancellationToken);

    /// <summary>
    /// Does something with a kernel at a safe point; returns when all that it did up to then is durable.
    /// </summary>
    private async Task<T> AskAsync<T>(
        KernelId id, Func<KernelShell, Kernel, T> function, CancellationToken cancellationToken)
    {
        FunctionJob<T> job = new(function);
        host.Post(id, job);
        return await job.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Carry(Kernel kernel, KernelCommand command, long now)
    {
        try
        {
            kernel.Command(command, now);
        }
        catch (SnapshotFormatException error)
        {
            throw new KernelHostException(
                KernelHostError.BadSnapshot, $"The machine cannot be restored: {error.Message}",
                "Nothing was changed.", error);
        }
        catch (Exception error) when (error is NodeMissingException or ProgramUnavailableException
            or StateTreeException or CborException)
        {
            throw new KernelHostException(
                KernelHostError.NoSuchCheckpoint, $"The checkpoint cannot be opened: {error.Message}",
                "Nothing was changed.", error);
        }
        catch (ArgumentException error)
        {
            throw new KernelHostException(
                KernelHostError.BadRequest, $"The kernel refuses the command: {error.Message}", "Nothing was changed.",
                    error);
        }
    }
}
