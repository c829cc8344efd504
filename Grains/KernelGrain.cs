using Granary.Embedded;
using Granary.Grains.Interfaces;
using Granary.Kernels;
using Granary.Vms;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Granary.Grains;

/// <summary>
/// Says that a kernel is at this silo, and brings requests to it. What the kernel is and does is in the silo's
/// <see cref="EmbeddedHost"/>: its machine runs on that host's threads, never in a turn of this grain.
/// </summary>
/// <remarks>
/// Not collected by age: a kernel in an endless loop gets no requests. It ends when its kernel leaves memory.
/// </remarks>
[GrainType("granary.kernel"), Reentrant, Immovable, ActivationCountBasedPlacement]
[CollectionAgeLimit(AlwaysActive = true)]
public sealed partial class KernelGrain : IGrainBase, IKernelGrain
{
    private readonly SiloKernels _silo;
    private readonly ILocalSiloDetails _here;

    public KernelGrain(IGrainContext context, SiloKernels silo, ILocalSiloDetails here)
    {
        (GrainContext, _silo, _here) = (context, silo, here);
        Id = KernelId.Parse(context.GrainId.Key.ToString()!);
    }

    public IGrainContext GrainContext { get; }

    private KernelId Id { get; }

    /// <summary>The kernel in this silo's memory.</summary>
    /// <exception cref="KernelRefusedException">It has begun to leave.</exception>
    private IKernelReach Local => _leaving is null
        ? _silo.Host.Local
        : throw new KernelRefusedException(
            (int)KernelHostError.ShuttingDown, $"Kernel '{Id}' goes on in another silo.", "Ask again.", hasMoved: true);

    public async Task<AcceptedAnswer> Send(byte[] envelope)
    {
        MessageAccepted accepted = await AskAsync(Local.SendAsync(Envelope.Parse(envelope), CancellationToken.None));
        return new AcceptedAnswer(accepted.Position, accepted.Duplicate);
    }

    public async Task<CallAnswer> Call(byte[] envelope, bool onlyIfKnown, int waitMilliseconds)
    {
        using CancellationTokenSource wait = new(TimeSpan.FromMilliseconds(waitMilliseconds), _silo.Options.Clock);
        try
        {
            CallResult? result = await AskAsync(Local.CallAsync(Envelope.Parse(envelope), onlyIfKnown, wait.Token));
            return result is null ? CallAnswer.Without(CallState.Unknown) : Answers.Of(result);
        }
        catch (OperationCanceledException) when (wait.IsCancellationRequested)
        {
            return CallAnswer.Without(CallState.Waiting);
        }
    }

    public async Task Command(byte[] command) =>
        await AskAsync(Done(Local.CommandAsync(Id, KernelCommand.Parse(command), CancellationToken.None)));

    public async Task<HeadAnswer> Checkpoint(string? name) =>
        Answers.Of(await AskAsync(Local.CheckpointAsync(Id, name, CancellationToken.None)));

    public async Task<TimerAnswer[]> ListTimers() =>
        [.. (await AskAsync(Local.ListTimersAsync(Id, CancellationToken.None)))
            .Select(t => new TimerAnswer(t.Name, t.Timer.Encode()))];

    public async Task<DeadLetterAnswer[]> ListDeadLetters() =>
        [.. (await AskAsync(Local.ListDeadLettersAsync(Id, CancellationToken.None)))
            .Select(d => new DeadLetterAnswer(d.Number, d.Letter.Encode()))];

    public async Task<MachineAnswer> ReadMachine() =>
        Answers.Of(await AskAsync(Local.ReadMachineAsync(Id, CancellationToken.None)));

    public async Task<EntryAnswer[]> ReadState(byte[] prefix, byte[] after, int limit)
    {
        StateQuery query = new() { Id = Id, Prefix = prefix, After = after, Limit = limit };
        return [.. (await AskAsync(Local.ReadStateAsync(query, CancellationToken.None)))
            .Select(e => new EntryAnswer(e.Key.ToArray(), e.Value.ToArray()))];
    }

    public async Task<EvidenceAnswer> Prove(byte[] key) =>
        Answers.Of(await AskAsync(Local.ProveAsync(Id, key, CancellationToken.None)));

    public Task Deliver(byte[] envelope)
    {
        Local.Send(Envelope.Parse(envelope));
        return Task.CompletedTask;
    }

    public Task Acknowledge(string receiver, ulong generation, ulong number, byte status)
    {
        Local.Acknowledge(Id, KernelId.Parse(receiver), generation, number, (ReplyStatus)status);
        return Task.CompletedTask;
    }

    public Task Refuse(string receiver)
    {
        Local.Refuse(Id, KernelId.Parse(receiver));
        return Task.CompletedTask;
    }

    public Task WakeUp()
    {
        Local.WakeUp(Id);
        return Task.CompletedTask;
    }

    public Task Drop()
    {
        Local.Drop(Id);
        return Task.CompletedTask;
    }

    public Task<PlaceAnswer> Where() =>
        Task.FromResult(new PlaceAnswer(_here.SiloAddress, _here.Name, _migration is not null));

    private static async Task<bool> Done(Task task)
    {
        await task;
        return true;
    }

    /// <summary>Refusals of the host as those of the grain.</summary>
    private static async Task<T> AskAsync<T>(Task<T> asked)
    {
        try
        {
            return await asked;
        }
        catch (KernelHostException error)
        {
            throw Refusals.ToWire(error);
        }
    }
}
