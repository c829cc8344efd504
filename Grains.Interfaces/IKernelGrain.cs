using Orleans.Concurrency;

namespace Granary.Grains.Interfaces;

/// <summary>
/// A kernel, keyed by its id. All calls interleave and none is a run of the program: requests are queued, and wait for
/// what becomes of them at most as long as they say.
/// </summary>
/// <remarks>
/// Bytes are CBOR as journals and state trees hold it. Refusals are <see cref="KernelRefusedException"/>. One-way calls
/// may be lost: what matters is sent again by its sender.
/// </remarks>
[Alias("granary.IKernelGrain")]
public interface IKernelGrain : IGrainWithStringKey
{
    /// <summary>Returns when the message is durable.</summary>
    [Alias("send")]
    Task<AcceptedAnswer> Send([Immutable] byte[] envelope);

    /// <summary>Takes a call and waits for its reply.</summary>
    /// <param name="onlyIfKnown">Takes nothing: waits for the reply to what was taken under the same key.</param>
    /// <param name="waitMilliseconds">After that, the answer says that there is no reply yet.</param>
    [Alias("call")]
    Task<CallAnswer> Call([Immutable] byte[] envelope, bool onlyIfKnown, int waitMilliseconds);

    /// <summary>Returns when the command has taken effect, durably.</summary>
    [Alias("command")]
    Task Command([Immutable] byte[] command);

    /// <summary>Returns when the checkpoint is stored.</summary>
    [Alias("checkpoint")]
    Task<HeadAnswer> Checkpoint(string? name);

    [Alias("timers")]
    Task<TimerAnswer[]> ListTimers();

    [Alias("deadLetters")]
    Task<DeadLetterAnswer[]> ListDeadLetters();

    [Alias("machine")]
    Task<MachineAnswer> ReadMachine();

    /// <summary>Entries as of the last commit, in the order of their keys.</summary>
    [Alias("state")]
    Task<EntryAnswer[]> ReadState([Immutable] byte[] prefix, [Immutable] byte[] after, int limit);

    [Alias("prove")]
    Task<EvidenceAnswer> Prove([Immutable] byte[] key);

    /// <summary>A message from another kernel.</summary>
    [Alias("deliver"), OneWay]
    Task Deliver([Immutable] byte[] envelope);

    /// <summary>What became of a message that this kernel sent.</summary>
    [Alias("acknowledge"), OneWay]
    Task Acknowledge(string receiver, ulong generation, ulong number, byte status);

    /// <summary>A receiver takes nothing now.</summary>
    [Alias("refuse"), OneWay]
    Task Refuse(string receiver);

    /// <summary>There may be something to do.</summary>
    [Alias("wakeUp"), OneWay]
    Task WakeUp();

    /// <summary>The kernel is deleted.</summary>
    [Alias("drop"), OneWay]
    Task Drop();

    /// <summary>Where the kernel is.</summary>
    [Alias("where")]
    Task<PlaceAnswer> Where();

    /// <summary>
    /// Begins to go to another silo, after the least time that a kernel stays at one; returns when it has begun.
    /// </summary>
    [Alias("migrate")]
    Task Migrate(SiloAddress target);
}
