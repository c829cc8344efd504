using Granary.Vms;

namespace Granary.Kernels;

/// <summary>
/// What a kernel's journal records: every input, and what came of it. Closed; each kind has its number in
/// <see cref="JournalCodec"/>, which never changes.
/// </summary>
public abstract record JournalEntry
{
    private JournalEntry()
    {
    }

    /// <summary>The first entry of every journal.</summary>
    public sealed record Born(
        KernelId Id, ulong Generation, long Time, EngineId Engine, Hash CodeHash, KernelLimits Limits,
        KernelOrigin? Origin)
        : JournalEntry;

    /// <summary>A message was taken.</summary>
    public sealed record Received(long Time, Envelope Message) : JournalEntry;

    /// <summary>A sleep or a timeout is over.</summary>
    public sealed record Woken(long Time) : JournalEntry;

    /// <summary>A message of the outbox has arrived (<see cref="ReplyStatus.Ok"/>) or never will.</summary>
    public sealed record Acknowledged(long Time, KernelId To, ulong Generation, ulong Number, ReplyStatus Status)
        : JournalEntry;

    /// <summary>A command took effect when the turn had used <paramref name="GasAt"/>.</summary>
    public sealed record Commanded(long Time, long GasAt, KernelCommand Command) : JournalEntry;

    /// <summary>The outcome of a turn.</summary>
    /// <param name="Input">The position of the entry that began the turn.</param>
    /// <param name="Exit">How the turn ended.</param>
    /// <param name="Trap">The kind of trap; otherwise none.</param>
    /// <param name="Site">Where it trapped; otherwise empty.</param>
    /// <param name="Gas">Gas of this turn, with what it moved out to messages that it sent.</param>
    /// <param name="OutputHash">SHA-256 of the reply that this turn gave; zero when it gave none.</param>
    /// <param name="Effects">Digest of all that the turn sent, replied, emitted, printed and logged, in order.</param>
    public sealed record Ended(
        ulong Input, TurnExit Exit, TrapKind Trap, string Site, long Gas, Hash OutputHash, Hash Effects) : JournalEntry;

    /// <summary>A checkpoint was taken when the turn had used <paramref name="GasAt"/>.</summary>
    public sealed record Checkpointed(long Time, long GasAt, Hash Root, Hash? WorkRoot) : JournalEntry;
}
